"""A city with 200,000 cases, for `cases.py`: generated in bulk, not through the services.

Rows have the shapes that the services give them; hashes are digests of a number, not of the events,
so nothing here can be verified.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402

from lianshu.accounts.models import User  # noqa: E402
from lianshu.accounts.services import create_user, give_grant  # noqa: E402
from lianshu.authority import Capability  # noqa: E402
from lianshu.casework.models import (  # noqa: E402
    Case,
    CaseEvent,
    CaseEventPayload,
    CaseParty,
    Colour,
    LoopVersion,
    Task,
)
from lianshu.casework.runtime import running_loop  # noqa: E402
from lianshu.casework.services.publishing import publish_loop  # noqa: E402
from lianshu.engine.loops import EndKind, Graph, load_loop, ways_to_ends  # noqa: E402
from lianshu.records.bulk import insert_rows, stored_names  # noqa: E402
from lianshu.records.fields import opaque_id  # noqa: E402
from lianshu.registry.models import Chain, Organisation, Region  # noqa: E402
from lianshu.registry.services import add_chain, add_region  # noqa: E402
from tests.cast import PASSWORD, SYSTEM, assemble  # noqa: E402

PEOPLE = ("firm", "member", "chain", "district", "city")
LOOPS = ("order", "programme", "research-project", "routine")
DISTRICTS, STREETS, CHAINS = 10, 8, 17
FIRMS, MEMBERS = 5_000, 300
OPEN_SHARE = 0.1
PART = 20_000


@dataclass
class Table:
    """Rows of one table, keys given out here so that rows can name each other."""

    model: type[models.Model]
    defaults: dict[str, Any] = field(default_factory=dict)
    rows: list[list[Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    keys: Iterator[int] = field(default_factory=lambda: itertools.count(1_000_000))

    def __post_init__(self) -> None:
        key = self.model._meta.pk
        own = [] if key.is_relation else [key.attname]
        self.names = own + stored_names(self.model) if own else self._all_names()
        for each in self.model._meta.concrete_fields:
            if each.has_default() and each.attname not in self.defaults:
                self.defaults[each.attname] = each.get_default
            elif isinstance(each, models.CharField | models.TextField):
                self.defaults.setdefault(each.attname, "")

    def _all_names(self) -> list[str]:
        return [each.attname for each in self.model._meta.concrete_fields]

    def add(self, **values: Any) -> int:
        """Its key."""
        key = values.setdefault("id", next(self.keys)) if "id" in self.names else 0
        row = []
        for name in self.names:
            value = values[name] if name in values else self.defaults.get(name)
            row.append(value() if callable(value) else value)
        self.rows.append(row)
        return int(key)

    def write(self) -> None:
        """To the database."""
        insert_rows(self.model, self.names, self.rows)
        self.rows.clear()


@dataclass
class City:
    """Who is in it, and by which loops its cases go."""

    now: datetime
    firms: list[Organisation]
    members: list[Organisation]
    versions: list[LoopVersion]
    people: dict[str, User] = field(default_factory=dict)


def find(now: datetime) -> City:
    """The city as it was built before."""
    people = {name: User.objects.get(username=f"the-{name}") for name in PEOPLE}
    versions = [LoopVersion.objects.get(loop=name) for name in LOOPS]
    return City(now, [], [], versions, people)


def build(cases: int, now: datetime, seed: int) -> City:
    """Everything, in an empty database; statistics are gathered at the end."""
    call_command("migrate", verbosity=0)
    rng = random.Random(seed)
    with transaction.atomic():
        city = _city(now)
    generator = _Generator(city, rng)
    for start in range(0, cases, PART):
        with transaction.atomic():
            for _ in range(min(PART, cases - start)):
                generator.case()
            generator.write()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return city


def _city(now: datetime) -> City:
    cast = assemble()
    top = cast.regions["ningbo"]
    districts = [
        add_region(code=f"d{n}", name=f"{n}号区", kind="county", parent=top)
        for n in range(DISTRICTS)
    ]
    streets = [
        add_region(code=f"d{n}s{m}", name=f"{n}号区{m}号街道", kind="street", parent=district)
        for n, district in enumerate(districts)
        for m in range(STREETS)
    ]
    chains = [
        add_chain(actor=SYSTEM, code=f"c{n}", name=f"第{n}产业链", name_en=f"Chain {n}", now=now)
        for n in range(CHAINS)
    ]
    rng = random.Random(1)
    firms = _organisations("企业", "enterprise", FIRMS, streets, chains, rng, now)
    members = _organisations("研究院", "institute", MEMBERS, districts, chains, rng, now)
    versions = []
    for name in LOOPS:
        path = settings.PACKS / "national" / "loops" / f"{name}.yaml"
        versions.append(publish_loop(actor=SYSTEM, loaded=load_loop(path), now=now))
    city = City(now, firms, members, versions)
    people: dict[str, tuple[Organisation, tuple[Region, Chain | None] | None]] = {
        "firm": (firms[0], None),
        "member": (members[0], None),
        "district": (cast.organisations["office"], (districts[0], None)),
        "chain": (cast.organisations["office"], (top, chains[0])),
        "city": (cast.organisations["office"], (top, None)),
    }
    for name, (organisation, care) in people.items():
        city.people[name] = _person(name, organisation, care, now)
    return city


def _person(
    name: str, organisation: Organisation, care: tuple[Region, Chain | None] | None, now: datetime
) -> User:
    begun = now - timedelta(days=400)
    user, membership = create_user(
        actor=SYSTEM,
        username=f"the-{name}",
        name=name,
        email=f"{name}@example.test",
        password=PASSWORD,
        organisation=organisation,
        role="handler",
        now=begun,
    )
    if care is not None:
        region, chain = care
        give_grant(
            actor=SYSTEM,
            membership=membership,
            capability=Capability.COORDINATE,
            region=region,
            chain=chain,
            every_chain=chain is None,
            now=begun,
        )
    return user


def _organisations(
    word: str,
    kind: str,
    count: int,
    regions: Sequence[Region],
    chains: Sequence[Chain],
    rng: random.Random,
    now: datetime,
) -> list[Organisation]:
    rows = []
    for number in range(count):
        row = Organisation(
            name=f"{word}{number}",
            kind=kind,
            region=rng.choice(regions),
            chain=rng.choice(chains),
            created_at=now,
            updated_at=now,
        )
        row.refresh_keys()
        rows.append(row)
    return Organisation.objects.bulk_create(rows, batch_size=1_000)


class _Generator:
    """Cases that went their shortest way to an end, or some of it."""

    def __init__(self, city: City, rng: random.Random) -> None:
        self.city, self.rng = city, rng
        told = {"announced_at": city.now, "channel": "web", "fold": 1}
        self.tables = {
            model: Table(model, defaults)
            for model, defaults in (
                (Case, {"suspended_since": None}),
                (CaseParty, {}),
                (CaseEvent, told),
                (CaseEventPayload, {}),
                (Task, {}),
            )
        }
        self.ways = []
        for version in city.versions:
            running = running_loop(version)
            ways = ways_to_ends(Graph(running.loop))
            done = next(end.id for end in running.loop.ends if end.kind is EndKind.DONE)
            self.ways.append((version, running, done, ways[done]))

    def write(self) -> None:
        """What has gathered."""
        for table in self.tables.values():
            table.write()

    def case(self) -> None:
        """One more."""
        rng, now = self.rng, self.city.now
        version, running, done, way = rng.choice(self.ways)
        firm = rng.choice(self.city.firms)
        is_open = rng.random() < OPEN_SHARE
        length = rng.randrange(len(way)) if is_open else len(way)
        since = now - timedelta(
            minutes=rng.randrange(5 * 24 * 60) if is_open else rng.randrange(20, 800) * 24 * 60
        )
        at = since - timedelta(days=length)
        opened = at
        step = running.loop.start
        case = next(self.tables[Case].keys)
        worker = rng.choice(self.city.members)
        for number, edge in enumerate(way[:length]):
            self._task(case, firm, worker, running, step, at, at + timedelta(days=1))
            at += timedelta(days=1)
            self._event(case, number + 2, at, step, edge.action.id, edge.to)
            step = edge.to
        self._event(case, 1, opened, running.loop.start, "", running.loop.start)
        if is_open:
            self._task(case, firm, worker, running, step, at, None)
        self.tables[CaseParty].add(
            case_id=case, role="solver", organisation_id=worker.pk, since=opened
        )
        self.tables[Case].add(
            id=case,
            public_id=opaque_id(),
            loop_version_id=version.pk,
            asker_id=firm.pk,
            region_id=firm.region_id,
            chain_id=firm.chain_id,
            subject=f"事项{case}",
            urgent=False,
            step=step if is_open else "",
            end="" if is_open else done,
            end_kind="" if is_open else "done",
            opened_at=opened,
            step_since=at,
            ended_at=None if is_open else at,
            reopened=0,
            head_seq=length + 1,
            head_hash=_digest(case),
        )

    def _task(
        self,
        case: int,
        firm: Organisation,
        worker: Organisation,
        running: Any,
        step: str,
        at: datetime,
        done: datetime | None,
    ) -> None:
        role = running.step(step).actor
        bind = running.roles[role].bind
        organisation = {"asker": firm.pk, "assigned": worker.pk}.get(bind)
        due = at + timedelta(days=3, minutes=self.rng.randrange(600))
        late = done is None and due < self.city.now
        amber = due - timedelta(hours=4)
        warned = done is None and amber < self.city.now
        self.tables[Task].add(
            case_id=case,
            step=step,
            role=role,
            organisation_id=organisation,
            region_id=firm.region_id,
            chain_id=firm.chain_id,
            opened_at=at,
            promised_at=due,
            amber_at=amber,
            due_at=due,
            remind_at=None if late else due - timedelta(days=1) if bind == "asker" else None,
            provisional=False,
            colour=Colour.RED if late else Colour.AMBER if warned else Colour.GREEN,
            reminded=0,
            done_at=done,
        )

    def _event(self, case: int, seq: int, at: datetime, step: str, action: str, to: str) -> None:
        event = self.tables[CaseEvent].add(
            case_id=case,
            seq=seq,
            at=at,
            kind="acted" if action else "opened",
            step=step,
            action=action,
            to=to,
            actor_key=f"user:{case % 5000}",
            actor_name="经办人",
            facts={"opened": [{"step": to, "who": [[case % 5000, None]]}]},
            payload_digest=_digest(seq),
            previous=_digest(case + seq),
            hash=_digest(case - seq),
            key=f"{case}-{seq}",
        )
        self.tables[CaseEventPayload].add(
            event_id=event, salt="0" * 32, data={"note": "写了一点"}, erased_at=None
        )


def _digest(number: int) -> str:
    return "sha256:" + hashlib.sha256(str(number).encode()).hexdigest()
