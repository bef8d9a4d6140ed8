"""What templates of the chain map need."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.utils.translation import gettext as _

from lianshu.chainmap.reading import percent

register = template.Library()


@register.filter
def lookup(words: Mapping[Any, str], key: Any) -> str:
    """The word for a key."""
    return words.get(key, _("距离未知"))


@register.filter
def share_percent(share: Decimal) -> str:
    """A share of revenue as people read it."""
    return percent(Fraction(share))
