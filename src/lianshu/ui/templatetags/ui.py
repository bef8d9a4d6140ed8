"""Template tags and filters every page may use without loading them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lianshu.ui import formats, wording
from lianshu.ui.badges import icon_html
from lianshu.ui.feedback import undo_address
from lianshu.ui.lists.cells import render_below, render_cell
from lianshu.ui.lists.filters import RangeFilter

register = template.Library()

register.filter("money", formats.money)
register.filter("action_label", wording.action_label)
register.filter("field_label", wording.field_label)
register.filter("is_pair", wording.is_pair)
register.simple_tag(formats.money_range, name="money_range")
register.simple_tag(render_cell, name="cell")
register.simple_tag(render_below, name="row_below")
register.simple_tag(icon_html, name="icon")


@register.filter
def day(value: date | datetime | None) -> SafeString:
    """A date with its machine-readable form."""
    if value is None:
        return SafeString("")
    text = formats.day(value)
    return format_html('<time datetime="{}">{}</time>', text, text)


@register.filter
def moment(value: datetime | None) -> SafeString:
    """A point in time with its machine-readable form."""
    if value is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}">{}</time>',
        timezone.localtime(value).isoformat(timespec="seconds"),
        formats.moment(value),
    )


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """`mapping[key]`, or None: templates cannot index by a variable."""
    return mapping.get(key)


@register.filter
def undo_of(message: Any) -> str:
    """Where a message's 撤销 leads, or an empty text."""
    return undo_address(message.extra_tags)


@register.simple_tag(takes_context=True)
def list_link(context: template.Context, **change: Any) -> str:
    """The list's address with one thing changed: `sort`, `page`, `size` or `without` (a chip)."""
    state = context["state"]
    if "sort" in change:
        return str(state.sort_link(change["sort"]))
    return str(state.query(**change))


@register.simple_tag(takes_context=True)
def row_key(context: template.Context, row: Any) -> str:
    """The row's id for bulk actions."""
    return str(context["spec"].key(row))


@register.simple_tag(takes_context=True)
def row_name(context: template.Context, row: Any) -> str:
    """What the row is called."""
    return str(context["spec"].name(row))


@register.simple_tag(takes_context=True)
def row_link(context: template.Context, row: Any) -> str:
    """Where the row leads."""
    return str(context["spec"].link(row))


@register.filter
def range_inputs(each: RangeFilter, value: Any) -> list[tuple[str, str]]:
    """The two inputs of a range: parameter name and what stands in it."""
    ends = value or (None, None)
    return [
        (name, "" if end is None else each.param(end))
        for name, end in zip(each.ends(), ends, strict=True)
    ]


@register.filter
def input_kind(field: BoundField) -> str:
    """`check` for a box whose label stands behind it, else `plain`."""
    return "check" if isinstance(field.field.widget, CheckboxInput) else "plain"


@register.simple_tag
def styled(field: BoundField) -> SafeString:
    """The form field's input with the classes of its kind, tied to its hint and its error."""
    widget = field.field.widget
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return field.as_widget()
    match widget:
        case CheckboxInput():
            css = "form-check-input"
        case Select():
            css = "form-select"
        case _:
            css = "form-control"
    attrs: dict[str, str | bool] = {"class": f"{css} is-invalid" if field.errors else css}
    described = []
    if field.help_text:
        described.append(f"{field.auto_id}_helptext")
    if field.errors:
        described.append(f"{field.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)
