"""What notices say. An app registers its kinds in a module `notice_kinds`:

    register("exchange.recommended", title=_("新推荐：%(title)s"), body=_("…%(reason)s"))

The wording is rendered when it is read, in the reader's language; a parameter that differs by
language is given in all of them (`in_languages`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import get_language, override

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Outside:
    """What other systems are told of a kind: what it is called in a list to choose from, and which
    particulars go with it. Ids and moments only, never a name or a text that somebody wrote."""

    name: _StrPromise | str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """Wordings with `%(name)s` places for the parameters.

    An urgent kind waits for its reader, who should not first hear of it tomorrow morning. A kind
    without `outside` never leaves by a webhook.
    """

    title: _StrPromise | str
    body: _StrPromise | str
    urgent: bool = False
    outside: Outside | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice in words."""

    title: str
    body: str


_kinds: dict[str, NoticeKind] = {}


def register(
    kind: str,
    *,
    title: _StrPromise | str,
    body: _StrPromise | str = "",
    urgent: bool = False,
    outside: Outside | None = None,
) -> None:
    """Make `kind` (`app.what_happened`) known; `ValueError` when it already is."""
    if kind in _kinds:
        raise ValueError(f"notice kind {kind!r} is registered twice")
    _kinds[kind] = NoticeKind(title=title, body=body, urgent=urgent, outside=outside)


def kind_of(kind: str) -> NoticeKind:
    """The kind; `LookupError` when no app registered it."""
    if kind not in _kinds:
        raise LookupError(f"no app registered notices of kind {kind!r}")
    return _kinds[kind]


def outside_kinds() -> dict[str, Outside]:
    """What webhooks can be told, by kind."""
    return {name: kind.outside for name, kind in _kinds.items() if kind.outside is not None}


def words(kind: str, params: Mapping[str, Any]) -> Wording:
    """The wording in the active language.

    Raises `LookupError` for an unknown kind or a parameter that the wording needs and lacks.
    """
    known = kind_of(kind)
    params = {name: _said(value) for name, value in params.items()}
    # The title becomes a mail subject, where a line break would be a forged header.
    title = " ".join((str(known.title) % params).split())
    return Wording(title=title, body=(str(known.body) % params).strip())


def in_languages(say: Callable[[], object]) -> dict[str, str]:
    """What `say` answers in each language of the site, as a parameter of a notice: who writes it
    may have another language than who reads it."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = str(say())
    return found


def _said(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    language = get_language() or settings.LANGUAGE_CODE
    return value.get(language) or value[settings.LANGUAGE_CODE]
