"""Writing the lexicon: every entry with its history, every write undone by another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.engine.matching.lexicon import cleaned
from lianshu.exchange.models import LexiconEntry, LexiconKind, LexiconRevision
from lianshu.exchange.rules import can_edit_lexicon
from lianshu.records.errors import Conflict, DomainError, NotFound

MOST_WORDS = 20
LONGEST_WORD = 30


@transaction.atomic
def add_lexicon_entry(
    *, actor: Actor, kind: str, words: Iterable[str], now: datetime
) -> LexiconEntry:
    """Teach a group of synonyms, or terms that are one word each."""
    require(can_edit_lexicon(actor))
    checked = checked_words(kind, words)
    _check_new(checked, besides=None)
    entry = LexiconEntry(kind=kind, words=checked, line="、".join(checked), version=1)
    _save(entry, actor=actor, now=now)
    record(actor=actor, action="lexicon.added", obj=entry, now=now)
    return entry


@transaction.atomic
def edit_lexicon_entry(
    *,
    actor: Actor,
    entry: LexiconEntry,
    kind: str,
    words: Iterable[str],
    version: int,
    now: datetime,
) -> LexiconEntry:
    """Change its words; `Conflict` when somebody else did meanwhile."""
    require(can_edit_lexicon(actor))
    row = _locked(entry)
    if row.version != version:
        raise Conflict(
            _("“%(line)s”在您打开之后被修改过，请看过最新内容再保存。") % {"line": row.line}
        )
    checked = checked_words(kind, words)
    if (row.kind, row.words) == (kind, checked):
        return row
    _check_new(checked, besides=row)
    before = row.line
    row.kind, row.words, row.line = kind, checked, "、".join(checked)
    row.version += 1
    _save(row, actor=actor, now=now)
    record(
        actor=actor,
        action="lexicon.edited",
        obj=row,
        now=now,
        changes={"words": [before, row.line]},
    )
    return row


@transaction.atomic
def set_lexicon_active(
    *, actor: Actor, entry: LexiconEntry, active: bool, now: datetime
) -> LexiconEntry:
    """Put an entry out of use, or back into use."""
    require(can_edit_lexicon(actor))
    row = _locked(entry)
    if row.active == active:
        return row
    if active:
        _check_new(row.words, besides=row)
    row.active = active
    row.version += 1
    _save(row, actor=actor, now=now)
    record(
        actor=actor,
        action="lexicon.put_back" if active else "lexicon.put_out",
        obj=row,
        now=now,
    )
    return row


@transaction.atomic
def undo_lexicon_change(*, actor: Actor, entry: LexiconEntry, now: datetime) -> LexiconEntry:
    """Back to the revision before the last, as a new revision; an entry just added goes out."""
    require(can_edit_lexicon(actor))
    row = _locked(entry)
    before = row.revisions.filter(number__lt=row.version).first()
    if before is None:
        return set_lexicon_active(actor=actor, entry=row, active=False, now=now)
    if before.active:
        _check_new(before.words, besides=row)
    row.kind, row.words, row.active = before.kind, before.words, before.active
    row.line = "、".join(before.words)
    row.version += 1
    _save(row, actor=actor, now=now)
    record(actor=actor, action="lexicon.undone", obj=row, now=now)
    return row


def checked_words(kind: str, words: Iterable[str]) -> list[str]:
    """The words as they are kept; `DomainError` says what is wrong with them."""
    if kind not in LexiconKind.values:
        raise DomainError(_("请选择是同义词还是整词。"), field="kind")
    kept: dict[str, str] = {}
    for word in words:
        key = cleaned(word)
        if key:
            kept.setdefault(key, " ".join(word.split()))
    found = list(kept.values())
    if kind == LexiconKind.SYNONYMS and len(found) < 2:
        raise DomainError(_("同义词至少写两个不同的词，用顿号或换行分开。"), field="words")
    if not found:
        raise DomainError(_("请写至少一个词。"), field="words")
    if len(found) > MOST_WORDS:
        raise DomainError(
            _("一条最多 %(most)d 个词，请分成几条。") % {"most": MOST_WORDS}, field="words"
        )
    for word in found:
        if len(word) < 2:
            raise DomainError(
                _("“%(word)s”只有一个字，会到处匹配；请写完整的词。") % {"word": word},
                field="words",
            )
        if len(word) > LONGEST_WORD:
            raise DomainError(
                _("“%(word)s”超过 %(most)d 个字，请只写词。")
                % {"word": word[:LONGEST_WORD], "most": LONGEST_WORD},
                field="words",
            )
    return found


def _check_new(words: Sequence[str], *, besides: LexiconEntry | None) -> None:
    """A word stands in one entry in use, so that nobody has to guess which of two holds."""
    wanted = {cleaned(word): word for word in words}
    rows = LexiconEntry.objects.filter(active=True)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    for line, known in rows.values_list("line", "words"):
        taken = [wanted[key] for key in map(cleaned, known) if key in wanted]
        if taken:
            raise DomainError(
                _("“%(word)s”已经在“%(line)s”这一条里，请修改那一条。")
                % {"word": taken[0], "line": line},
                field="words",
            )


def _locked(entry: LexiconEntry) -> LexiconEntry:
    row = LexiconEntry.objects.select_for_update().filter(pk=entry.pk).first()
    if row is None:
        raise NotFound(_("这个词条已不存在。"))
    return row


def _save(entry: LexiconEntry, *, actor: Actor, now: datetime) -> None:
    entry.updated_at, entry.updated_by_name = now, signature(actor)
    entry.save()
    LexiconRevision.objects.create(
        entry=entry,
        number=entry.version,
        at=now,
        actor_name=entry.updated_by_name,
        words=entry.words,
        kind=entry.kind,
        active=entry.active,
    )
