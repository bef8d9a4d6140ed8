"""Quantities of the dictionary as people write them in cells and fields: 1,200 万元, 12.5%, 是."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from lianshu.engine.sheets import Absent as BlankMark
from lianshu.engine.sheets import Column, Kind
from lianshu.engine.sheets import Value as Cell
from lianshu.engine.tables import KNOWN_ABSENT, Absent, Quantity, Ratio, Value
from lianshu.records.errors import DomainError
from lianshu.registry.dictionary import code_meant
from lianshu.registry.wording_facts import said

MEASURES: Final = {"person": "人", "item": "项", "share": "比例"}
"""Units of the dictionary that sheets may write otherwise (万人, %)."""
KINDS: Final[dict[str, Kind]] = {
    "count": "integer",
    "money": "money",
    "ratio": "decimal",
    "text": "text",
    "date": "date",
    "bool": "choice",
    "code": "identifier",
}
YES_NO: Final = {
    "true": ("是", "有", "yes", "true", "y", "√", "1"),
    "false": ("否", "无", "没有", "no", "false", "n", "×", "0"),
}
CODE_LENGTH: Final = 100


def column_of(quantity: Quantity, column_id: str = "", *aliases: str) -> Column:
    """The column of a sheet that states this quantity."""
    english = (quantity.title.en,) if quantity.title.en else ()
    return Column(
        column_id or quantity.id,
        quantity.title.zh,
        (*quantity.aliases, *aliases, *english),
        kind=KINDS[quantity.type],
        choices=YES_NO if quantity.type == "bool" else {},
        max_length=CODE_LENGTH if quantity.type == "code" else None,
        allow_negative=quantity.min is None,
        measure=MEASURES.get(quantity.unit, ""),
        blank="absent",
    )


def value_of_cell(quantity: Quantity, cell: Cell) -> Value | Absent:
    """What a cell that is not empty states. Raises DomainError with the end of a sentence."""
    if isinstance(cell, BlankMark):
        return KNOWN_ABSENT
    if isinstance(cell, Decimal):
        return Ratio(*cell.as_integer_ratio())
    if quantity.type == "bool":
        return cell == "true"
    if quantity.type == "code":
        code = code_meant(quantity, str(cell))
        if code is None:
            raise DomainError(
                _("不在“%(what)s”的代码里，也不是其中唯一的名称，请改写代码。")
                % {"what": said(quantity.title)}
            )
        return code
    assert isinstance(cell, int | str | date)
    return cell
