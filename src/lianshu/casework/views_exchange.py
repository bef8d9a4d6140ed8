"""Opening a case from a recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianshu.authority import Refusal
from lianshu.casework.lists import case_page
from lianshu.casework.models import LoopVersion
from lianshu.casework.queries_exchange import (
    case_of_pair,
    is_usual,
    loops_for_pairs,
    pair_by_id,
)
from lianshu.casework.rules_exchange import can_open_from
from lianshu.casework.services.from_exchange import open_from_recommendation
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.forms import AcceptForm
from lianshu.exchange.models import RecommendationStatus
from lianshu.exchange.rules import sides_of
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


class OpenFromPairForm(AcceptForm):
    """By which loop, and what the accepting side lets the other read; the latter only where the
    pair is still to be accepted by one of its sides."""

    loop = forms.ChoiceField(label=gettext_lazy("办理流程"))
    urgent = forms.BooleanField(label=gettext_lazy("紧急"), required=False)
    field_order = ("loop", "urgent", "disclose")

    def __init__(
        self, *args: Any, versions: Sequence[LoopVersion], accepts: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._versions = {version.loop: version for version in versions}
        loop = self.fields["loop"]
        assert isinstance(loop, forms.ChoiceField)
        named = [(is_usual(version), (version.loop, version.title)) for version in versions]
        loop.choices = [
            ("", _("请选择")),
            (_("常用"), [choice for usual, choice in named if usual]),
            (_("其他流程"), [choice for usual, choice in named if not usual]),
        ]
        if not accepts:
            del self.fields["disclose"]

    def chosen(self) -> LoopVersion:
        """The chosen loop."""
        return self._versions[self.cleaned_data["loop"]]

    def disclosed(self) -> Disclosure:
        """What was chosen to be let known; the public summary where nothing was asked."""
        return Disclosure(self.cleaned_data.get("disclose") or Disclosure.SUMMARY)


@page("GET", "POST")
def recommendation_open_case(request: PageRequest, public_id: str) -> HttpResponse:
    """Choose the loop; POST accepts the pair where it is still open, and opens the case."""
    actor = request.actor
    pair = pair_by_id(actor, public_id)
    if pair is None:
        raise NotFound(_("没有这条推荐，它可能已被撤下，或者没有推送给您。"))
    known = case_of_pair(actor, pair)
    if known is not None:
        return HttpResponseRedirect(case_page(known))
    verdicts = [(each, can_open_from(actor, pair, each)) for each in loops_for_pairs()]
    versions = [version for version, verdict in verdicts if verdict.allowed]
    if not versions:
        reasons = [verdict.reason for _version, verdict in verdicts]
        raise Refusal(reasons[0] if reasons else _("还没有发布可以由需求方发起的流程。"))
    is_open = pair.status == RecommendationStatus.PROPOSED
    form = OpenFromPairForm(
        request.POST if request.method == "POST" else None,
        versions=versions,
        accepts=is_open and bool(sides_of(actor, pair)),
    )
    if form.is_valid():
        try:
            case = open_from_recommendation(
                actor=actor,
                recommendation=pair,
                version=form.chosen(),
                urgent=form.cleaned_data["urgent"],
                disclose=form.disclosed(),
                now=timezone.now(),
            )
        except Conflict:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("已开出办件。"))
            return HttpResponseRedirect(case_page(case))
    return render(
        request,
        "casework/open_from_pair.html",
        {"form": form, "pair": pair, "accepts": is_open},
        status=422 if form.is_bound else 200,
    )
