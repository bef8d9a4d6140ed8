"""The one way from a file in a pack to a checked, immutable model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from lianshu.engine.definitions.canonical import canonical_json, content_hash
from lianshu.engine.definitions.extends import Library
from lianshu.engine.definitions.findings import (
    DefinitionError,
    Finding,
    Mark,
    Severity,
    finding_at,
)
from lianshu.engine.definitions.nodes import MapNode, place_of, text_of
from lianshu.engine.definitions.reader import Limits
from lianshu.engine.definitions.validation import validate

T = TypeVar("T", bound=BaseModel)
T_co = TypeVar("T_co", bound=BaseModel, covariant=True)


@dataclass(frozen=True)
class Loaded(Generic[T_co]):
    """A definition as it will run, and where each part of it was written.

    ``sources`` are the files it was made of: its own first, then its bases, nearest first.
    """

    path: Path
    value: T_co
    node: MapNode
    sources: tuple[Path, ...]

    @property
    def canonical(self) -> str:
        """The resolved definition with its defaults, as canonical JSON: what publishing stores."""
        return canonical_json(self.value)

    @property
    def content_hash(self) -> str:
        """``sha256:…`` of ``canonical``."""
        return content_hash(self.value)

    def mark(self, *path: str | int, key: bool = False) -> Mark:
        """The place of the value (or key) at ``path``, such as ``("steps", 2, "actor")``."""
        return place_of(self.node, path, key=key)

    def finding(
        self,
        *path: str | int,
        rule: str,
        message: str,
        severity: Severity = "error",
        key: bool = False,
    ) -> Finding:
        """An engine's own finding at ``path``."""
        mark = self.mark(*path, key=key)
        return finding_at(mark, rule=rule, message=message, severity=severity)


def load_file(
    path: Path, model: type[T], *, bases: Iterable[Path] = (), limits: Limits | None = None
) -> Loaded[T]:
    """The definition at ``path`` with its bases merged in, as ``model``.

    ``bases`` are the folders, beside the file's own, in which ``extends`` may find a base.
    Raises DefinitionError with every defect.
    """
    return _load(path, model, Library([path.parent, *bases], limits))


def load_folder(
    folder: Path,
    model: type[T],
    *,
    pattern: str = "*.yaml",
    bases: Iterable[Path] = (),
    limits: Limits | None = None,
) -> list[Loaded[T]]:
    """Every definition under ``folder`` whose path matches ``pattern`` (at any depth), by path.

    Raises DefinitionError with the defects of all files; two definitions of one ``id`` are one.
    """
    if not folder.is_dir():
        message = "没有这个文件夹，请核对路径"
        raise DefinitionError([Finding(str(folder), None, None, "D001", "error", message)])
    library = Library([folder, *bases], limits)
    loaded: list[Loaded[T]] = []
    findings: dict[Finding, None] = {}
    for path in sorted(folder.rglob(pattern)):
        try:
            loaded.append(_load(path, model, library))
        except DefinitionError as error:
            findings.update(dict.fromkeys(error.findings))
    findings.update(dict.fromkeys(_same_ids(loaded)))
    if findings:
        raise DefinitionError(findings)
    return loaded


def _load(path: Path, model: type[T], library: Library) -> Loaded[T]:
    node, sources = library.resolve(path)
    value, findings = validate(node, model)
    if value is None:
        raise DefinitionError(findings)
    return Loaded(path, value, node, sources)


def _same_ids(loaded: Sequence[Loaded[T]]) -> list[Finding]:
    first: dict[str, Loaded[T]] = {}
    findings: list[Finding] = []
    for item in loaded:
        name = text_of(item.node, "id")
        if name is None:
            continue
        if name in first:
            message = f"编号 {name} 已在 {first[name].path} 用过，请改名"
            findings.append(item.finding("id", rule="D017", message=message))
        first.setdefault(name, item)
    return findings
