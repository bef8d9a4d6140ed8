"""The registered firms, ready to be asked; firms come and go one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lianshu.engine.linkage.model import Record
from lianshu.engine.linkage.names import plain_name, take_apart


class Index:
    """Registered firms by code, by any of their names, and by brand."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._keys: dict[tuple[str, str], set[str]] = {}

    @classmethod
    def build(cls, records: Iterable[Record]) -> Index:
        """An index of these records; of two with one id the later counts."""
        made = cls()
        for record in records:
            made.put(record)
        return made

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, id: object) -> bool:
        return id in self._records

    def get(self, id: str) -> Record | None:
        """The record of that id."""
        return self._records.get(id)

    def put(self, record: Record) -> None:
        """Add a firm, or replace what was known of it."""
        self.remove(record.id)
        self._records[record.id] = record
        for key in _keys(record):
            self._keys.setdefault(key, set()).add(record.id)

    def remove(self, id: str) -> None:
        """Forget a firm; one that is not there is no error."""
        record = self._records.pop(id, None)
        if record is not None:
            for key in _keys(record):
                found = self._keys[key]
                found.discard(id)
                if not found:
                    del self._keys[key]

    def having(self, kind: str, text: str) -> frozenset[str]:
        """Ids of firms with that code, name, alias, former_name or brand."""
        return frozenset(self._keys.get((kind, text), ()))


def _keys(record: Record) -> Iterator[tuple[str, str]]:
    if record.uscc:
        yield "uscc", record.uscc
    for kind, names in (
        ("name", (record.name,)),
        ("alias", record.aliases),
        ("former_name", record.former_names),
    ):
        for name in names:
            if plain_name(name):
                yield kind, plain_name(name)
                yield "brand", take_apart(name).brand
