"""Facts and holdings in words: values in units people use, periods, uses, days of validity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.engine.definitions import Text
from lianshu.engine.tables import (
    Absent,
    FactDictionary,
    HoldingDefinition,
    Period,
    PeriodKind,
    Quantity,
    Ratio,
    Use,
    Value,
    value_of_plain,
)
from lianshu.registry.dictionary import code_title, fact_dictionary
from lianshu.registry.models import Holding
from lianshu.registry.services.entries import HoldingEntry, use_title
from lianshu.ui import wording
from lianshu.ui.formats import money

_DAY = timedelta(days=1)
_HUNDREDTH = Decimal("0.01")
_SHARE = "share"
_YEAR = "year"
TYPES = {
    "count": lazy("整数"),
    "money": lazy("金额"),
    "ratio": lazy("比值"),
    "text": lazy("文字"),
    "date": lazy("日期"),
    "bool": lazy("是或否"),
    "code": lazy("代码"),
}

wording.name_actions(
    {
        "fact.recorded": lazy("记录数据"),
        "fact.corrected": lazy("更正数据"),
        "fact.recorded_many": lazy("批量记录数据"),
        "holding.recorded": lazy("记录资质"),
        "holding.recorded_many": lazy("批量记录资质"),
        "holding.corrected": lazy("更正资质"),
        "list.told": lazy("确认清单"),
    }
)


def said(text: Text) -> str:
    """A text of the dictionary in the reader's language."""
    return text.said_in(get_language() or "")


def value_words(quantity: Quantity, value: Value | Absent) -> str:
    """120 万元, 1,200 人, 12.5%, 是, 3562 半导体器件专用设备制造. Rounded where it has to be."""
    if isinstance(value, Absent):
        return _("明确没有")
    match quantity.type:
        case "money":
            return money(int(value))  # type: ignore[arg-type]
        case "bool":
            return _("是") if value else _("否")
        case "date" if isinstance(value, date):
            return value.isoformat()
        case "code":
            title = code_title(quantity, str(value))
            return f"{value} {title}" if title and quantity.public_codes else title or str(value)
        case "count":
            number = str(value) if quantity.unit == _YEAR else f"{value:,}"
            return number + unit_words(quantity)
    if isinstance(value, Ratio):
        return _number_of(quantity, value)
    return str(value)


def _number_of(quantity: Quantity, value: Ratio) -> str:
    shown = Decimal(value.numerator) / Decimal(value.denominator)
    shown = shown * 100 if quantity.unit == _SHARE else shown
    rounded = shown.quantize(_HUNDREDTH, ROUND_HALF_UP).normalize()
    return f"{rounded:f}%" if quantity.unit == _SHARE else f"{rounded:f}"


def unit_words(quantity: Quantity) -> str:
    """What stands behind a number, " 人" or nothing."""
    if quantity.type != "count" or quantity.unit in (_YEAR, "place"):
        return ""
    unit = next((one for one in fact_dictionary().units if one.id == quantity.unit), None)
    return "" if unit is None else f" {said(unit.title)}"


def unit_title(quantity: Quantity, dictionary: FactDictionary) -> str:
    """The unit as the dictionary's page says it; "" for what has none."""
    fixed = {"fen": _("分（显示为元、万元、亿元）"), "none": ""}
    if quantity.unit in fixed:
        return fixed[quantity.unit]
    return next((said(one.title) for one in dictionary.units if one.id == quantity.unit), "")


def plain_number(quantity: Quantity, value: Value | Absent | None) -> Decimal | int | None:
    """The value as a number of a file or chart, in the unit `number_unit` names; None for what is
    no number."""
    if value is None or isinstance(value, Absent | bool):
        return None
    if quantity.type == "money":
        return Decimal(int(value)) / 100  # type: ignore[arg-type]
    if isinstance(value, Ratio):
        number = Decimal(value.numerator) / Decimal(value.denominator)
        return number * 100 if quantity.unit == _SHARE else number
    return value if isinstance(value, int) else None


def number_unit(quantity: Quantity) -> str:
    """The unit of `plain_number`."""
    if quantity.type == "money":
        return _("元")
    if quantity.type == "ratio":
        return "%" if quantity.unit == _SHARE else ""
    return unit_words(quantity).strip()


def period_words(period: Period) -> str:
    """2025 年, 2025 年第 3 季度, 2025 年 7 月, 2025-07-31."""
    values = {
        "year": period.start.year,
        "quarter": (period.start.month + 2) // 3,
        "month": period.start.month,
    }
    match period.kind:
        case PeriodKind.YEAR:
            return _("%(year)d 年") % values
        case PeriodKind.QUARTER:
            return _("%(year)d 年第 %(quarter)d 季度") % values
        case PeriodKind.MONTH:
            return _("%(year)d 年 %(month)d 月") % values
    return period.label


def uses_words(uses: Use) -> str:
    """统计、服务."""
    return "、".join(map(use_title, uses))


def last_day(end: date | None) -> date | None:
    """The last day of something valid until `end` (excluded): what certificates say."""
    return None if end is None else end - _DAY


def end_after(last: date | None) -> date | None:
    """The other way round."""
    return None if last is None else last + _DAY


def holding_words(
    definition: HoldingDefinition, holding: Holding | HoldingEntry
) -> Iterator[tuple[str, str]]:
    """(label, words) of everything the holding states."""
    plain: list[tuple[str, object]] = [
        (_("编号"), holding.number),
        (_("名称"), holding.name),
        (_("起日"), holding.valid_from),
        (_("止日"), last_day(holding.valid_to)),
        (_("权利人次序"), holding.owner_order),
    ]
    yield from ((label, str(value)) for label, value in plain if value not in (None, ""))
    yield from attribute_words(definition, holding)
    yield (
        _("允许用途"),
        uses_words(holding.permitted if isinstance(holding, Holding) else holding.provenance.uses),
    )


def attribute_words(
    definition: HoldingDefinition, holding: Holding | HoldingEntry
) -> Iterator[tuple[str, str]]:
    """(title, words) of the attributes given, in the dictionary's order."""
    for attribute in definition.attributes:
        given = holding.attributes.get(attribute.id)
        if given is None:
            continue
        value = value_of_plain(attribute, given) if isinstance(holding, Holding) else given
        yield said(attribute.title), value_words(attribute, value)
