"""What the templates of cases need."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from lianshu.casework.reading import said
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
def worktime(minutes: int, day_minutes: int) -> str:
    """Working minutes as working days, hours and minutes."""
    days, rest = divmod(minutes, day_minutes)
    parts = (
        (days, _("%(n)d 个工作日")),
        (rest // 60, _("%(n)d 小时")),
        (rest % 60, _("%(n)d 分钟")),
    )
    return " ".join(words % {"n": n} for n, words in parts if n) or _("%(n)d 分钟") % {"n": 0}
