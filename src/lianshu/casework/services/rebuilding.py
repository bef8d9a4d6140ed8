"""Making cases, tasks, parts and consultations anew from the events; saying where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.casework.folding import Folded, FoldedConsultation, FoldedParty, FoldedTask, fold
from lianshu.casework.models import Case, CaseParty, Consultation, LoopVersion, Task
from lianshu.registry.models import Succession, SuccessionKind

_STATE: Final = (
    "step",
    "end",
    "end_kind",
    "step_since",
    "suspended_since",
    "ended_at",
    "reopened",
    "head_seq",
    "head_hash",
)
_TASK: Final = tuple(each.name for each in fields(FoldedTask))
_PARTY: Final = tuple(each.name for each in fields(FoldedParty))
_ASKED: Final = tuple(each.name for each in fields(FoldedConsultation))


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a case is not what its events say."""

    case: str
    what: str


def rebuild_cases(*, check: bool) -> Iterator[Difference]:
    """Compare every case with its events; unless `check`, set right what differs, case by case."""
    followed = _followed()
    versions = {(each.loop, each.version): each.pk for each in LoopVersion.objects.all()}
    for pk in Case.objects.order_by("pk").values_list("pk", flat=True).iterator(2_000):
        with transaction.atomic():
            yield from _rebuild(pk, versions, followed, check=check)


def _rebuild(
    pk: int,
    versions: Mapping[tuple[str, int], int],
    followed: Mapping[int, int],
    *,
    check: bool,
) -> Iterator[Difference]:
    case = Case.objects.select_for_update(of=("self",)).get(pk=pk)
    folded = fold(case.events.order_by("seq"))
    tasks = list(case.tasks.order_by("pk"))
    parties = list(case.parties.order_by("pk"))
    found = [Difference(case.public_id, what) for what in _state_differs(case, folded, versions)]
    if _rows(tasks, _TASK, followed) != _rows(folded.tasks, _TASK, followed):
        found.append(Difference(case.public_id, _("待办与记录不一致")))
    if _rows(parties, _PARTY, followed) != _rows(folded.parties, _PARTY, followed):
        found.append(Difference(case.public_id, _("参与单位与记录不一致")))
    asked = list(case.consultations.order_by("pk"))
    if _rows(asked, _ASKED, followed) != _rows(folded.consultations, _ASKED, followed):
        found.append(Difference(case.public_id, _("征求意见与记录不一致")))
    yield from found
    if found and not check and folded.head_seq:
        _write(case, folded, versions, followed)


def _state_differs(
    case: Case, folded: Folded, versions: Mapping[tuple[str, int], int]
) -> Iterator[str]:
    if not folded.head_seq:
        yield _("办件没有任何记录，无法重建")
        return
    for name in _STATE:
        if getattr(case, name) != getattr(folded, name):
            yield _("%(field)s：现在是“%(is)s”，记录是“%(said)s”") % {
                "field": name,
                "is": getattr(case, name),
                "said": getattr(folded, name),
            }
    if case.loop_version_id != versions.get(folded.loop):
        yield _("流程版本与记录不一致")


def _rows(rows: list[Any], names: tuple[str, ...], followed: Mapping[int, int]) -> list[Any]:
    """The rows as comparable values; a merged organisation counts as its successor."""
    place = names.index("organisation_id")
    values = [[getattr(row, name) for name in names] for row in rows]
    for row in values:
        row[place] = followed.get(row[place], row[place])
    return sorted(values, key=repr)


def _write(
    case: Case,
    folded: Folded,
    versions: Mapping[tuple[str, int], int],
    followed: Mapping[int, int],
) -> None:
    for name in _STATE:
        setattr(case, name, getattr(folded, name))
    case.loop_version_id = versions[folded.loop]
    case.save(update_fields=[*_STATE, "loop_version"])
    case.tasks.all().delete()
    case.parties.all().delete()
    # As after a merge: what now has one name twice is kept once.
    parts: dict[str, Any] = {}
    for party in folded.parties:
        party.organisation_id = followed.get(party.organisation_id, party.organisation_id)
        parts.setdefault(repr(astuple(party)), party)
    CaseParty.objects.bulk_create(
        CaseParty(case=case, **{name: getattr(each, name) for name in _PARTY})
        for each in parts.values()
    )
    for task in folded.tasks:
        if task.organisation_id is not None:
            task.organisation_id = followed.get(task.organisation_id, task.organisation_id)
    Task.objects.bulk_create(
        Task(
            case=case,
            region_id=case.region_id,
            chain_id=case.chain_id,
            **{name: getattr(each, name) for name in _TASK},
        )
        for each in folded.tasks
    )
    _write_consultations(case, folded, followed)


def _write_consultations(case: Case, folded: Folded, followed: Mapping[int, int]) -> None:
    case.consultations.all().delete()
    for each in folded.consultations:
        each.organisation_id = followed.get(each.organisation_id, each.organisation_id)
    Consultation.objects.bulk_create(
        Consultation(
            case=case,
            region_id=case.region_id,
            chain_id=case.chain_id,
            **{name: getattr(each, name) for name in _ASKED},
        )
        for each in folded.consultations
    )


def _followed() -> dict[int, int]:
    """Each merged organisation with the one that stands for it now."""
    merged = dict(
        Succession.objects.filter(undone_at__isnull=True)
        .exclude(kind=SuccessionKind.SPLIT)
        .values_list("predecessor_id", "successor_id")
    )
    for before, after in list(merged.items()):
        last, seen = after, {before}
        while last in merged and last not in seen:
            seen.add(last)
            last = merged[last]
        merged[before] = last
    return merged
