"""The one loader of pack files: safe YAML, places, extends, canonical form and content hash.

Loops, policies, registers and indicators read their definitions through this package only.
"""

from lianshu.engine.definitions.canonical import canonical_json, content_hash
from lianshu.engine.definitions.findings import DefinitionError, Finding, Mark, Severity, report
from lianshu.engine.definitions.loader import Loaded, load_file, load_folder
from lianshu.engine.definitions.model import Definition, Text
from lianshu.engine.definitions.reader import Limits

__all__ = [
    "Definition",
    "DefinitionError",
    "Finding",
    "Limits",
    "Loaded",
    "Mark",
    "Severity",
    "Text",
    "canonical_json",
    "content_hash",
    "load_file",
    "load_folder",
    "report",
]
