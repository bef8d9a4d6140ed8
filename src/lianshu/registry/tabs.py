"""The tabs of one organisation's page. Each is a page of its own, in the app that knows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lianshu.registry.models import Organisation


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab as one reader sees it."""

    id: str
    label: str | Promise
    href: str


TABS: tuple[tuple[str, str | Promise, str], ...] = (
    ("overview", _("概况"), "organisation"),
    ("facts", _("数据与资质"), "organisation-facts"),
    ("diagnosis", _("政策诊断"), "organisation-diagnosis"),
    ("chains", _("产业链与服务"), "organisation-chains"),
    ("supply", _("上下游"), "organisation-supply"),
    ("people", _("人员"), "organisation-people"),
    ("mandates", _("委托"), "organisation-mandates"),
)
"""Id, label and address name: an app higher up gives the page by naming its address so."""


def tabs_of(organisation: Organisation) -> list[Tab]:
    """Every tab that has a page; what a reader may not see there, the page says."""
    found = []
    for id, label, name in TABS:
        try:
            href = reverse(name, args=[organisation.public_id])
        except NoReverseMatch:
            continue
        found.append(Tab(id, label, href))
    return found
