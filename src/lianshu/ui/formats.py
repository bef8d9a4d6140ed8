"""How money, days and moments are written for people."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

FEN = 100
WAN = 10_000
YI = 100_000_000


def _trimmed(value: Decimal) -> str:
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def money(fen: int | None) -> str:
    """An amount as people say it: 3,500 元, 120 万元, 1.2 亿元 (English: CNY 1,200,000)."""
    if fen is None:
        return ""
    yuan = Decimal(fen) / FEN
    if (get_language() or "").startswith("en"):
        return f"CNY {_trimmed(yuan)}"
    if abs(yuan) >= YI:
        return f"{_trimmed(yuan / YI)} 亿元"
    if abs(yuan) >= WAN:
        return f"{_trimmed(yuan / WAN)} 万元"
    return f"{_trimmed(yuan)} 元"


def money_range(low: int | None, high: int | None) -> str:
    """A budget with one or both ends."""
    if low is not None and high is not None:
        return money(low) if low == high else f"{money(low)} – {money(high)}"
    if low is not None:
        return _("%(amount)s 起") % {"amount": money(low)}
    if high is not None:
        return _("不超过 %(amount)s") % {"amount": money(high)}
    return ""


def yuan(fen: int | None) -> Decimal | None:
    """For exports, under a header that says 元."""
    return None if fen is None else Decimal(fen) / FEN


def day(value: date | datetime | None) -> str:
    """2026-11-22, on the calendar of the place."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return value.isoformat()


def moment(value: datetime | None) -> str:
    """2026-11-22 14:05, by the clock of the place."""
    return "" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
