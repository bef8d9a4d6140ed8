"""The database of `kill.py`: people, cases to be taken round, cases that time has overtaken, and
what must be true of them afterwards."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from lianshu.accounts.services import issue_token  # noqa: E402
from lianshu.casework.models import Case, CaseEvent, EventKind, LoopVersion, Task  # noqa: E402
from lianshu.casework.services.acting import act  # noqa: E402
from lianshu.casework.services.alerts import time_has_come, turn_due  # noqa: E402
from lianshu.casework.services.announcing import announce  # noqa: E402
from lianshu.casework.services.forms import Given  # noqa: E402
from lianshu.casework.services.opening import open_case  # noqa: E402
from lianshu.jobs.models import Job, JobStatus, Schedule  # noqa: E402
from lianshu.notices.models import Notice  # noqa: E402
from tests.casework.loops import order_loop  # noqa: E402
from tests.cast import SYSTEM, Cast, assemble  # noqa: E402

if TYPE_CHECKING:
    from bench.kill import Case as Driven

OVERTAKEN = 30
"""More of them before each kill, so that there is always something to turn and to tell."""
ASKED = {"subject": "借用磁测设备", "detail": "下月初用三天，测高温退磁。"}


@dataclass
class Scene:
    """Everything set up, and how to ask about it."""

    cast: Cast
    version: LoopVersion
    cases: list[str]
    overtaken: dict[str, list[str]]
    wanted: dict[str, Counter[tuple[str, str]]]
    """Of one case of each of these kinds: how often who is told what."""
    tokens: dict[str, str]
    way: list[tuple[str, dict[str, Any]]]

    @classmethod
    def set(cls, acts: int) -> Scene:
        """In an empty database."""
        call_command("migrate", verbosity=0)
        cast, version, now = assemble(), order_loop(), datetime.now(UTC)
        solver = cast.organisations["university"].public_id
        way: list[tuple[str, dict[str, Any]]] = [
            ("alice", {"action": "send", "values": ASKED}),
            ("officer", {"action": "assign", "appointed": {"solver": [solver]}}),
            ("carol", {"action": "accept"}),
            ("carol", {"action": "report", "values": {"result": "已借出三天"}}),
            ("alice", {"action": "accept", "stars": {"stars": 5, "speed": 4}}),
        ]
        tokens = {}
        for name in ("alice", "officer", "carol"):
            actor = cast.actor(name, now=now)
            _row, tokens[name] = issue_token(
                actor=actor, label="压测", may_write=True, days=1, now=now
            )
        undisturbed = _overtake(cast, version, now, 3)
        turn_due(actor=SYSTEM, now=now)
        announce(now=now)
        wanted = {name: _told_of(ids)[ids[0]] for name, ids in undisturbed.items()}
        cases = [_opened(cast, version, now) for _ in range(acts // len(way))]
        ids = [each.public_id for each in cases]
        return cls(cast, version, ids, {name: [] for name in wanted}, wanted, tokens, way)

    def overtake_more(self, now: datetime) -> None:
        """Let time overtake some more cases."""
        for name, ids in _overtake(self.cast, self.version, now, OVERTAKEN).items():
            self.overtaken[name] += ids

    def alerts_run(self) -> bool:
        """Whether a worker is turning and telling just now."""
        running = Job.objects.filter(kind="casework.alerts", status=JobStatus.RUNNING)
        return running.exists()

    def hurry_the_clock(self, now: datetime) -> None:
        """Alerts are due at once, not within the minute."""
        Schedule.objects.filter(name="casework.alerts").update(next_due_at=now)

    def told(self) -> str:
        """How much time has brought about."""
        kinds = Counter(
            CaseEvent.objects.exclude(kind__in=(EventKind.OPENED, EventKind.ACTED)).values_list(
                "kind", flat=True
            )
        )
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        return f"{counts}; {Notice.objects.count()} notices"

    def what_is_wrong(self, driven: Iterable[Driven]) -> list[str]:
        """Sentences; none when all is as it should be."""
        return [*self._acts(driven), *self._turned(), *self._notices()]

    def _acts(self, driven: Iterable[Driven]) -> list[str]:
        wrong = []
        users = {name: f"user:{user.pk}" for name, user in self.cast.users.items()}
        for case in driven:
            for key, who, seq, step, end in case.answers:
                events = list(CaseEvent.objects.filter(actor_key=users[who], key=key))
                said = [(each.case.public_id, each.seq, each.to) for each in events]
                if said != [(case.id, seq, step or end)]:
                    wrong.append(f"{key}: answered {seq} {step or end}, kept {said}")
            kept = CaseEvent.objects.filter(case__public_id=case.id, kind=EventKind.ACTED).count()
            if kept != len(self.way) or len(case.answers) != len(self.way):
                wrong.append(f"{case.id}: {kept} acts kept, {len(case.answers)} acknowledged")
        return wrong

    def _turned(self) -> list[str]:
        """Each kind of overtaken case went exactly the way that time leads it."""
        ways = {
            "lapsed": ["opened", "red", "automatic"],
            "waiting": ["opened", "acted", "red", "taken_over"],
            "reminded": ["opened", "reminded"],
        }
        wrong = []
        for name, ids in self.overtaken.items():
            for public_id in ids:
                events = CaseEvent.objects.filter(case__public_id=public_id).order_by("seq")
                kinds = list(events.values_list("kind", flat=True))
                if kinds != ways[name]:
                    wrong.append(f"{public_id} ({name}): {kinds}")
        return wrong

    def _notices(self) -> list[str]:
        """Of each overtaken case everybody was told as of one whose alerts nobody killed."""
        silent = CaseEvent.objects.filter(announced_at__isnull=True).count()
        wrong = [f"{silent} events were not announced"] if silent else []
        for name, ids in self.overtaken.items():
            told = _told_of(ids)
            wrong += [
                f"{each} ({name}) told {sorted(told[each].items())}, not "
                f"{sorted(self.wanted[name].items())}"
                for each in ids
                if told[each] != self.wanted[name]
            ]
        return wrong


def _told_of(ids: Collection[str]) -> dict[str, Counter[tuple[str, str]]]:
    """Of each case: how often who was told what."""
    told: dict[str, Counter[tuple[str, str]]] = {each: Counter() for each in ids}
    for link, kind, who in Notice.objects.order_by().values_list(
        "link", "kind", "recipient__username"
    ):
        public_id = link.removeprefix("/cases/").removesuffix("/")
        if public_id in told:
            told[public_id][kind.removeprefix("casework."), who] += 1
    return told


def _opened(cast: Cast, version: LoopVersion, at: datetime) -> Case:
    return open_case(
        actor=cast.actor("alice", now=at),
        version=version,
        asker=cast.organisations["magnets"],
        subject="磁钢测试设备借用",
        now=at,
    )


def _overtake(cast: Cast, version: LoopVersion, now: datetime, count: int) -> dict[str, list[str]]:
    """Cases whose time is over: never sent, sent and not dispatched, and half-way to their end."""
    found: dict[str, list[str]] = {"lapsed": [], "waiting": [], "reminded": []}
    for number in range(count):
        name = ("lapsed", "waiting", "reminded")[number % 3]
        begun = now - timedelta(days={"lapsed": 40, "waiting": 20, "reminded": 16}[name])
        with transaction.atomic():  # the worker must not come in between
            case = _opened(cast, version, begun)
            if name == "waiting":
                alice = cast.actor("alice", now=begun)
                act(actor=alice, case=case, action="send", given=Given(ASKED), now=begun)
        found[name].append(case.public_id)
    return found


def wait_for_the_clock(scene: Scene, patience: float) -> float:
    """Seconds until nothing is left to turn or to tell; `patience` when something is."""
    begun = time.monotonic()
    while time.monotonic() - begun < patience:
        now = datetime.now(UTC)
        scene.hurry_the_clock(now)
        silent = CaseEvent.objects.filter(announced_at__isnull=True).exists()
        if not silent and not time_has_come(now):
            break
        time.sleep(1.0)
    assert Task.objects.exists()
    return time.monotonic() - begun
