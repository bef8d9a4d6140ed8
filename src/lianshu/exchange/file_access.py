"""Who may download what is attached to a demand or a resource: whoever may read its detail."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Verdict
from lianshu.exchange.models import Demand, Resource
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.exchange.reading import read_post
from lianshu.files.access import register


def can_read_demand_file(actor: Actor, object_id: int) -> Verdict:
    """As the detail of the demand."""
    return _verdict(demands_for(actor).filter(pk=object_id).first())


def can_read_resource_file(actor: Actor, object_id: int) -> Verdict:
    """As the detail of the resource."""
    return _verdict(resources_for(actor).filter(pk=object_id).first())


def _verdict(post: Demand | Resource | None) -> Verdict:
    if post is not None and read_post(post).shows_detail:
        return Verdict.yes()
    return Verdict.no(_("附件属于详情，只有发布单位允许的单位才能下载。请联系发布单位或链办。"))


register("exchange.demand", can_read_demand_file)
register("exchange.resource", can_read_resource_file)
