"""What is known around posts, for reasons: the owners' industry and what came of their pairs.

Both belong to the owner, so they are told only to whom the owner is known (identity level).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from lianshu.authority import system_actor
from lianshu.engine.matching.record import Record, Signed, record_of
from lianshu.engine.tables import Use
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import Demand, Project, ProjectStatus, Resource
from lianshu.exchange.reading import PostReading
from lianshu.registry.models import Fact

READER = system_actor("exchange.matching")
_IPC = re.compile(r"(?<![A-Za-z0-9])[A-H]\d{2}[A-Z](?:\s?\d{1,4}/\d{2,6})?(?![A-Za-z0-9])")
SIGNED = (ProjectStatus.SIGNED, ProjectStatus.FINISHED)

Stars = Callable[[Iterable[int]], Mapping[int, int]]
"""From primary keys of recommendations to the stars their cases got; apps above know them."""

_stars: list[Stars] = []


def register_stars(stars: Stars) -> None:
    """Let an app above the exchange tell how recommendations were rated."""
    if stars not in _stars:
        _stars.append(stars)


def stars_of(recommendations: Iterable[int]) -> dict[int, int]:
    """The stars of those recommendations that were rated."""
    keys = list(recommendations)
    found: dict[int, int] = {}
    for each in _stars:
        found |= each(keys)
    return found


@dataclass(frozen=True)
class Surroundings:
    """By primary key of the owner."""

    industries: Mapping[int, str] = field(default_factory=dict)
    records: Mapping[int, Record] = field(default_factory=dict)

    def industry_of(self, reading: PostReading) -> str | None:
        """The owner's industry, where the reader knows the owner."""
        return None if reading.owner is None else self.industries.get(reading.owner.pk)

    def record_of(self, reading: PostReading) -> Record | None:
        """What came of a resource owner's earlier pairs, where the reader knows the owner."""
        if reading.owner is None or reading.side != "resource":
            return None
        return self.records.get(reading.owner.pk)


def ipc_in(text: str) -> tuple[str, ...]:
    """The patent classes that a text names."""
    return tuple(dict.fromkeys(_IPC.findall(text)))


def surroundings(posts: Iterable[Demand | Resource]) -> Surroundings:
    """What is known around these posts (fetched with their levels); a constant number of queries.

    The queries read as the exchange itself: what is told is decided post by post above.
    """
    owners: set[int] = set()
    givers: set[int] = set()
    for post in posts:
        if post.level >= Disclosure.IDENTITY:  # type: ignore[union-attr]
            owners.add(post.owner_id)
            if isinstance(post, Resource):
                givers.add(post.owner_id)
    if not owners:
        return Surroundings()
    return Surroundings(_industries(owners), _records(givers, timezone.localdate()))


def _industries(owners: Iterable[int]) -> dict[int, str]:
    rows = (
        Fact.objects.visible_to(READER)
        .for_use(Use.PUBLICATION)
        .current()
        .filter(organisation__in=owners, fact="industry", code__isnull=False)
    )
    latest = rows.order_by("period_start").values_list("organisation_id", "code")
    return {owner: code for owner, code in latest if code}


def _records(owners: Iterable[int], today: date) -> dict[int, Record]:
    rows = (
        Project.objects.visible_to(READER)
        .filter(resource__owner__in=owners, status__in=SIGNED)
        .values_list("resource__owner_id", "recommendation_id", "updated_at")
    )
    lines = list(rows)
    stars = stars_of(pair for _owner, pair, _at in lines) if lines else {}
    signed: dict[int, list[Signed]] = defaultdict(list)
    for owner, pair, at in lines:
        signed[owner].append(Signed(timezone.localdate(at), stars.get(pair)))
    return {owner: record_of(projects, on=today) for owner, projects in signed.items()}
