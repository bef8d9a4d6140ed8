"""Sealing what a step asks for until a later one, and opening it by two roles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Refusal
from lianshu.casework.models import Case, CaseEvent, EventKind, SealedBox
from lianshu.casework.parts import part_in
from lianshu.casework.runtime import Running, running_loop
from lianshu.casework.sealing import joined, new_key, seal, split, unwrap, wrap
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.moving import lock_case
from lianshu.engine.loops import Step
from lianshu.engine.loops.model import FormField
from lianshu.files.models import StoredFile
from lianshu.records.errors import Conflict, DomainError
from lianshu.records.fields import opaque_id


def sealed_data(*, case: Case, step: Step, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the event keeps: the values of sealed fields encrypted, `{"box": …, "sealed": …}`.

    In the caller's transaction, which holds the case. The digest of the event is of this.
    """
    values = data.get("values", {})
    fields = [each for each in step.fields if each.sealed_until and each.id in values]
    if not fields:
        return data
    kept = dict(values)
    for each in fields:
        box, key = _box_for(case, each)
        if each.type in {"file", "photo"}:
            _move_file(case, box, str(values[each.id]))
        kept[each.id] = {"box": box.public_id, "sealed": seal(values[each.id], key)}
    return {**data, "values": kept}


def _box_for(case: Case, field: FormField) -> tuple[SealedBox, bytes]:
    """The box that is being filled, or a new one for a new round; and its key."""
    until = field.sealed_until or ""
    first, second = field.openers
    rows = SealedBox.objects.filter(
        case=case, until=until, first_role=first, second_role=second, since_seq__lte=case.head_seq
    )
    box = rows.order_by("-since_seq", "-pk").first()
    if box is not None and not has_come_to(case, box):
        return box, key_of(box)
    key, public_id = new_key(), opaque_id()
    halves = split(key)
    box = SealedBox.objects.create(
        public_id=public_id,
        case=case,
        until=until,
        first_role=first,
        second_role=second,
        first_half=wrap(halves[0], public_id, first),
        second_half=wrap(halves[1], public_id, second),
        since_seq=case.head_seq,
    )
    return box, key


def _move_file(case: Case, box: SealedBox, public_id: str) -> None:
    """From here on the file belongs to the box, and is read as the box is."""
    StoredFile.objects.filter(
        public_id=public_id, object_type=case._meta.label_lower, object_id=case.pk
    ).update(object_type=box._meta.label_lower, object_id=box.pk)


def key_of(box: SealedBox) -> bytes:
    """The key, of both halves."""
    return joined(
        unwrap(box.first_half, box.public_id, box.first_role),
        unwrap(box.second_half, box.public_id, box.second_role),
    )


def has_come_to(case: Case, box: SealedBox) -> bool:
    """Whether the case has come to the step until which the box is sealed, since it was begun."""
    later = CaseEvent.objects.filter(case=case, seq__gt=box.since_seq, to=box.until)
    return case.step == box.until or later.exists()


@transaction.atomic
def open_seal(*, actor: Actor, case: Case, box: SealedBox, role: str, now: datetime) -> CaseEvent:
    """One of the two openers opens; each opening is an event. After both the values are readable.

    Refused before the case has come to the step, to whoever does not hold the role, and to a person
    who has opened with the other role already.
    """
    if box.case_id != case.pk or role not in {box.first_role, box.second_role}:
        raise DomainError(_("这份密封内容不由这个角色开封。"), field="role")
    found = lock_case(actor, case.pk)
    running = running_loop(found.loop_version)
    box = SealedBox.objects.select_for_update().get(pk=box.pk)
    _check(actor, found, running, box, role)
    part = part_in(actor, found, running, [role], [])
    names = {"role": running.roles[role].name}
    if part is None:
        raise Refusal(_("只有“%(role)s”可以用这把钥匙开封，您不在其中。") % names)
    first = role == box.first_role
    if (box.first_opened_at if first else box.second_opened_at) is not None:
        raise Conflict(_("“%(role)s”已经开封过了。") % names)
    what = Happening(
        EventKind.UNSEALED,
        found.step,
        facts={"box": box.public_id, "role": role},
        organisation_id=part.organisation_id,
    )
    event = append_event(actor=actor, case=found, what=what, now=now, changes={})
    if first:
        box.first_opened_at, box.first_opened_by_id = now, actor.user_id
    else:
        box.second_opened_at, box.second_opened_by_id = now, actor.user_id
    box.save()
    return event


def _check(actor: Actor, case: Case, running: Running, box: SealedBox, role: str) -> None:
    if actor.user_id is None or actor.behalf is not None:
        raise Refusal(_("开封要由本人登录办理，不能代办。"))
    if not has_come_to(case, box):
        raise Refusal(
            _("密封到“%(step)s”这一步，现在还不能开封。") % {"step": running.step(box.until).name}
        )
    other = box.second_opened_by_id if role == box.first_role else box.first_opened_by_id
    if other is not None and other in actor.stands_for:
        raise Refusal(_("另一把钥匙也是您开的。两把钥匙要由两个人分别开封。"))
