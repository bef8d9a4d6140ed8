"""The dictionary of facts and the public code lists, as this installation has them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from lianshu.engine.codes import load_code_lists
from lianshu.engine.tables import FACTS_FILE, FactDictionary, load_dictionary

OWN_SOURCE = "organisation"
"""The source that an organisation's own people may record under."""


def fact_dictionary() -> FactDictionary:
    """The national dictionary of the packs folder; DefinitionError when it is defective."""
    return load_dictionary(Path(settings.PACKS) / "national" / FACTS_FILE)


def code_known(code_list: str, code: str) -> bool:
    """Whether the public code list has the code; False for a list there is not."""
    found = load_code_lists(Path(settings.PACKS) / "national" / "codes").get(code_list)
    return found is not None and code in found
