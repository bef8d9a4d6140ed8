"""Who may read what policies come to, keep it, and say something of it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Matter, Verdict
from lianshu.registry.covering import refused
from lianshu.registry.models import Organisation
from lianshu.registry.rules import holds_at


def can_read_diagnosis(actor: Actor, organisation: Organisation) -> Verdict:
    """Its own people, and the office in whose care it lies."""
    if actor.is_system or organisation.pk in actor.reading_in(Matter.RECORDS):
        return Verdict.yes()
    if holds_at(
        actor,
        Capability.COORDINATE,
        region_id=organisation.region_id,
        chain_id=organisation.chain_id,
    ):
        return Verdict.yes()
    return Verdict.no(_("政策诊断由企业自己的数据算出，只向本单位和负责它的链办开放。"))


def can_give_feedback(actor: Actor, organisation: Organisation) -> Verdict:
    """Its own people who may act in its records."""
    if organisation.pk in actor.acting_in(Matter.RECORDS):
        return Verdict.yes()
    return refused(
        actor,
        Matter.RECORDS,
        [organisation.pk],
        _("反馈由“%(name)s”自己的经办人提出。") % {"name": organisation.name},
    )


def can_run_policies(actor: Actor) -> Verdict:
    """Offices and operators: a run covers everybody, and each reads of it only what it may."""
    if actor.has(Capability.COORDINATE) or actor.has(Capability.OPERATE):
        return Verdict.yes()
    return Verdict.no(_("全部政策的计算由链办或平台运维人员启动；每晚也会自动算一次。"))
