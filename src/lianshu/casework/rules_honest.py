"""Who holds a receipt, sends an answer link, calls back and reads ratings, and why not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Matter, Verdict
from lianshu.casework.models import CallBack, Case
from lianshu.registry.models import Organisation
from lianshu.registry.rules import holds_at


def can_have_receipt(actor: Actor, case: Case) -> Verdict:
    """Who asked, and the office that may print it for them. `case` comes with `in_care`."""
    if _is_askers(actor, case) or case.in_care:  # type: ignore[attr-defined]
        return Verdict.yes()
    return Verdict.no(_("回执属于提出单位“%(name)s”，请向它索取。") % {"name": case.asker.name})


def can_make_answer_link(actor: Actor, case: Case, judge: Organisation) -> Verdict:
    """The people of who judges the case, and the office in whose care it lies."""
    if judge.pk in actor.acting_in(Matter.ANSWERS) or case.in_care:  # type: ignore[attr-defined]
        return Verdict.yes()
    return Verdict.no(
        _("免登录链接只能由“%(name)s”的经办人或负责的链办发出。") % {"name": judge.name}
    )


def can_answer_callback(actor: Actor, callback: CallBack) -> Verdict:
    """The people of the unit that was asked to call."""
    if callback.unit_id in actor.acting_in(Matter.ANSWERS):
        return Verdict.yes()
    return Verdict.no(_("这次回访由“%(name)s”的经办人进行。") % {"name": callback.unit.name})


def can_read_ratings_of(actor: Actor, organisation: Organisation) -> Verdict:
    """The organisation itself, and whoever coordinates where it is."""
    if organisation.pk in actor.reading_in(Matter.ANSWERS) or holds_at(
        actor,
        Capability.COORDINATE,
        region_id=organisation.region_id,
        chain_id=organisation.chain_id,
    ):
        return Verdict.yes()
    return Verdict.no(
        _("“%(name)s”的评价只给它自己和所在地的链办看。") % {"name": organisation.name}
    )


def _is_askers(actor: Actor, case: Case) -> bool:
    return case.asker_id in actor.reading_in(Matter.POSTS, Matter.ANSWERS)
