"""How one value of a list is shown and exported."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lianshu.engine.sheets import OutCell
from lianshu.ui import formats
from lianshu.ui.lists.spec import Column


def render_cell(column: Column[Any], row: Any) -> SafeString:
    """The cell's HTML by the column's kind, a link where it has one; empty without a value."""
    value = column.value(row)
    if value is None or value == "":
        return SafeString("")
    shown: SafeString
    if isinstance(value, datetime):
        text = formats.moment(value) if column.kind == "moment" else formats.day(value)
        shown = format_html("<time>{}</time>", text)
    elif isinstance(value, date):
        shown = format_html("<time>{}</time>", formats.day(value))
    elif column.kind == "money" and isinstance(value, int):
        shown = format_html('<span class="num">{}</span>', formats.money(value))
    elif isinstance(value, int | float | Decimal):
        shown = format_html('<span class="num">{}</span>', value)
    else:
        shown = format_html("{}", value)
    if column.link is not None and (href := column.link(row)):
        shown = format_html('<a href="{}">{}</a>', href, shown)
    return shown


def render_below(column: Column[Any], row: Any) -> SafeString:
    """The muted second line of a cell, or nothing."""
    below = None if column.below is None else column.below(row)
    return format_html('<div class="below">{}</div>', below) if below else SafeString("")


def export_cell(column: Column[Any], row: Any) -> OutCell:
    """The cell as a spreadsheet keeps it: numbers and days typed, everything else as text.

    Moments lose their zone because spreadsheets have none: they show the clock of the place.
    Money is in yuan, which the column's header says.
    """
    value = (column.export or column.value)(row)
    if value is None:
        return None
    if isinstance(value, datetime):
        local = timezone.localtime(value).replace(tzinfo=None, microsecond=0)
        return local if column.kind == "moment" else local.date()
    if column.kind == "money" and isinstance(value, int):
        return formats.yuan(value)
    if isinstance(value, str | int | float | Decimal | date):
        return value
    return str(value)
