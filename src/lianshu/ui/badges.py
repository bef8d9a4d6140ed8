"""Small marks: a symbol of the sprite, and a short coloured word.

The colour of a badge repeats what the word says and never stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

Tone = Literal["neutral", "info", "good", "wait", "bad"]

DOT = SafeString('<i class="dot" aria-hidden="true"></i>')


@dataclass(frozen=True, slots=True)
class Badge:
    """`icon` names a symbol of the sprite; empty shows a dot."""

    text: str | Promise
    tone: Tone = "neutral"
    icon: str = ""

    def __str__(self) -> str:
        return str(self.text)

    def __html__(self) -> str:
        mark = icon_html(self.icon) if self.icon else DOT
        return format_html('<span class="tag tag-{}">{}{}</span>', self.tone, mark, self.text)


def icon_html(name: str, extra: str = "") -> SafeString:
    """A symbol of the sprite, hidden from screen readers: words stand beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        extra,
        static("vendor/icons.svg"),
        name,
    )
