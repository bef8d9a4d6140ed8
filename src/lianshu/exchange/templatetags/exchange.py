"""The colours of the exchange's states, for its templates."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from lianshu.exchange import badges

register = template.Library()


@register.filter
def post_badge(status: str) -> SafeString:
    """A demand's or resource's state."""
    return SafeString(badges.post_badge(status).__html__())


@register.filter
def pair_badge(status: str) -> SafeString:
    """A recommendation's state."""
    return SafeString(badges.pair_badge(status).__html__())


@register.filter
def project_badge(status: str) -> SafeString:
    """A project's progress."""
    return SafeString(badges.project_badge(status).__html__())


@register.filter
def level_badge(level: int) -> SafeString:
    """How much a reader may know."""
    return SafeString(badges.level_badge(level).__html__())
