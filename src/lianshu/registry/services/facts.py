"""Recording facts: new ones, and corrections that supersede."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record, record_many
from lianshu.authority import Actor, Refusal, require
from lianshu.engine.tables import Absent, FactDefinition, Ratio, Value
from lianshu.records.bulk import Planning, insert_rows, stored_names
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Fact, Organisation
from lianshu.registry.rules import can_record_about
from lianshu.registry.services.entries import (
    FactEntry,
    Provenance,
    RecordingRights,
    check_fact,
)

Key = tuple[int, str, date, str, str]
Row = dict[str, Any]
_CHUNK = 20_000
_IN_LIST = 500
_MOST_PROBLEMS = 200
_KEY = ("organisation_id", "fact", "period_start", "period_kind", "source")
_key_of_row = itemgetter(*_KEY)
_COLUMN_OF = {"text": "text", "date": "day", "bool": "flag", "code": "code"}


@dataclass(frozen=True)
class FactProblem:
    """Why the entry at `index` (from 0) cannot be recorded."""

    index: int
    message: str
    field: str | None


class FactsRefused(DomainError):
    """Nothing was recorded; `problems` (at most 200) say which entries are wrong and why."""

    def __init__(self, problems: Sequence[FactProblem]) -> None:
        first = problems[0]
        super().__init__(
            _("有 %(count)d 条不能记录，全部没有写入。第 %(number)d 条：%(message)s")
            % {"count": len(problems), "number": first.index + 1, "message": first.message},
            field=first.field,
        )
        self.problems = tuple(problems)


@dataclass(frozen=True)
class FactsRecorded:
    """How many entries were new, corrected an earlier value, or said again what was known."""

    new: int
    corrected: int
    unchanged: int


def record_fact(
    *, actor: Actor, entry: FactEntry, now: datetime, corrects: Fact | None = None
) -> Fact:
    """Record one fact; with `corrects`, as the row that supersedes it.

    Raises Refusal, DomainError for what cannot be recorded (one that this source has already given
    for the period needs `corrects`), Conflict when somebody else corrected it first.
    """
    require(can_record_about(actor, entry.organisation, source=entry.provenance.source))
    definition = check_fact(entry, fact_dictionary(), today=timezone.localdate(now))
    current = current_statements([entry]).get(key_of(entry))
    if corrects is None and current is not None:
        raise DomainError(_already(entry, definition), field="period")
    if corrects is not None and (_key_of_fact(corrects) != key_of(entry)):
        raise DomainError(
            _("更正要对同一单位、事实、期间和来源；请核对，或作为新的事实记录。"), field="period"
        )
    if corrects is not None and (current is None or current.pk != corrects.pk):
        raise Conflict(_("这条事实刚刚被别人更正过，请看过最新的值再更正。"), field="value")
    row = Fact(**_columns(entry, definition, actor=actor, now=now, before=corrects))
    try:
        with transaction.atomic():
            row.save()
            if corrects is not None:
                Fact.objects.current().filter(pk=corrects.pk).supersede(by=row, at=now)
            record(
                actor=actor,
                action="fact.recorded" if corrects is None else "fact.corrected",
                obj=entry.organisation,
                now=now,
                # Which statement, not its value: whoever reads the audit may not read every fact.
                changes={f"{row} {row.source}": [corrects and corrects.revision, row.revision]},
            )
    except IntegrityError as error:
        raise Conflict(_("这条事实刚刚被别人记录，请看过最新的值。"), field="value") from error
    return row


@transaction.atomic
def record_facts(
    *, actor: Actor, entries: Iterable[FactEntry], now: datetime, correct: bool = False
) -> FactsRecorded:
    """Record many facts at once, all or none, with one audit entry for each organisation.

    An entry equal to what its source said before is left out. A different value is a problem
    unless `correct`, which supersedes. Raises FactsRefused with every problem, Refusal.
    """
    batch = _Batch(actor=actor, now=now, correct=correct)
    problems: list[FactProblem] = []
    planning = Planning(Fact)
    for begin, chunk in _chunks(entries):
        before = current_statements(chunk)
        rows: list[Row] = []
        for index, entry in enumerate(chunk, begin):
            try:
                rows.extend(batch.judge(entry, before))
            except (DomainError, Refusal) as error:
                problems.append(FactProblem(index, str(error), getattr(error, "field", None)))
                if len(problems) >= _MOST_PROBLEMS:
                    raise FactsRefused(problems) from error
        if not problems:
            _write(rows, before, now=now)
            planning.wrote(len(rows))
    if problems:
        raise FactsRefused(problems)
    record_many(
        actor=actor,
        action="fact.recorded_many",
        objects=list(batch.touched.values()),
        changes=[{"facts": [None, batch.counts[key]]} for key in batch.touched],
        now=now,
    )
    return FactsRecorded(batch.new, batch.corrected, batch.unchanged)


class _Batch:
    """Judges entries one by one and remembers what came before in the same call."""

    def __init__(self, *, actor: Actor, now: datetime, correct: bool) -> None:
        self.actor, self.now, self.correct = actor, now, correct
        self.today = timezone.localdate(now)
        self.dictionary = fact_dictionary()
        self.new = self.corrected = self.unchanged = 0
        self.touched: dict[int, Organisation] = {}
        self.counts: Counter[int] = Counter()
        self._may = RecordingRights(actor)
        self._seen: set[Key] = set()
        self._checked: dict[str, Provenance] = {}

    def judge(self, entry: FactEntry, before: dict[Key, Fact]) -> list[Row]:
        """The row to write (its columns), none when its source said the same before.

        Raises Refusal or DomainError.
        """
        organisation, source = entry.organisation, entry.provenance.source
        require(self._may.record_about(organisation, source=source))
        definition = check_fact(
            entry,
            self.dictionary,
            today=self.today,
            provenance_checked=self._checked.get(entry.fact) is entry.provenance,
        )
        self._checked[entry.fact] = entry.provenance
        key = key_of(entry)
        if key in self._seen:
            raise DomainError(
                _("“%(fact)s”%(period)s 在这一批里出现了两次，期间重叠，请留下一条。")
                % {"fact": definition.title, "period": entry.period.label},
                field="period",
            )
        self._seen.add(key)
        earlier = before.get(key)
        if earlier is not None and says_the_same(earlier, entry):
            self.unchanged += 1
            return []
        if earlier is not None and not self.correct:
            raise DomainError(_already(entry, definition), field="period")
        self.new += earlier is None
        self.corrected += earlier is not None
        self.touched.setdefault(organisation.pk, organisation)
        self.counts[organisation.pk] += 1
        return [_columns(entry, definition, actor=self.actor, now=self.now, before=earlier)]


def says_the_same(earlier: Fact, entry: FactEntry) -> bool:
    given = entry.provenance
    return (
        earlier.value == entry.value
        and earlier.uses == given.uses
        and earlier.consent_on == given.consent_on
        and earlier.consent_scope == given.consent_scope
    )


def _write(rows: Sequence[Row], before: dict[Key, Fact], *, now: datetime) -> None:
    names = stored_names(Fact)
    empty = dict.fromkeys(names)
    try:
        insert_rows(Fact, names, (list((empty | row).values()) for row in rows))
    except IntegrityError as error:
        raise Conflict(_("有几条事实刚刚被别人记录或更正，全部没有写入，请再试一次。")) from error
    corrected = [before[key].pk for key in map(_key_of_row, rows) if key in before]
    for start in range(0, len(corrected), _IN_LIST):
        old = Fact.objects.filter(pk__in=corrected[start : start + _IN_LIST])
        old.supersede(by=Fact.objects.next_revision(), at=now)


def current_statements(entries: Sequence[FactEntry]) -> dict[Key, Fact]:
    """What is known now under the keys of these entries (and some beside them)."""
    organisations = sorted({entry.organisation.pk for entry in entries})
    facts = sorted({entry.fact for entry in entries})
    found: dict[Key, Fact] = {}
    for start in range(0, len(organisations), _IN_LIST):
        rows = Fact.objects.current().filter(
            organisation__in=organisations[start : start + _IN_LIST], fact__in=facts
        )
        found.update((_key_of_fact(row), row) for row in rows)
    return found


def _chunks(entries: Iterable[FactEntry]) -> Iterable[tuple[int, list[FactEntry]]]:
    chunk: list[FactEntry] = []
    begin = 0
    for entry in entries:
        chunk.append(entry)
        if len(chunk) == _CHUNK:
            yield begin, chunk
            begin, chunk = begin + len(chunk), []
    if chunk:
        yield begin, chunk


def key_of(entry: FactEntry) -> Key:
    period = entry.period
    return (
        entry.organisation.pk,
        entry.fact,
        period.start,
        period.kind.value,
        entry.provenance.source,
    )


def _key_of_fact(row: Fact) -> Key:
    return (row.organisation_id, row.fact, row.period_start, row.period_kind, row.source)


def _already(entry: FactEntry, definition: FactDefinition) -> str:
    return _(
        "“%(organisation)s”的“%(fact)s”%(period)s 已有这个来源的记录，期间重叠；"
        "值不同请用更正，不要重复记录。"
    ) % {
        "organisation": entry.organisation.name,
        "fact": definition.title,
        "period": entry.period.label,
    }


def _columns(
    entry: FactEntry,
    definition: FactDefinition,
    *,
    actor: Actor,
    now: datetime,
    before: Fact | None,
) -> Row:
    """The columns of the row, those left out empty."""
    given, organisation, period = entry.provenance, entry.organisation, entry.period
    return {
        "organisation_id": organisation.pk,
        "region_id": organisation.region_id,
        "chain_id": organisation.chain_id,
        "source": given.source,
        "uses": int(given.uses),
        "consent_on": given.consent_on,
        "consent_scope": given.consent_scope.strip(),
        "evidence_id": given.evidence.pk if given.evidence else None,
        "evidence_note": given.evidence_note.strip(),
        "recorded_at": now,
        "recorded_by_id": actor.user_id,
        "revision": 1 if before is None else before.revision + 1,
        "fact": entry.fact,
        "period_start": period.start,
        "period_end": period.end,
        "period_kind": period.kind.value,
        "known_absent": False,
        **_value_columns(definition, entry.value),
    }


def _value_columns(definition: FactDefinition, value: Value | Absent) -> Row:
    if isinstance(value, Absent):
        return {"known_absent": True}
    if isinstance(value, Ratio):
        return {"numerator": value.numerator, "denominator": value.denominator}
    return {_COLUMN_OF.get(definition.type, "whole"): value}
