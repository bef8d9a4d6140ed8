"""Reading a snapshot as Ibis tables on DuckDB.

What is for statistics only is in a file of its own that no table here opens; `totals` alone reads
it, and gives nothing about fewer than five organisations.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import ibis
import pyarrow as pa

from lianshu.engine.tables.manifest import Manifest, SnapshotError, read_manifest
from lianshu.engine.tables.uses import Use, combinations_with

LEAST_FIRMS: Final = 5
_BEYOND_STATISTICS: Final = Use.SERVICE | Use.DECISION | Use.PUBLICATION
_SCOPES: Final = ("region", "chain")


class OpenSnapshot:
    """The tables of one snapshot; build expressions, then `.to_pyarrow()`."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._duck = ibis.duckdb.connect()

    def organisations(self) -> ibis.Table:
        """organisation, name, kind, region, chain."""
        return self._table("organisations")

    def regions(self) -> ibis.Table:
        """code, name, kind, parent."""
        return self._table("regions")

    def region_ancestry(self) -> ibis.Table:
        """ancestor, descendant: to narrow a table to a scope by one join."""
        return self._table("region_ancestry")

    def facts(self, use: Use) -> ibis.Table:
        """Every statement that may be used for `use`, `rank` 0 the most trusted.

        Raises SnapshotError when asked for statistics: those come from `totals`.
        """
        return self._permitting("facts", use)

    def holdings(self, use: Use) -> ibis.Table:
        """Every holding that may be used for `use`."""
        return self._permitting("holdings", use)

    def wide(self) -> ibis.Table:
        """One row for each organisation, a column `fact@period` for what may decide."""
        return self._table("wide")

    def totals(self, fact: str, period: str, *, by: Sequence[str] = ()) -> pa.Table:
        """The total of a count or amount for a period (its label), also by region or chain.

        Columns: `by`, firms, total. Every source counts, the most trusted for each organisation;
        groups of fewer than `LEAST_FIRMS` are left out.
        """
        if unknown := [name for name in by if name not in _SCOPES]:
            raise SnapshotError(f"不能按 {unknown[0]} 汇总，可用的是：{'、'.join(_SCOPES)}")
        rows = ibis.union(self._table("facts"), self._table("statistics"))
        rows = rows.filter(rows.fact == fact, rows.period == period, rows["rank"].notnull())
        # Known to have none adds nothing and still counts as a firm.
        rows = rows.mutate(whole=rows.whole.fill_null(0))
        best = rows.whole.argmin(rows["rank"])
        firms = rows.group_by(["organisation", *by]).aggregate(value=best)
        groups = firms.group_by(list(by)) if by else firms
        found = groups.aggregate(firms=firms.count(), total=firms.value.sum().cast("int64"))
        found = found.filter(found.firms >= LEAST_FIRMS)
        return (found.order_by(list(by)) if by else found).to_pyarrow()

    def _permitting(self, name: str, use: Use) -> ibis.Table:
        if not use & _BEYOND_STATISTICS:
            raise SnapshotError("单个企业的数据不能用于统计；请用汇总 totals")
        table = self._table(name)
        return table.filter(table.uses.isin(combinations_with(use & _BEYOND_STATISTICS)))

    def _table(self, name: str) -> Any:
        entry = self.manifest.file(f"{name}.parquet")
        return self._duck.read_parquet(self.folder / entry.name, table_name=name)


def open_snapshot(folder: Path, *, verify: bool = True) -> OpenSnapshot:
    """The snapshot in `folder`, after comparing every file with its hash. Raises SnapshotError."""
    return OpenSnapshot(folder, read_manifest(folder, verify=verify))
