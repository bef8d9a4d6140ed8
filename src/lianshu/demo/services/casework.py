"""Cases on their way in the demo city: each walked by the services people use, at earlier times,
to where the pack says it has come."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.core.files.base import ContentFile
from django.utils import timezone

from lianshu.accounts.models import User
from lianshu.accounts.queries import actor_of
from lianshu.authority import Actor, ActorMembership
from lianshu.casework.models import CallBack, CallBackOutcome, Case, Channel, LoopVersion, Task
from lianshu.casework.runtime import Running, running_loop, working_calendar
from lianshu.casework.services.acting import act
from lianshu.casework.services.attachments import attach_to_case
from lianshu.casework.services.callbacks import answer_callback, draw_callbacks
from lianshu.casework.services.forms import Given, Stars
from lianshu.casework.services.opening import open_case
from lianshu.casework.services.publishing import publish_files
from lianshu.demo.case_pack import CaseEntry, LoopCases
from lianshu.demo.services.gathered import LOADER, City
from lianshu.engine.loops import Action, Step
from lianshu.engine.worktime import Limit, plan
from lianshu.registry.models import Organisation

PAPER: Final = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
CALLED_PERCENT: Final = 60
"""The demo has few closed cases, so that more of them are called about than in a city."""
STARS: Final = (5, 4, 5, 3, 5, 4)
AGES: Final = (
    *(timedelta(hours=hours) for hours in (2, 5, 9, 20)),
    *(timedelta(days=days) for days in (*range(1, 16), 20, 26, 32)),
    *(timedelta(days=days) for days in (45, 60, 80, 100, 170, 190, 300, 350, 380)),
)
"""How long ago the last thing may have happened, tried in this order until the colour is right."""


@dataclass
class Walker:
    """Takes one case along its loop. `known` are the actors made so far, for all cases."""

    city: City
    people: Mapping[str, str]
    officer: Actor
    now: datetime
    known: dict[int, Actor]
    entry: CaseEntry
    about: LoopCases
    running: Running
    moments: deque[datetime]
    number: int

    def actor(self, organisation: Organisation) -> Actor:
        """Somebody of the organisation: its account, else the contact that the pack names."""
        if organisation.pk not in self.known:
            self.known[organisation.pk] = self._actor(organisation)
        return self.known[organisation.pk]

    def _actor(self, organisation: Organisation) -> Actor:
        user = User.objects.filter(
            is_active=True,
            memberships__organisation=organisation,
            memberships__role__in=("owner", "handler"),
        ).first()
        if user is not None:
            return actor_of(user, now=self.now)
        name = self.people.get(organisation.name, organisation.name)
        member = ActorMembership(organisation.pk, organisation.name, "handler")
        # They have no account: they answer by the link that is sent to a contact.
        return Actor(name=name, memberships=(member,), link=f"demo-{organisation.pk}")

    def who(self, case: Case, role: str, tasks: Iterable[Task]) -> Actor:
        """Who holds the role in the case."""
        if self.running.roles[role].bind == "asker":
            return self.actor(case.asker)
        task = next((each for each in tasks if each.role == role), None)
        if task is not None and task.user_id is not None:
            return actor_of(User.objects.get(pk=task.user_id), now=self.now)
        if task is not None and task.organisation is not None:
            return self.actor(task.organisation)
        return self.officer

    def given(self, case: Case, step: Step, action: Action, now: datetime) -> Given:
        """Everything the action asks for."""
        values: dict[str, Any] = {}
        for each in step.fields if action.requires else ():
            if each.id not in action.requires:
                continue
            if each.type in {"file", "photo"}:
                paper = ContentFile(PAPER, name=f"{each.title}（演示）.pdf")
                stored = attach_to_case(actor=LOADER, case=case, upload=paper, now=now)
                values[each.id] = stored.public_id
            else:
                values[each.id] = self._value(case, each.id, each.type, each.choices, now)
        stars = None
        if action.rating:
            most = self.entry.stars or STARS[self.number % len(STARS)]
            stars = Stars(most, speed=max(1, most - self.number % 2), quality=most)
        return Given(
            values=values,
            reason=action.reasons[0].id if action.reasons else "",
            stars=stars,
            appointed={role: self._members(role) for role in action.assigns},
        )

    def _value(self, case: Case, name: str, kind: str, choices: Any, now: datetime) -> Any:
        if name == "subject":
            return case.subject
        if kind == "money":
            return 800_000 + 150_000 * (self.number % 7)
        if kind == "number":
            return 3 + self.number % 5
        if kind == "date":
            return (timezone.localdate(now) + timedelta(days=60)).isoformat()
        if kind == "choice":
            return choices[self.number % len(choices)].id
        if kind == "organisation":
            return case.asker.name
        return self.about.detail if name == "detail" else self.about.result

    def _members(self, role: str) -> list[Organisation]:
        """Several where the step is for several, else one; never who asks."""
        members = [name for name in self.about.members if name != self.entry.asker]
        several = any(
            step.actor == role and step.complete not in {"one", "any"}
            for step in self.running.loop.steps
        )
        turn = self.number % len(members)
        chosen = members if several else [members[turn]]
        return [self.city.organisations[name] for name in chosen]

    def walk(self, version: LoopVersion, *, urgent: bool) -> Case:
        """Open the case and take each action on the way."""
        asker = self.city.organisations[self.entry.asker]
        opener = self.officer if asker.kind == "chain_office" else self.actor(asker)
        case = open_case(
            actor=opener,
            version=version,
            asker=asker,
            subject=self.entry.subject,
            urgent=urgent,
            now=self.moments.popleft(),
            channel=Channel.LINK if opener.link else Channel.WEB,
        )
        for step, action in way_to(self.running, self.entry.to):
            self._take(case, step, action)
        return case

    def _take(self, case: Case, step: Step, action: Action) -> None:
        """Everybody whose turn it is, until the case goes on."""
        now, there = self.moments[0], step.id
        while there == step.id:
            tasks = list(case.tasks.filter(done_at__isnull=True).select_related("organisation"))
            actor = self.who(case, action.by[0] if action.by else tasks[0].role, tasks)
            there = act(
                actor=actor,
                case=case,
                action=action.id,
                given=self.given(case, step, action, now),
                now=now,
                channel=Channel.LINK if actor.link else Channel.WEB,
            ).step
            if action.to == step.id:
                break
        if len(self.moments) > 1:
            self.moments.popleft()


def way_to(running: Running, goal: str) -> list[tuple[Step, Action]]:
    """The fewest things people do to bring a case to a step or an end."""
    start = running.loop.start
    ways: dict[str, list[tuple[Step, Action]]] = {start: []}
    waiting = deque([start])
    while waiting and goal not in ways:
        step = running.steps[waiting.popleft()]
        for action in step.actions:
            if not action.automatic and action.to not in ways:
                ways[action.to] = [*ways[step.id], (step, action)]
                if action.to in running.steps:
                    waiting.append(action.to)
    return ways[goal]


def load_cases(
    *,
    loops: Iterable[LoopCases],
    folders: Iterable[Path],
    city: City,
    people: Mapping[str, str],
    officer: Actor,
    now: datetime,
) -> None:
    """Publish the loops of the packs and walk every case of the demo. `people` are the contacts
    by the name of their organisation."""
    published = publish_files(actor=LOADER, paths=list(folders), now=now - timedelta(days=400))
    versions = {version.loop: version for version in published}
    known: dict[int, Actor] = {}
    number = 0
    for about in loops:
        version = versions[about.loop]
        running = running_loop(version)
        for entry in about.cases:
            urgent = number % 9 == 4
            way = way_to(running, entry.to)
            last = _last_moment(
                running.steps.get(entry.to), entry.colour, urgent=urgent, number=number, now=now
            )
            moments = _moments(last, len(way) + 1, number)
            Walker(city, people, officer, now, known, entry, about, running, moments, number).walk(
                version, urgent=urgent
            )
            number += 1
    _call_back(now)


def _call_back(now: datetime) -> None:
    """Closed cases that were drawn for a call: most have been called about, some not yet."""
    draw_callbacks(actor=LOADER, now=now, percent=CALLED_PERCENT)
    found = CallBack.objects.select_related("unit").order_by("pk")
    for number, callback in enumerate(found):
        user = User.objects.filter(
            is_active=True,
            memberships__organisation=callback.unit,
            memberships__role__in=("owner", "handler"),
        ).first()
        if user is None or number % 4 == 3:
            continue
        reached = number % 6 != 5
        answer_callback(
            actor=actor_of(user, now=now),
            callback=callback,
            outcome=CallBackOutcome.ANSWERED if reached else CallBackOutcome.UNREACHED,
            stars=max(1, (callback.rated or 3) - number % 3) if reached else None,
            note="对方说事情办成了，等的时间长了些。" if number % 3 else "",
            now=now,
        )


def _last_moment(
    step: Step | None, colour: str, *, urgent: bool, number: int, now: datetime
) -> datetime:
    """When the case came to where it is, so that it stands there in the wanted colour now."""
    if step is None:
        return _at_work(now - timedelta(days=1 + number * 5 % 40), number)
    limit = step.urgent if urgent and step.urgent else step.limit
    assert limit is not None  # no loop is published without
    tried = [_at_work(now - age, number) for age in AGES]
    for moment in tried:
        if _colour(step, limit, moment, now) == colour:
            return moment
    return tried[0]


def _colour(step: Step, limit: Limit, moment: datetime, now: datetime) -> str:
    before = step.amber
    if before is not None and before.rough_minutes >= limit.rough_minutes:
        before = None
    found = plan(working_calendar(), moment, limit, before=before)
    due = found.due.at
    assert due is not None  # nothing stops the clock here
    if now > due:
        return "red" if now - due > timedelta(days=4) else ""  # some working time ago
    return "amber" if found.amber_at is not None and now >= found.amber_at else "green"


def _at_work(moment: datetime, number: int) -> datetime:
    """The same or an earlier moment, on a weekday between nine and five."""
    local = timezone.localtime(moment)
    if local.hour < 9:
        local -= timedelta(days=1)
    if not 9 <= local.hour < 17:
        local = local.replace(hour=16, minute=number * 7 % 60)
    return local - timedelta(days=max(0, local.weekday() - 4))


def _moments(last: datetime, count: int, number: int) -> deque[datetime]:
    """So many moments at work, the last one given, the others a few hours or days apart."""
    found = deque([last])
    for turn in range(1, count):
        gap = timedelta(hours=(3, 20, 26, 50, 8, 75)[(number + turn) % 6])
        found.appendleft(_at_work(found[0] - gap, number + turn))
    return found
