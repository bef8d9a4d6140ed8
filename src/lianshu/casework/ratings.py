"""Ratings as they reach who was rated: five at a time, so that nobody is known by one of them; and
how far a call by somebody else agrees."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Avg, Count, Q

from lianshu.authority import Actor, Capability, Matter, require
from lianshu.casework.links import judge_of
from lianshu.casework.models import CallBack, CallBackOutcome, Case, CaseEventPayload, Rating
from lianshu.casework.rules_honest import can_read_ratings_of
from lianshu.registry.models import Organisation
from lianshu.registry.scoping import within

GROUP: Final = 5
"""Ratings reach the handler in whole groups of so many. Between two looks there are at least five
new ones, so that none can be had by subtraction."""


@dataclass(frozen=True, slots=True)
class RatingFigures:
    """Means over `shown` ratings; None where nobody gave that score, or no group is full yet."""

    organisation: Organisation
    shown: int
    stars: float | None = None
    speed: float | None = None
    quality: float | None = None
    attitude: float | None = None
    notes: tuple[str, ...] = ()


def ratings_of_handler(actor: Actor, organisation: Organisation) -> RatingFigures:
    """What was said of an organisation's work, in full groups only, without which case it was."""
    require(can_read_ratings_of(actor, organisation))
    released = _released(organisation.pk)
    if not released:
        return RatingFigures(organisation, 0)
    means = Rating.objects.filter(pk__in=released).aggregate(
        stars=Avg("stars"), speed=Avg("speed"), quality=Avg("quality"), attitude=Avg("attitude")
    )
    payloads = CaseEventPayload.objects.filter(
        event__rating__in=released, erased_at__isnull=True
    ).values_list("data", flat=True)
    notes = sorted(note for data in payloads if (note := str(data.get("note", ""))))
    return RatingFigures(organisation, len(released), **means, notes=tuple(notes))


def _released(organisation_id: int) -> list[int]:
    rows = Rating.objects.filter(handler=organisation_id).order_by("at", "pk")
    ids = list(rows.values_list("pk", flat=True))
    return ids[: len(ids) // GROUP * GROUP]


def hidden_ratings(actor: Actor, case: Case, events: Collection[int]) -> frozenset[int]:
    """Those of `events` whose stars and praise this reader does not see: ratings of a case one did
    not judge and does not care for, until their group is full. `case` comes with `in_care`."""
    if actor.is_system or case.in_care:  # type: ignore[attr-defined]
        return frozenset()
    judge = judge_of(case)
    if judge is not None and judge.pk in actor.reading_in(Matter.POSTS, Matter.ANSWERS):
        return frozenset()
    rated = dict(Rating.objects.filter(event__in=events, case=case).values_list("pk", "event_id"))
    handlers = Rating.objects.filter(pk__in=rated).values_list("handler_id", flat=True)
    released = {pk for handler in set(handlers) if handler for pk in _released(handler)}
    return frozenset(event for pk, event in rated.items() if pk not in released)


@dataclass(frozen=True, slots=True)
class CallBackFigures:
    """Calls to closed cases. `rated` and `said` are means over the `both` cases that have both;
    `kind` counts those rated 4 or more of which the call said 2 or less."""

    made: int
    waiting: int
    unreached: int
    declined: int
    both: int
    rated: float | None
    said: float | None
    kind: int

    @property
    def difference(self) -> float | None:
        """By how much the ratings were better than what was said on the telephone."""
        if self.rated is None or self.said is None or self.both < GROUP:
            return None
        return round(self.rated - self.said, 2)


def callback_figures(actor: Actor) -> CallBackFigures:
    """Over the cases in the actor's care; which cases were called is not told."""
    rows = CallBack.objects.filter(within(actor, Capability.COORDINATE, prefix="case__"))
    both = Q(rated__isnull=False, stars__isnull=False)
    found = rows.order_by().aggregate(
        made=Count("pk"),
        waiting=Count("pk", filter=Q(answered_at__isnull=True)),
        unreached=Count("pk", filter=Q(outcome=CallBackOutcome.UNREACHED)),
        declined=Count("pk", filter=Q(outcome=CallBackOutcome.DECLINED)),
        both=Count("pk", filter=both),
        mean_rated=Avg("rated", filter=both),
        mean_said=Avg("stars", filter=both),
        kind=Count("pk", filter=Q(rated__gte=4, stars__lte=2)),
    )
    rated, said = found.pop("mean_rated"), found.pop("mean_said")
    return CallBackFigures(**found, rated=rated, said=said)


def own_rating_figures(actor: Actor) -> Sequence[RatingFigures]:
    """Of each organisation the actor belongs to."""
    own = Organisation.objects.visible_to(actor).filter(pk__in=actor.reading_in(Matter.ANSWERS))
    return [ratings_of_handler(actor, organisation) for organisation in own.order_by("name_key")]
