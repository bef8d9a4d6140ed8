"""Telling people what happened. The event is the outbox: it stays unannounced until the notices
about it are written, both in one transaction, so that nothing is told twice and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.accounts.queries import people_acting_for, people_coordinating
from lianshu.casework.folding import MOVES
from lianshu.casework.models import Case, CaseEvent, Colour, EventKind, Task
from lianshu.casework.runtime import Running, running_loop
from lianshu.casework.services.announcing_opinions import CONSULTING, tell_consultation
from lianshu.casework.services.tasks import Waiter, plan_tasks
from lianshu.casework.written import said
from lianshu.notices.kinds import in_languages
from lianshu.notices.services import notify

BATCH: Final = 2_000
_CLOCK: Final = frozenset(
    {EventKind.SUSPENDED, EventKind.RESUMED, EventKind.EXTENDED, EventKind.RECOMPUTED}
)


def is_something_to_tell(_now: datetime) -> bool:
    """Whether an event waits to be announced."""
    return CaseEvent.objects.filter(announced_at__isnull=True).exists()


def announce(*, now: datetime, progress: Callable[[int], None] = lambda _done: None) -> int:
    """Tell people of what they were not told yet, in order; how many events."""
    waiting = CaseEvent.objects.filter(announced_at__isnull=True).order_by("id")
    told = 0
    for pk in list(waiting.values_list("pk", flat=True)[:BATCH]):
        told += _announce(pk, now)
        progress(told)
    return told


@transaction.atomic
def _announce(pk: int, now: datetime) -> int:
    if not CaseEvent.objects.filter(pk=pk, announced_at__isnull=True).update(announced_at=now):
        return 0
    event = CaseEvent.objects.select_related("case__loop_version").get(pk=pk)
    running = running_loop(event.case.loop_version)
    if event.kind in MOVES or event.kind == EventKind.TAKEN_OVER:
        _tell_whose_turn(event, running, now)
    elif event.kind in {EventKind.AMBER, EventKind.RED, EventKind.REMINDED}:
        _tell_time(event, running, now)
    elif event.kind == EventKind.COMMENTED:
        _tell_comment(event, running, now)
    elif event.kind in _CLOCK:
        _tell_clock(event, running, now)
    elif event.kind in CONSULTING:
        tell_consultation(event, now)
    return 1


def _tell_whose_turn(event: CaseEvent, running: Running, now: datetime) -> None:
    """Who has something to do since then and has not done it yet; who asked, once it is over."""
    case = event.case
    if "end_kind" in event.facts and case.end:
        end = running.ends[case.end]
        people = people_acting_for(case.asker_id, now=now)
        over = {"end": case.end, "result": case.end_kind}
        _notify(
            event,
            people,
            "casework.ended",
            {"end": in_languages(lambda: said(end.name))},
            now,
            over,
        )
        return
    tasks = _still_open(case)
    opened = {
        (each["role"], datetime.fromisoformat(each["since"]))
        for each in event.facts.get("opened", ())
    }
    mine = [task for task in tasks if (task.role, task.opened_at) in opened]
    if handed := event.facts.get("handed"):
        mine = [task for task in tasks if task.user_id == handed[3]]
    if mine:
        people = _people_of_tasks(case, running, mine, now)
        _notify(event, people, "casework.your_turn", _words(running, mine), now, _about(mine))


def _tell_time(event: CaseEvent, running: Running, now: datetime) -> None:
    case = event.case
    if event.step != case.step:
        return  # it went on in the meantime
    colour = next(iter(event.facts.get("coloured", {}).values()), "")
    role = next(iter(event.facts.get("coloured") or event.facts["reminded"]))
    tasks = [task for task in _still_open(case) if task.role == role]
    if not tasks:
        return
    words = _words(running, tasks)
    people = _people_of_tasks(case, running, tasks, now)
    kind = f"casework.{colour or 'reminded'}"
    _notify(event, people, kind, words, now, _about(tasks))
    # The first of the chain hears of a warning, all of it when time is over.
    chain = running.step(case.step).escalate
    told: set[int] = set(people)
    for above in chain[:1] if colour == Colour.AMBER else chain if colour else ():
        others = set(_people_of_role(case, running, above, now)) - told
        told |= others
        who = {"who": in_languages(lambda: said(running.roles[role].name))}
        _notify(event, others, f"casework.{colour}_told", {**words, **who}, now)


def _tell_comment(event: CaseEvent, running: Running, now: datetime) -> None:
    """Who asked, who was appointed and whose turn it is."""
    case = event.case
    organisations = set(
        case.parties.filter(until__isnull=True).values_list("organisation_id", flat=True)
    )
    people = set(_people_of_tasks(case, running, _still_open(case), now))
    for organisation in {case.asker_id, *organisations}:
        people.update(people_acting_for(organisation, now=now))
    _notify(event, people, "casework.commented", {"by": event.actor_name}, now, {})


def _tell_clock(event: CaseEvent, running: Running, now: datetime) -> None:
    """Whose time it is, and who waits for it."""
    case = event.case
    tasks = _still_open(case)
    if event.step != case.step or not tasks:
        return
    people = {
        *_people_of_tasks(case, running, tasks, now),
        *people_acting_for(case.asker_id, now=now),
    }
    what = {"what": in_languages(lambda: EventKind(event.kind).label)}
    words = {**_words(running, tasks), **what}
    _notify(event, people, "casework.clock_changed", words, now, _about(tasks))


def _still_open(case: Case) -> list[Task]:
    return list(case.tasks.filter(done_at__isnull=True))


def _words(running: Running, tasks: Sequence[Task]) -> dict[str, Any]:
    first = tasks[0]
    step = running.step(first.step)
    due = first.due_at
    return {
        "step": in_languages(lambda: said(step.public_name or step.name)),
        "due": in_languages(lambda: _("计时中止"))
        if due is None
        else f"{timezone.localtime(due):%Y-%m-%d %H:%M}",
    }


def _about(tasks: Sequence[Task]) -> dict[str, str | None]:
    """What other systems are told of the same: the step's id and the moment."""
    due = tasks[0].due_at
    when = None if due is None else due.astimezone(UTC).isoformat(timespec="seconds")
    return {"step": tasks[0].step, "due": when}


