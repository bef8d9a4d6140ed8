"""Between cases and the exchange: which case came of a pair, and of which pair a case came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lianshu.authority import Actor
from lianshu.casework.models import Case, LoopVersion, Rating
from lianshu.casework.queries import loops_in_use
from lianshu.casework.runtime import Running, running_loop
from lianshu.engine.loops import Action
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import Project, Recommendation
from lianshu.exchange.queries import disclosed_level, projects_for, recommendation_by_id
from lianshu.exchange.reading import read_post

FIRST_OFFERED = ("S1", "S3")
"""点单 and the alliance are what most pairs lead to."""


def pair_by_id(actor: Actor, public_id: str) -> Recommendation | None:
    """A pair that the actor may see, also one whose posts have left the lists since it became a
    project."""
    pair = recommendation_by_id(actor, public_id)
    if pair is not None:
        return pair
    projects = projects_for(actor).filter(recommendation__public_id=public_id)
    project = projects.select_related("recommendation__demand__owner").first()
    return None if project is None else project.recommendation


def case_of_pair(actor: Actor, pair: Recommendation) -> Case | None:
    """The case that was opened from it, where the actor may see that."""
    return Case.objects.visible_to(actor, consulted=False).filter(recommendation=pair).first()


def is_opened(pair: Recommendation) -> bool:
    """Whether a case was opened from it, whoever may see that; nothing of it is told."""
    return hasattr(pair, "case")


def stars_of_pairs(pairs: Iterable[int]) -> dict[int, int]:
    """The last stars of the case of each of these recommendations that was rated: how a pair
    turned out, for matching to learn from; nothing else of a case is told."""
    rows = Rating.objects.filter(case__recommendation__in=list(pairs)).order_by("at", "id")
    return dict(rows.values_list("case__recommendation_id", "stars"))


def project_of_case(actor: Actor, case: Case) -> Project | None:
    """The project of the pair that a case came of, where the actor may see that."""
    if case.recommendation_id is None:
        return None
    return projects_for(actor).filter(recommendation=case.recommendation_id).first()


def loops_for_pairs() -> list[LoopVersion]:
    """Loops that whoever has a demand begins and in which somebody is appointed."""
    found = [(running_loop(version), version) for version in loops_in_use()]
    fitting = [(running, version) for running, version in found if _fits(running)]
    fitting.sort(key=lambda each: _place(each[0]))
    return [version for _running, version in fitting]


def _place(running: Running) -> int:
    sequence = running.loop.sequence
    return FIRST_OFFERED.index(sequence) if sequence in FIRST_OFFERED else len(FIRST_OFFERED)


def is_usual(version: LoopVersion) -> bool:
    """Whether most pairs lead to it."""
    return _place(running_loop(version)) < len(FIRST_OFFERED)


def _fits(running: Running) -> bool:
    first = running.step(running.loop.start)
    begins = first.actor is not None and running.roles[first.actor].bind == "asker"
    return begins and any(action.assigns for step in running.loop.steps for action in step.actions)


def proposed_members(actor: Actor, case: Case, action: Action) -> dict[str, str]:
    """Whom an action that appoints could name: the owner of the resource that the case came of,
    where the actor may know it and it has not handed the case back. By field of the form.

    Only once it let whoever has the demand know who it is: who is appointed is seen by the asker,
    which could tell from that whose resource it was shown.
    """
    roles: Sequence[str] = action.assigns
    project = project_of_case(actor, case) if len(roles) == 1 else None
    owner = None if project is None else read_post(project.resource).owner
    if project is None or owner is None or owner.pk == case.asker_id:
        return {}
    if disclosed_level(project.resource, case.asker_id) < Disclosure.IDENTITY:
        return {}
    if case.parties.filter(organisation=owner, until__isnull=False).exists():
        return {}
    return {f"role-{roles[0]}": owner.name}
