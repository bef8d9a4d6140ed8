"""A short word after something was done, with a way back where there is one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise

_UNDO = "undo:"


def say(request: HttpRequest, text: str | Promise, *, undo: str = "") -> None:
    """Show `text` as a toast on the next page; `undo` is the address whose POST takes it back."""
    messages.success(request, str(text), extra_tags=f"{_UNDO}{undo}" if undo else "")


def undo_address(extra_tags: str | None) -> str:
    """The address that `say` was given, or an empty text."""
    return (extra_tags or "").removeprefix(_UNDO) if (extra_tags or "").startswith(_UNDO) else ""