def _people_of_tasks(
    case: Case, running: Running, tasks: Iterable[Task], now: datetime
) -> list[int]:
    people: dict[int, None] = {}
    for task in tasks:
        waiter = (task.organisation_id, task.user_id)
        people |= dict.fromkeys(_people_of(case, running, task.role, waiter, now))
    return list(people)


def _people_of_role(case: Case, running: Running, role: str, now: datetime) -> list[int]:
    """Whoever holds a role that has no task just now."""
    step = running.step(case.step)
    opening = plan_tasks(case=case, running=running, step=step, now=now, role=role)
    people: dict[int, None] = {}
    for waiter in opening.who:
        people |= dict.fromkeys(_people_of(case, running, role, waiter, now))
    return list(people)


def _people_of(case: Case, running: Running, role: str, waiter: Waiter, now: datetime) -> list[int]:
    organisation, user = waiter
    if user is not None:
        return [user]
    if organisation is not None:
        return people_acting_for(organisation, now=now)
    return people_coordinating(
        region_id=case.region_id,
        chain_id=case.chain_id,
        now=now,
        every_chain=running.roles[role].bind == "operator",
    )


def _notify(
    event: CaseEvent,
    people: Collection[int],
    kind: str,
    words: dict[str, Any],
    now: datetime,
    outside: Mapping[str, str | None] | None = None,
) -> None:
    """Nobody is told of what they did themselves. Other systems are, whoever the people are:
    `outside` has the particulars for them, None where it is nothing for them."""
    own = event.actor_key.removeprefix("user:")
    case = event.case
    about: dict[str, str | int | None] = {}
    if outside is not None:
        about = {"case": case.public_id, "loop": case.loop_version.loop, "seq": event.seq}
    notify(
        recipients=[each for each in people if str(each) != own],
        kind=kind,
        params={"subject": case.subject, **words},
        link=reverse("case", args=[case.public_id]),
        now=now,
        about={**about, **(outside or {})},
    )
