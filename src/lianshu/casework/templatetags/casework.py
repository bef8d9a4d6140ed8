"""What the templates of cases need."""

from __future__ import annotations

from django import template

from lianshu.casework.times import limit_said, worktime_said
from lianshu.casework.written import said
from lianshu.engine.definitions import Text
from lianshu.ui.badges import Badge

register = template.Library()


@register.filter
def in_language(text: Text | None) -> str:
    """A definition's text in the reader's language."""
    return said(text)


@register.filter
def as_badge(badge: Badge | None) -> str:
    """A coloured word with its symbol."""
    return "" if badge is None else badge.__html__()


@register.filter
def limit(text: str) -> str:
    """A limit such as `3 workdays` in the reader's language."""
    return limit_said(text)


@register.filter
def worktime(minutes: int, day_minutes: int) -> str:
    """Working minutes as working days, hours and minutes."""
    return worktime_said(minutes, day_minutes)
