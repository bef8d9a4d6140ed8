"""A code list in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lianshu.engine.codes.model import ListSpec

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One code. `level` is the id of a level of its list, `parent` the code above it."""

    code: str
    name: str
    level: str
    parent: str | None


class UnknownCodeError(LookupError):
    """The list has no such code; `str()` says in Chinese what it has instead."""


class CodeList:
    """An immutable list of codes in the order of its file; a mapping from code to `Entry`."""

    def __init__(
        self, spec: ListSpec, entries: Iterable[Entry], above: CodeList | None = None
    ) -> None:
        self.spec = spec
        self.above = above
        self._entries = {entry.code: entry for entry in entries}
        children: dict[str | None, list[Entry]] = {}
        for entry in self._entries.values():
            children.setdefault(entry.parent, []).append(entry)
        self._children = {parent: tuple(found) for parent, found in children.items()}

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __contains__(self, code: object) -> bool:
        return code in self._entries

    def get(self, code: str) -> Entry | None:
        """The entry, or None."""
        return self._entries.get(code)

    def entry(self, code: str) -> Entry:
        """The entry. Raises `UnknownCodeError`."""
        found = self._entries.get(code)
        if found is None:
            raise UnknownCodeError(self._unknown(code))
        return found

    def name(self, code: str) -> str:
        """The Chinese name. Raises `UnknownCodeError`."""
        return self.entry(code).name

    def parent(self, code: str) -> Entry | None:
        """The entry above (for a first level, in the list it lies within), None at the top.

        Raises `UnknownCodeError`.
        """
        entry = self.entry(code)
        if entry.parent is None:
            return None
        inside = self._entries.get(entry.parent)
        if inside is not None:
            return inside
        return None if self.above is None else self.above.entry(entry.parent)

    def ancestors(self, code: str) -> tuple[Entry, ...]:
        """All entries above, the nearest first. Raises `UnknownCodeError`."""
        up = self.parent(code)
        if up is None:
            return ()
        holder = self if up.code in self._entries else self.above
        return (up, *(holder.ancestors(up.code) if holder else ()))

    def children(self, code: str | None = None) -> tuple[Entry, ...]:
        """The entries directly below `code` (which may be a code of the list above), or without
        it those of the first level. Raises `UnknownCodeError`."""
        if code is None:
            return self.at_level(self.spec.levels[0].id)
        if code not in self._entries and (self.above is None or code not in self.above):
            raise UnknownCodeError(self._unknown(code))
        return self._children.get(code, ())

    def at_level(self, level: str) -> tuple[Entry, ...]:
        """The entries of one level, in the order of the file. Raises ValueError for another."""
        if level not in {one.id for one in self.spec.levels}:
            raise ValueError(f"{self.spec.id}: no level {level!r}")
        return tuple(entry for entry in self if entry.level == level)

    def _unknown(self, code: str) -> str:
        said = f"{self.spec.title}（{self.spec.standard}）没有代码“{code}”"
        for end in range(len(code) - 1, 0, -1):
            near = self._entries.get(code[:end])
            if near is not None:
                below = [entry.code for entry in self._children.get(near.code, ())[:_SHOWN]]
                more = f"，其下有 {'、'.join(below)} 等" if below else "，其下没有更细的代码"
                return f"{said}。最近的是 {near.code}（{near.name}）{more}，请核对。"
        forms = "、".join(f"{level.title} {level.form}" for level in self.spec.levels)
        return f"{said}。代码的写法：{forms}，请核对。"
