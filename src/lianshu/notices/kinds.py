"""What notices say. An app registers its kinds in a module `notice_kinds`:

    register("exchange.recommended", title=_("新推荐：%(title)s"), body=_("…%(reason)s"))

The wording is rendered when it is read, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """Wordings with `%(name)s` places for the parameters."""

    title: _StrPromise | str
    body: _StrPromise | str


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice in words."""

    title: str
    body: str


_kinds: dict[str, NoticeKind] = {}


def register(kind: str, *, title: _StrPromise | str, body: _StrPromise | str = "") -> None:
    """Make `kind` (`app.what_happened`) known; `ValueError` when it already is."""
    if kind in _kinds:
        raise ValueError(f"notice kind {kind!r} is registered twice")
    _kinds[kind] = NoticeKind(title=title, body=body)


def words(kind: str, params: Mapping[str, Any]) -> Wording:
    """The wording in the active language.

    Raises `LookupError` for an unknown kind or a parameter that the wording needs and lacks.
    """
    if kind not in _kinds:
        raise LookupError(f"no app registered notices of kind {kind!r}")
    known = _kinds[kind]
    # The title becomes a mail subject, where a line break would be a forged header.
    title = " ".join((str(known.title) % params).split())
    return Wording(title=title, body=(str(known.body) % params).strip())
