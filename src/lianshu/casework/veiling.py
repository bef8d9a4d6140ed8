"""What a reader of a case does not see yet: sealed values, and single ratings of one's own work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Matter
from lianshu.casework.models import Case, CaseEvent, Consultation, SealedBox
from lianshu.casework.narrowing import narrowed_to, readable
from lianshu.casework.parts import part_in
from lianshu.casework.queries import cases_for
from lianshu.casework.ratings import hidden_ratings
from lianshu.casework.runtime import Running, action_of, running_loop
from lianshu.casework.sealing import SealBrokenError, unseal
from lianshu.casework.services.seals import has_come_to, key_of
from lianshu.engine.definitions import Text
from lianshu.files.models import StoredFile
from lianshu.files.queries import files_of


@dataclass(frozen=True, slots=True)
class Opening:
    """A seal that the reader could open now, with which role."""

    box: str
    role: str
    title: str


def veil(
    actor: Actor,
    case: Case,
    running: Running,
    events: Sequence[CaseEvent],
    *,
    own: Sequence[Consultation] | None,
) -> list[CaseEvent]:
    """The events that this reader may read, with what it may read of each in place of the payload;
    nothing is saved. `case` comes annotated by `with_care`; `own` is of `narrowed_to`: the
    consultations for which alone it reads the case."""
    events = list(events if own is None else readable(case, running, events, own))
    rated = {event.pk for event in events if "stars" in event.payload.data}
    hidden = hidden_ratings(actor, case, rated) if rated else frozenset()
    boxes = _boxes(case, events)
    for event in events:
        data: Mapping[str, Any] = event.payload.data
        if event.pk in hidden:
            data = _without_stars(running, event, data)
        if boxes:
            data = _with_seals(actor, case, running, event, data, boxes)
        event.payload.data = data
    return events


def may_read_file_of(actor: Actor, case_id: int, public_id: str) -> bool:
    """Whether a file of the case is among what a reader who was asked for its opinion may read."""
    case = cases_for(actor, consulted=True).with_care(actor).filter(pk=case_id).first()
    if case is None:
        return False
    own = narrowed_to(actor, case, list(case.consultations.all()))
    if own is None:
        return False
    return _reads_file(actor, case, public_id, own=own)


def may_read_file_in_box(actor: Actor, box_id: int, public_id: str) -> bool:
    """Whether a file that was sealed is among what a reader may read by now: the two openers, and
    whoever gave it."""
    box = SealedBox.objects.filter(pk=box_id).first()
    case = None if box is None else cases_for(actor).with_care(actor).filter(pk=box.case_id).first()
    if box is None or case is None or not box.is_open:
        return False
    return _reads_file(actor, case, public_id, own=None)


def _reads_file(
    actor: Actor, case: Case, public_id: str, *, own: Sequence[Consultation] | None
) -> bool:
    running = running_loop(case.loop_version)
    events = list(case.events.select_related("payload").order_by("seq"))
    return any(
        public_id in map(str, (*data.get("files", ()), *data.get("values", {}).values()))
        for data in (event.payload.data for event in veil(actor, case, running, events, own=own))
    )


def files_by_id(case: Case, running: Running) -> dict[str, StoredFile]:
    """The files of a case, those of opened seals among them: only a reader of what was sealed
    learns the id under which one is found here."""
    rows = list(files_of(case))
    if _seals(running):
        boxes = SealedBox.objects.filter(case=case, first_opened_at__isnull=False)
        for box in boxes.filter(second_opened_at__isnull=False):
            rows += files_of(box)
    return {each.public_id: each for each in rows}


def _seals(running: Running) -> bool:
    return any(field.sealed_until for step in running.loop.steps for field in step.fields)


def openings_for(actor: Actor, case: Case, running: Running) -> list[Opening]:
    """The seals that wait for this actor."""
    if not _seals(running) or actor.user_id is None or actor.behalf is not None:
        return []
    found = []
    for box in SealedBox.objects.filter(case=case):
        halves = (
            (box.first_role, box.first_opened_at, box.second_opened_by_id),
            (box.second_role, box.second_opened_at, box.first_opened_by_id),
        )
        for role, opened, other in halves:
            if opened is not None or other in actor.stands_for or not has_come_to(case, box):
                continue
            if part_in(actor, case, running, [role], []) is not None:
                title = _("以“%(role)s”开封") % {"role": _said(running.roles[role].name)}
                found.append(Opening(box.public_id, role, title))
    return found


def box_of(case: Case, public_id: str) -> SealedBox | None:
    """One box of a case that the caller has found through `visible_to`."""
    return SealedBox.objects.filter(case=case, public_id=public_id).first()


def may_read_box(actor: Actor, case: Case, running: Running, box: SealedBox) -> bool:
    """The two openers, once both have opened."""
    return (
        box.is_open
        and part_in(actor, case, running, [box.first_role, box.second_role], []) is not None
    )


def may_read_box_id(actor: Actor, box_id: int) -> bool:
    """As `may_read_box`, of a box in a case that the actor may not see at all, perhaps."""
    box = SealedBox.objects.filter(pk=box_id).first()
    case = None if box is None else cases_for(actor).with_care(actor).filter(pk=box.case_id).first()
    if box is None or case is None:
        return False
    return may_read_box(actor, case, running_loop(case.loop_version), box)


def _without_stars(running: Running, event: CaseEvent, data: Mapping[str, Any]) -> dict[str, Any]:
    """A rating with praise is hidden whole; what must be done again is told without its stars."""
    kept = {name: value for name, value in data.items() if name != "stars"}
    step = running.steps.get(event.step)
    action = action_of(step, event.action) if step else None
    if action is None or action.rating != "rework":
        kept["note"] = _("评价满 5 条后汇总告诉办理单位。")
    return kept


def _boxes(case: Case, events: Sequence[CaseEvent]) -> dict[str, SealedBox]:
    if not any(_is_sealed(v) for e in events for v in e.payload.data.get("values", {}).values()):
        return {}
    return {box.public_id: box for box in SealedBox.objects.filter(case=case)}


def _with_seals(
    actor: Actor,
    case: Case,
    running: Running,
    event: CaseEvent,
    data: Mapping[str, Any],
    boxes: Mapping[str, SealedBox],
) -> dict[str, Any]:
    values = {}
    for name, value in data.get("values", {}).items():
        if not _is_sealed(value):
            values[name] = value
            continue
        box = boxes.get(value["box"])
        values[name] = _read(actor, case, running, event, value, box)
    return {**data, "values": values}


def _read(
    actor: Actor,
    case: Case,
    running: Running,
    event: CaseEvent,
    value: Mapping[str, str],
    box: SealedBox | None,
) -> Any:
    if box is None:
        return _("密封")
    if not box.is_open:
        return _("密封至“%(step)s”，由%(first)s和%(second)s分别开封") % {
            "step": _said(running.step(box.until).name),
            "first": _said(running.roles[box.first_role].name),
            "second": _said(running.roles[box.second_role].name),
        }
    own = event.organisation_id in actor.reading_in(Matter.ANSWERS)
    if not own and not may_read_box(actor, case, running, box):
        return _("已开封，只给开封的双方和提交单位看")
    try:
        return unseal(value["sealed"], key_of(box))
    except SealBrokenError:
        return _("密封内容无法解开：记录被改过，或系统密钥换过。请联系平台管理员。")


def _is_sealed(value: object) -> bool:
    return isinstance(value, dict) and "sealed" in value and "box" in value


def _said(text: Text) -> str:
    return text.said_in(get_language() or "zh-hans")
