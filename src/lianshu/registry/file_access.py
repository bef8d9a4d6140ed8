"""Who may read papers that prove what is recorded of an organisation."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Verdict
from lianshu.files.access import register
from lianshu.registry.queries.organisations import organisation_of_key
from lianshu.registry.rules import can_read_figures


def can_read_evidence(actor: Actor, object_id: int) -> Verdict:
    """Its own people, and who coordinates or manages it: a paper says more than the one figure."""
    organisation = organisation_of_key(actor, object_id)
    if organisation is None:
        return Verdict.no(_("没有这家单位。"))
    if can_read_figures(actor, organisation).allowed:
        return Verdict.yes()
    return Verdict.no(_("依据文件只向本单位和它的链办、管理员开放。"))


register("registry.organisation", can_read_evidence)
