"""The colours of the exchange's states, for its templates."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from lianshu.engine.matching.highlight import pieces
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


@register.filter
def marked(text: str, terms: Iterable[str]) -> SafeString:
    """The text with the matched terms marked; everything in it escaped."""
    return SafeString(
        "".join(
            f"<mark>{escape(piece.text)}</mark>" if piece.matched else escape(piece.text)
            for piece in pieces(text or "", terms or ())
        )
    )
