"""Who may open a case, and why not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Matter, Verdict
from lianshu.casework.models import Case, LoopVersion
from lianshu.casework.queries import takes_part
from lianshu.registry.models import Organisation
from lianshu.registry.rules import holds_at


def can_open_case(actor: Actor, version: LoopVersion, asker: Organisation) -> Verdict:
    """The asker's own people, and the office in whose care it lies."""
    if version.retired_at is not None:
        return Verdict.no(_("流程“%(loop)s”已停用，请换一个流程。") % {"loop": version.title})
    if asker.ended_on is not None:
        return Verdict.no(_("“%(name)s”已终止，不能再提出新的办件。") % {"name": asker.name})
    if asker.pk in actor.acting_in(Matter.POSTS) or holds_at(
        actor, Capability.COORDINATE, region_id=asker.region_id, chain_id=asker.chain_id
    ):
        return Verdict.yes()
    return Verdict.no(
        _("只有“%(name)s”的经办人，或所在区域和产业链的链办，可以为它提出办件。")
        % {"name": asker.name}
    )


def can_attach(actor: Actor, case: Case) -> Verdict:
    """Whoever has a part in it, while it is on its way. Who was only asked for its opinion sends
    files with its answer."""
    if case.ended_at is not None:
        return Verdict.no(_("这个办件已经结束，不能再加附件。"))
    if takes_part(actor, case.pk):
        return Verdict.yes()
    if case.consultations.visible_to(actor).exists():
        return Verdict.no(_("您的单位是被征求意见的单位，文件请随答复一起交。"))
    return Verdict.no(_("只有参与这个办件的单位和负责的链办可以加附件。"))
