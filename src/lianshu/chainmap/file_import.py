"""Product relations and makers from files into the map, for the command line: the quality of the
files and what writing them would do is told first; nothing is written unless asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from lianshu.authority import system_actor
from lianshu.chainmap.finding import FirmFinder
from lianshu.chainmap.quality import by_rule
from lianshu.chainmap.services.computing import refresh_inputs
from lianshu.chainmap.services.makers import MakerRow, plan_makers, save_makers
from lianshu.chainmap.services.products import EdgeRow, known_edges, save_edges
from lianshu.engine.chains import (
    Edge,
    Making,
    Read,
    check_quality,
    read_edges,
    read_makings,
    trimmed,
)

TOLD: Final = 3
ACTOR: Final = system_actor("chain import")


class FileImport:
    """One run; `tell` gets each line."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell

    def run(
        self,
        *,
        edges: Path | None,
        makers: Path | None,
        source: str,
        visibility: str,
        apply: bool,
        now: datetime,
    ) -> None:
        """Tell, and with `apply` write. Raises `SheetError`, `DomainError`."""
        read = read_edges(edges) if edges else Read[Edge]("—")
        makings = read_makings(makers) if makers else Read[Making]("—")
        self._tell_quality(read, makings)
        edge_rows = self._edges(read, source)
        maker_rows = self._makers(makings, source, visibility)
        if not apply:
            self._tell("没有写入。确认后加 --apply。")
            return
        with transaction.atomic():
            added = save_edges(actor=ACTOR, rows=edge_rows, now=now)
            written = save_makers(actor=ACTOR, rows=maker_rows, now=now)
        rows = refresh_inputs(now=now)
        self._tell(f"已写入：产品关系 {added} 条，生产关系 {written} 条；必需投入更新 {rows} 行。")

    def _tell_quality(self, edges: Read[Edge], makings: Read[Making]) -> None:
        for told in by_rule(check_quality(edges, makings)):
            self._tell(f"{told.rule} {told.label}：{told.count} 处")
            for finding in told.shown[:TOLD]:
                self._tell(f"  {finding.file}：{finding.message}")

    def _edges(self, edges: Read[Edge], source: str) -> list[EdgeRow]:
        rows = [
            EdgeRow(trimmed(one.start), trimmed(one.end), one.relation.value, source)
            for one in edges.items
        ]
        known = known_edges(rows)
        asked = {(row.start, row.end, row.relation) for row in rows}
        self._tell(f"产品关系：新增 {len(asked - known)} 条，已有 {len(asked & known)} 条。")
        return rows

    def _makers(self, makings: Read[Making], source: str, visibility: str) -> list[MakerRow]:
        firms = FirmFinder(ACTOR)
        rows: dict[tuple[str, int, str], MakerRow] = {}
        unknown: Counter[str] = Counter()
        for one in makings.items:
            firm = firms.find(one.code, "")
            if isinstance(firm, str):
                unknown[one.code] += 1
                continue
            # The report has told of these: unknown shares, never wrong ones.
            share = one.share if one.share is not None and 0 <= one.share <= 1 else None
            row = MakerRow(firm, one.product, share, source, visibility)
            rows[row.key] = row
        plans = Counter(plan.action for plan in plan_makers(list(rows.values())))
        self._tell(
            f"生产关系：新增 {plans['create']} 条，更新 {plans['change']} 条，"
            f"无变化 {plans['same']} 条，退回 {plans['refused']} 条（企业自己说明过）。"
        )
        if unknown:
            few = "、".join(sorted(unknown)[:TOLD])
            self._tell(
                f"没有登记的企业 {len(unknown)} 家，{sum(unknown.values())} 行不写入，例如 {few}。"
            )
        return list(rows.values())
