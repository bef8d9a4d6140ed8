"""The queue of rows a person must look at, and one row with what was decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.coverage.lists import state_badge
from lianshu.coverage.models import ListRow, RowCandidate
from lianshu.coverage.queries.firm_lists import decisions_of, queue_of, row_by_id
from lianshu.coverage.reasons import reason_lines
from lianshu.coverage.rules import can_edit_list, can_see_lists
from lianshu.coverage.services.deciding import decide_row, undo_decision
from lianshu.coverage.views import get_list
from lianshu.records.errors import NotFound
from lianshu.registry.models import IdentifierKind, Organisation
from lianshu.registry.queries import organisation_by_id
from lianshu.ui.requests import PageRequest, page

PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A candidate as the person sees it beside the row."""

    number: int
    firm: Organisation
    code: str
    other_names: str
    probability: str
    why: list[str]
    decided: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A row of the queue with whom it may be."""

    row: ListRow
    badge: Any
    offers: list[Offer]
    why: list[str]
    decided: str


def offer_of(number: int, each: RowCandidate, row: ListRow) -> Offer:
    """A candidate in words."""
    firm = each.organisation
    codes = [
        one.value
        for one in firm.identifiers.all()
        if one.kind == IdentifierKind.USCC and one.valid_to is None
    ]
    names = [firm.short_name, *(str(one) for one in firm.other_names.all())]
    return Offer(
        number,
        firm,
        codes[0] if codes else "",
        "、".join(name for name in names if name),
        f"{each.probability:.2f}",
        reason_lines(each.reasons),
        row.by_person and row.entity_id == firm.pk,
    )


def card_of(row: ListRow) -> Card:
    """A row fetched with its candidates."""
    offers = [offer_of(at, each, row) for at, each in enumerate(row.candidates.all(), start=1)]
    decided = ""
    if row.by_person:
        decided = _("未登记") if row.entity is None else row.entity.name
    return Card(row, state_badge(row).__html__(), offers, reason_lines(row.reasons), decided)


@page()
def queue(request: PageRequest, public_id: str) -> HttpResponse:
    """Row and candidates side by side; keys choose, undo and move on."""
    firm_list = get_list(request.actor, public_id)
    rows = queue_of(request.actor, firm_list)
    waiting = rows.order_by().count()
    context = {
        "list": firm_list,
        "cards": [card_of(row) for row in rows[:PAGE]],
        "waiting": waiting,
        "editable": can_edit_list(request.actor, firm_list),
    }
    return render(request, "coverage/queue.html", context)


def get_row(actor: Actor, public_id: str) -> ListRow:
    """The row, or `Refusal`, `NotFound`."""
    require(can_see_lists(actor))
    row = row_by_id(actor, public_id)
    if row is None:
        raise NotFound(_("没有这一行，或者它不在您负责的区域和产业链。"))
    return row


@page()
def row_detail(request: PageRequest, public_id: str) -> HttpResponse:
    """One row with its candidates and everything people said of it."""
    row = get_row(request.actor, public_id)
    context = {
        "card": card_of(row),
        "list": row.edition.firm_list,
        "decisions": decisions_of(row),
        "editable": can_edit_list(request.actor, row.edition.firm_list),
    }
    return render(request, "coverage/row.html", context)


@page("POST")
def row_decide(request: PageRequest, public_id: str) -> HttpResponse:
    """The row is the chosen organisation, or (`new`) nobody registered."""
    row = get_row(request.actor, public_id)
    choice = request.POST.get("choice", "")
    entity: Organisation | None = None
    if choice != "new":
        entity = organisation_by_id(request.actor, choice)
        if entity is None:
            raise NotFound(_("没有选中的单位，请重新选择。"))
    decide_row(actor=request.actor, row=row, entity=entity, now=timezone.now())
    return _answer(request, public_id)


@page("POST")
def row_undo(request: PageRequest, public_id: str) -> HttpResponse:
    """Take the newest decision back."""
    row = get_row(request.actor, public_id)
    undo_decision(actor=request.actor, row=row, now=timezone.now())
    return _answer(request, public_id)


def _answer(request: PageRequest, public_id: str) -> HttpResponse:
    row = get_row(request.actor, public_id)
    if request.htmx:
        context = {
            "card": card_of(row),
            "editable": can_edit_list(request.actor, row.edition.firm_list),
        }
        return render(request, "coverage/card.html", context)
    return HttpResponseRedirect(reverse("coverage-row", args=[row.public_id]))
