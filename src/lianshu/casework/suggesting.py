"""Who could take a case up: resources that fit, beside the form that dispatches it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from lianshu.authority import Actor
from lianshu.casework.models import Case
from lianshu.engine.loops import Action
from lianshu.engine.matching import Facets, Reason
from lianshu.engine.matching import Post as Wanted
from lianshu.exchange.matching import ranked_resources
from lianshu.exchange.reading import read_post
from lianshu.exchange.rows import ReasonLine, reason_lines
from lianshu.exchange.services.confidentiality import log_reasons_of

ASKED: Final = 40
"""So many resources are looked at: several may be of one organisation, or of nobody named."""
SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An organisation with the resource it is proposed for; `choose` fills the form with it."""

    organisation: str
    organisation_url: str
    resource: str
    resource_url: str
    reasons: Sequence[ReasonLine]
    choose: str


def suggestions_for(
    actor: Actor, case: Case, action: Action, about: str, *, now: datetime
) -> list[Suggestion]:
    """The first organisations whose resources fit, for an action that appoints somebody.

    Only organisations that the reader may know stand behind their resource; whoever asked for the
    case is not proposed to itself. What was read of a resource's detail is logged for its owner.
    """
    role = next(iter(action.assigns), None)
    if role is None:
        return []
    wanted = Wanted(
        id=case.public_id,
        title=case.subject,
        content=about,
        facets=Facets(chain=case.chain.code if case.chain else None),
    )
    found = ranked_resources(actor, wanted, besides=_out_of_question(case), top=ASKED)
    chosen: dict[int, Suggestion] = {}
    read = []
    for row, reasons in found:
        post = read_post(row)
        if post.owner is None or post.owner.pk in chosen:
            continue
        read.append(row)
        chosen[post.owner.pk] = Suggestion(
            organisation=post.owner.name,
            organisation_url=reverse("organisation", args=[post.owner.public_id]),
            resource=post.title,
            resource_url=reverse("resource", args=[post.public_id]),
            reasons=_said(reasons),
            choose="?" + urlencode({f"role-{role}": post.owner.name}),
        )
        if len(chosen) == SHOWN:
            break
    log_reasons_of(actor=actor, posts=read, channel="page", now=now)
    return list(chosen.values())


def _said(reasons: Iterable[Reason]) -> list[ReasonLine]:
    """What speaks for it and against it; a case has no type or budget to be compared."""
    return [line for line in reason_lines(reasons) if line.tone != "open"][:2]


def _out_of_question(case: Case) -> Iterable[int]:
    """Who asked, and who declined or handed it back before."""
    former = case.parties.filter(until__isnull=False).values_list("organisation_id", flat=True)
    return {case.asker_id, *former}
