"""Silence: whoever was asked for an opinion and has not answered when the time is over.

It is an event of its own, never counted as consent. Each is its own short transaction, as in
`alerts`: compare-and-set on the row, one event in the case; killed anywhere, the next run goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import system_actor
from lianshu.casework.models import Case, CaseEvent, Channel, Consultation, EventKind
from lianshu.casework.querysets_consulting import ConsultationQuerySet
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.moving import lock_case
from lianshu.records.errors import Conflict, DomainError

logger = logging.getLogger(__name__)

BATCH: Final = 2_000
"""In one run; the next run, a minute later, goes on."""
CLOCK: Final = system_actor("casework.silence")
"""Who notes that time is over."""


@dataclass(frozen=True, slots=True)
class Silenced:
    """What one run has done. `failed` ones are logged and tried again by the next run."""

    silent: int = 0
    failed: int = 0


def turning_silent(now: datetime) -> ConsultationQuerySet:
    """Those without an answer whose time is over. By index."""
    return Consultation.objects.open().filter(due_at__lt=now)


def note_silence(
    *, now: datetime, progress: Callable[[int], None] = lambda _done: None
) -> Silenced:
    """Everybody who has stayed silent up to `now`, the longest ago first."""
    silent = failed = 0
    found = turning_silent(now).order_by("due_at", "pk").values_list("pk", "case_id")
    for pk, case_id in list(found[:BATCH]):
        try:
            silent += _note(pk, case_id, now)
        except DomainError:
            pass  # somebody acted just now; what is left to do is found again
        except Exception:
            # One case that cannot go on must not keep every other from being noted.
            logger.exception("case %s: silence of consultation %s failed", case_id, pk)
            failed += 1
        progress(silent)
    return Silenced(silent, failed)


@transaction.atomic
def _note(pk: int, case_id: int, now: datetime) -> int:
    case = lock_case(CLOCK, case_id)
    asked = turning_silent(now).filter(pk=pk).first()
    if asked is None:  # it was answered, or the case ended, just now
        return 0
    fall_silent(case=case, asked=asked, now=now)
    return 1


def fall_silent(*, case: Case, asked: Consultation, now: datetime) -> CaseEvent:
    """Write it down, in the caller's transaction, which holds the case."""
    if not Consultation.objects.open().filter(pk=asked.pk).update(silent_at=now):
        raise Conflict(_("这次征求刚刚有了结果，请刷新后查看。"))
    asked.silent_at = now
    what = Happening(
        EventKind.SILENT,
        case.step,
        facts={"silent": [asked.asked_seq, asked.place]},
        organisation_id=asked.organisation_id,
        channel=Channel.SYSTEM,
    )
    return append_event(actor=CLOCK, case=case, what=what, now=now, changes={})
