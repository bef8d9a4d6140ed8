"""What the templates of cases need."""

from __future__ import annotations

from django import template

from lianshu.casework.reading import said
from lianshu.engine.definitions import Text

register = template.Library()


@register.filter
def in_language(text: Text | None) -> str:
    """A definition's text in the reader's language."""
    return said(text)
