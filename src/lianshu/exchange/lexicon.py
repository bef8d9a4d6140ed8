"""The lexicon that staff keep: for recall, for reasons and for search."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from lianshu.authority import Actor, Capability, Verdict
from lianshu.engine.matching.lexicon import Lexicon, lexicon_of
from lianshu.exchange.models import LexiconEntry, LexiconKind
from lianshu.exchange.rules import can_edit_lexicon

Alternatives = Callable[[str], tuple[str, ...]]


def lexicon_entries(actor: Actor) -> QuerySet[LexiconEntry]:
    """All entries, for whoever keeps the lexicon; nothing for others."""
    rows = LexiconEntry.objects.all()
    return rows if may_keep_lexicon(actor).allowed else rows.none()


def may_keep_lexicon(actor: Actor) -> Verdict:
    """Whether the actor may read and change the lexicon."""
    return can_edit_lexicon(actor)


def entry_by_id(actor: Actor, public_id: str) -> LexiconEntry | None:
    """One entry, or None when there is none for this actor."""
    return lexicon_entries(actor).filter(public_id=public_id).first()


def current_lexicon() -> Lexicon:
    """What is in use; one query."""
    rows = LexiconEntry.objects.filter(active=True).order_by("pk")
    return _lexicon(rows.values_list("kind", "words"))


def lexicon_with(entry: LexiconEntry | None, kind: str, words: Iterable[str]) -> Lexicon:
    """What would be in use if `entry` (a new one: None) held these words."""
    rows = LexiconEntry.objects.filter(active=True).order_by("pk")
    kept = rows.exclude(pk=entry.pk) if entry is not None else rows
    return _lexicon([*kept.values_list("kind", "words"), (kind, list(words))])


def _lexicon(rows: Iterable[tuple[str, list[str]]]) -> Lexicon:
    groups, terms = [], []
    for kind, words in rows:
        if kind == LexiconKind.SYNONYMS:
            groups.append(words)
        else:
            terms += words
    return lexicon_of(groups, terms)


def fingerprint(lexicon: Lexicon) -> str:
    """Names an index built with it."""
    return hashlib.sha256(repr((lexicon.groups, lexicon.terms)).encode()).hexdigest()[:16]


def search_posts(rows: Any, words: str) -> Any:
    """Posts (with their level) by what was typed, a synonym counting as the word."""
    return rows.found_by(words, alternatives=current_lexicon().alternatives)


def keeps_lexicon(actor: Actor) -> bool:
    """For the menu."""
    return actor.has(Capability.COORDINATE)
