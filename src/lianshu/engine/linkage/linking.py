"""Which firm is which: one answer for each row, in the order of rows."""

from __future__ import annotations

from collections.abc import Sequence

from lianshu.engine.linkage.index import Index
from lianshu.engine.linkage.model import Candidate, Decision, Link, Reason, Record
from lianshu.engine.linkage.names import plain_name, take_apart

ACCEPTED, GAP, SHOWN = 0.9, 0.5, 5


def link(rows: Sequence[Record], index: Index) -> list[Link]:
    """One answer for each row."""
    return [_link(row, index) for row in rows]


def _link(row: Record, index: Index) -> Link:
    found: dict[str, tuple[float, Reason]] = {}
    names = [plain_name(name) for name in (row.name, *row.aliases, *row.former_names)]
    brand = take_apart(row.name).brand
    for id in index.having("brand", brand):
        found[id] = 0.6, Reason("name", "equal_brand", brand)
    for kind, weight in (("former_name", 0.97), ("alias", 0.97), ("name", 0.99)):
        for name in names:
            for id in index.having(kind, name):
                found[id] = weight, Reason(kind, "equal", name)
    if row.uscc:
        for id in index.having("uscc", row.uscc):
            found[id] = 0.999, Reason("uscc", "equal", row.uscc)
    total = max(1.0, sum(weight for weight, _ in found.values()))
    order = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))[:SHOWN]
    shown = tuple(Candidate(id, weight / total, (why,)) for id, (weight, why) in order)
    if not shown:
        return Link(row.id, "", 0.0, 0.0, "new", (Reason("row", "none"),))
    gap = shown[0].probability - (shown[1].probability if len(shown) > 1 else 0.0)
    sure = shown[0].probability >= ACCEPTED and gap >= GAP
    decision: Decision = "match" if sure else "review"
    return Link(
        row.id, shown[0].entity_id, shown[0].probability, gap, decision, shown[0].reasons, shown
    )
