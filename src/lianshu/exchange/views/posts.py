"""The page of a demand or a resource, and what can be done with it by one click."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.queries import entries_about, written_on_behalf
from lianshu.authority import Actor
from lianshu.engine.matching import quantities
from lianshu.engine.matching.quantities import Quantity
from lianshu.exchange import rules
from lianshu.exchange.facets import FACETS
from lianshu.exchange.forms import DeclineForm, DiscloseForm
from lianshu.exchange.models import Demand, PostStatus, Resource
from lianshu.exchange.queries import last_run, open_recommendations_of
from lianshu.exchange.reading import PostReading
from lianshu.exchange.rows import pair_rows
from lianshu.exchange.services.confidentiality import open_detail
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.posts import (
    delete_draft,
    publish_post,
    renew_post,
    withdraw_post,
)
from lianshu.exchange.sides import Side
from lianshu.exchange.vagueness import Wording, gaps_in
from lianshu.exchange.wording import field_label
from lianshu.files.queries import files_of
from lianshu.ui.feedback import say
from lianshu.ui.formats import day, money
from lianshu.ui.requests import PageRequest, page

View = Callable[..., Any]
SHOWN_PAIRS = 20
SHOWN_LINES = 50
SHOWN_INDICATORS = 12
READINGS_GROUPED = 500


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One person's readings by one channel: the last one, and how many."""

    last: Any
    times: int


def reading_lines(readings: Iterable[Any]) -> list[ReadingLine]:
    """Readings (latest first) gathered by person and channel, latest first."""
    lines: dict[tuple[Any, str, str], ReadingLine] = {}
    for each in readings:
        key = (each.user_id, each.user_name, each.channel)
        known = lines.get(key)
        lines[key] = ReadingLine(known.last if known else each, known.times + 1 if known else 1)
    return list(lines.values())


def post_page(side: Side) -> View:
    """What the reader may know of a post, and who fits it."""

    @page()
    def view(request: PageRequest, public_id: str) -> HttpResponse:
        actor = request.actor
        post = side.find(actor, public_id)
        now = timezone.now()
        reading = open_detail(actor=actor, post=post, channel="page", now=now)
        context: dict[str, Any] = {
            "side": side,
            "post": reading,
            "facets": facet_lines(reading),
            "indicators": indicators_of(reading),
            "can": _verdicts(actor, post),
            "pairs": pair_rows(actor, open_recommendations_of(actor, post)[:SHOWN_PAIRS], now=now),
            "files": files_of(post) if reading.shows_detail else (),
            "decline_form": DeclineForm(auto_id="decline_%s"),
            "run": last_run(actor, post),
        }
        if context["can"]["refine"] and reading.shows_detail:
            context["gaps"] = gaps_in(Wording.of(reading))
        context |= _for_owner(actor, post, detail=reading.shows_detail)
        return _no_store(render(request, "exchange/post.html", context))

    return view


def _verdicts(actor: Actor, post: Any) -> dict[str, bool]:
    """Which buttons the page has."""
    return {
        "edit": rules.can_edit_post(actor, post).allowed,
        "publish": rules.can_publish_post(actor, post).allowed,
        "renew": rules.can_renew_post(actor, post).allowed,
        "withdraw": rules.can_withdraw_post(actor, post).allowed,
        "match": rules.can_match(actor, post).allowed,
        "control": rules.can_control_disclosure(actor, post).allowed,
        "record": rules.can_read_record(actor, post).allowed,
        "judge": isinstance(post, Demand)
        and post.status == PostStatus.PUBLISHED
        and rules.can_judge(actor, post).allowed,
        "refine": isinstance(post, Demand) and rules.can_refine(actor, post).allowed,
        "delete": post.published_at is None and rules.can_edit_post(actor, post).allowed,
    }


