"""The tables beside the pictures: their columns and words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from lianshu.chainmap.picture_scenario import Scenario
from lianshu.chainmap.picture_tables import Choice, Column, Table
from lianshu.chainmap.pictures import ORDER, InputSeen, Mark, ProductRow
from lianshu.chainmap.pictures_flow import FlowRow
from lianshu.chainmap.pictures_matrix import Cell, MatrixRow
from lianshu.chainmap.pictures_wave import LossRow, WaveRow

ARROW: Final = " > "
NOT_DRAWN: Final = _lazy("与更大的流向相反，图中不画")


def level_word(depth: int) -> str:
    """What a level is called."""
    if depth < 2:
        return _("直接投入") if depth else _("终端产品")
    return _("第 %(n)d 级") % {"n": depth}


def wave_word(depth: int) -> str:
    """What a step of the wave is called."""
    return _("新断点") if depth == 0 else _("下游 %(n)d 步") % {"n": depth}


def makers_words(row: ProductRow | InputSeen) -> str:
    """How many local firms make it, as far as the reader is told."""
    if row.makers is not None:
        return _("%(n)d 家") % {"n": row.makers}
    return _("至少 %(n)d 家") % {"n": row.bound} if row.bound else _("少于 3 家")


def _makers(row: ProductRow) -> str | int:
    if not row.depth:
        return ""
    return row.makers if row.makers is not None else makers_words(row)


def map_table(marks: Sequence[Mark], href: Callable[[ProductRow], str]) -> Table[ProductRow]:
    """Every product of the map; `marks` are those that occur."""
    return Table(
        "map",
        _("图上的产品"),
        (
            Column("product", _("产品"), lambda row: row.product, href=href),
            Column(
                "depth",
                _("层级"),
                lambda row: row.depth,
                kind="number",
                shown=lambda row: level_word(row.depth),
            ),
            Column(
                "status",
                _("状态"),
                lambda row: str(row.mark.label),
                order=lambda row: ORDER[row.mark.id],
                mark=lambda row: row.mark,
            ),
            Column(
                "makers",
                _("本地企业"),
                _makers,
                kind="number",
                order=lambda row: (
                    None if not row.depth else row.bound if row.makers is None else row.makers
                ),
                shown=lambda row: makers_words(row) if row.depth else "",
            ),
            Column("users", _("供给图上几种产品"), lambda row: row.users, kind="number"),
            Column("inputs", _("需要几种投入"), lambda row: row.inputs, kind="number"),
            Column("path", _("路径"), lambda row: ARROW.join(row.path)),
        ),
        search=lambda row: row.product,
        choices=(
            Choice(
                "status",
                _("状态"),
                [(mark.id, mark.label) for mark in marks],
                lambda row: row.mark.id,
            ),
        ),
    )


def flow_table(*, exact: bool) -> Table[FlowRow]:
    """Every flow, also those that the diagram cannot hold."""
    sourced = _("有本地企业供应的") if exact else _("本地有 3 家以上供应的")
    return Table(
        "flows",
        _("环节之间的供应关系"),
        (
            Column("source", _("供应环节"), lambda row: row.source),
            Column("target", _("需要它的环节"), lambda row: row.target),
            Column("supplies", _("供应关系"), lambda row: row.supplies, kind="number"),
            Column("sourced", sourced, lambda row: row.sourced, kind="number"),
            Column("missing", _("其余"), lambda row: row.missing, kind="number"),
            Column("drawn", _("说明"), lambda row: "" if row.drawn else str(NOT_DRAWN)),
        ),
        search=lambda row: f"{row.source} {row.target}",
    )


def matrix_table(rows: Sequence[MatrixRow], href: Callable[[Cell], str]) -> Table[MatrixRow]:
    """A row for each chain, a column for each district: the heat map is this table."""
    whole = rows[0].whole.district if rows else ""
    districts = [cell.district for cell in rows[0].cells] if rows else []
    return Table(
        "matrix",
        _("产业链 × 区县"),
        (
            Column("chain", _("产业链"), lambda row: row.chain, href=lambda row: href(row.whole)),
            Column("inputs", _("必需投入"), lambda row: row.whole.inputs, kind="number"),
            Column("lacking", _("缺口"), lambda row: row.lacking, kind="number"),
            _place("whole", whole, lambda row: row.whole, href),
            *(_place(f"d{at}", name, _cell_at(at), href) for at, name in enumerate(districts)),
        ),
        search=lambda row: row.chain,
    )


def _cell_at(at: int) -> Callable[[MatrixRow], Cell]:
    return lambda row: row.cells[at]


def _place(
    id: str, name: str, cell: Callable[[MatrixRow], Cell], href: Callable[[Cell], str]
) -> Column[MatrixRow]:
    return Column(
        id,
        name,
        lambda row: cell(row).percent,
        kind="heat",
        order=lambda row: cell(row).share,
        href=lambda row: href(cell(row)) if cell(row).inputs else "",
        below=lambda row: f"{cell(row).made} / {cell(row).inputs}" if cell(row).inputs else "",
        step=lambda row: cell(row).step,
    )


def loss_table(scenario: Scenario) -> Table[LossRow]:
    """The products that lose makers."""
    return Table(
        "losses",
        _("失去供应的产品"),
        (
            Column("product", _("产品"), lambda row: row.product),
            Column(
                "was",
                _("原来"),
                lambda row: str(row.was.label),
                order=lambda row: ORDER[row.was.id],
                mark=lambda row: row.was,
            ),
            Column(
                "now",
                _("之后"),
                lambda row: str(row.now.label),
                order=lambda row: ORDER[row.now.id],
                mark=lambda row: row.now,
            ),
            Column("before", _("原有企业"), lambda row: row.before, kind="number"),
            Column("after", _("剩余企业"), lambda row: row.after, kind="number"),
            Column("lost", _("失去的企业"), lambda row: _firms(scenario, row.product, row.lost)),
        ),
        search=lambda row: row.product,
    )


def wave_table(scenario: Scenario) -> Table[WaveRow]:
    """The products downstream."""
    return Table(
        "wave",
        _("下游受影响的产品"),
        (
            Column("product", _("产品"), lambda row: row.product),
            Column(
                "depth",
                _("距离"),
                lambda row: row.depth,
                kind="number",
                shown=lambda row: wave_word(row.depth),
            ),
            Column(
                "status",
                _("影响"),
                lambda row: str(row.mark.label),
                order=lambda row: not row.makers,
                mark=lambda row: row.mark,
            ),
            Column(
                "makers",
                _("受影响的本地企业"),
                lambda row: _firms(scenario, row.product, row.makers),
                order=lambda row: len(row.makers),
            ),
            Column("path", _("从断点到它"), lambda row: ARROW.join(row.path)),
        ),
        search=lambda row: row.product,
    )


def _firms(scenario: Scenario, product: str, codes: Sequence[str]) -> str:
    known, hidden = scenario.named(product, codes)
    words = known + ([_("另 %(n)d 家未公开") % {"n": hidden}] if hidden else [])
    return "、".join(words)