def _for_owner(actor: Actor, post: Any, *, detail: bool) -> dict[str, Any]:
    """Who read the detail, what was changed, who may know more: for whoever may see the record."""
    if not rules.can_read_record(actor, post).allowed:
        return {}
    return {
        "readings": reading_lines(post.readings.all()[:READINGS_GROUPED]),
        # Revisions hold the confidential wording; an auditor reads the record without it.
        "revisions": revision_lines(list(post.revisions.all()[:SHOWN_LINES])) if detail else [],
        "record": entries_about(post)[:SHOWN_LINES],
        "written_for_owner": written_on_behalf(post),
        "disclosures": post.disclosures.select_related("organisation").order_by("-given_at"),
        "exclusions": post.exclusions.select_related("organisation").order_by("pk"),
        "disclose_form": DiscloseForm(auto_id="disclose_%s"),
    }


def facet_lines(reading: PostReading) -> list[tuple[str, str]]:
    """The facets of a resource that are filled in, in the order of its kind."""
    lines = []
    for facet in FACETS.get(reading.kind, ()):
        value = (reading.facets or {}).get(facet.id)
        if value is None:
            continue
        text = money(value) if facet.type == "money" else f"{value} {facet.unit}".strip()
        lines.append((str(facet.label), text))
    return lines


def indicators_of(reading: PostReading) -> list[Quantity]:
    """The indicators that matching reads from the texts this reader may read."""
    found = quantities.read(f"{reading.title}\n{reading.content_text()}")
    return [one for one in found if one.name][:SHOWN_INDICATORS]


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One revision with what it changed: (field, before, after)."""

    revision: Any
    changes: list[tuple[str, Any, Any]]


def revision_lines(revisions: list[Any]) -> list[RevisionLine]:
    """Each revision against the one before it; the oldest one fetched has nothing to compare."""
    lines = [
        RevisionLine(new, _differences(old.content, new.content))
        for new, old in pairwise(revisions)
    ]
    return [*lines, *(RevisionLine(oldest, []) for oldest in revisions[-1:])]


def _differences(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [
        (field_label(field), before.get(field), value)
        for field, value in after.items()
        if before.get(field) != value
    ]


def _no_store(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response


def post_publish(side: Side) -> View:
    """Publish, or publish again."""

    def publish(actor: Actor, post: Any) -> str:
        done = publish_post(actor=actor, post=post, now=timezone.now())
        return _("已发布，有效至 %(day)s。") % {"day": day(done.expires_at)}

    return _deed(side, publish, undo="withdraw")


def post_renew(side: Side) -> View:
    """Say that it still holds."""

    def renew(actor: Actor, post: Any) -> str:
        done = renew_post(actor=actor, post=post, now=timezone.now())
        return _("已续期至 %(day)s。") % {"day": day(done.expires_at)}

    return _deed(side, renew)


def post_withdraw(side: Side) -> View:
    """Take it out of lists and matching."""

    def withdraw(actor: Actor, post: Any) -> str:
        withdraw_post(actor=actor, post=post, now=timezone.now())
        return _("已撤回，不再显示和参与匹配。")

    return _deed(side, withdraw, undo="publish")


def post_match(side: Side) -> View:
    """Look for partners now."""

    def match(actor: Actor, post: Any) -> str:
        count = match_post(actor=actor, post=post, now=timezone.now())
        if not count:
            return _("没有找到可以推荐的%(partner)s。请补充摘要和指标，或过些天再试。") % {
                "partner": side.partner
            }
        return _("找到 %(count)d 条可能合适的%(partner)s，按合适程度排列在下面。") % {
            "count": count,
            "partner": side.partner,
        }

    return _deed(side, match, anchor="#partners")


def _deed(side: Side, do: Callable[[Actor, Any], str], *, undo: str = "", anchor: str = "") -> View:
    """A button: do it, say so on the post's page, offer the way back."""

    @page("POST")
    def view(request: PageRequest, public_id: str) -> HttpResponse:
        post: Demand | Resource = side.find(request.actor, public_id)
        text = do(request.actor, post)
        say(request, text, undo=side.address(undo, post) if undo else "")
        return HttpResponseRedirect(side.page(post) + anchor)

    return view


def post_delete(side: Side) -> View:
    """Remove a draft for good."""

    @page("POST")
    def view(request: PageRequest, public_id: str) -> HttpResponse:
        post = side.find(request.actor, public_id)
        delete_draft(actor=request.actor, post=post, now=timezone.now())
        say(request, _("草稿已删除。"))
        return HttpResponseRedirect(reverse(side.list_name))

    return view
