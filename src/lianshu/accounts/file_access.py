"""Who may download the proof of a claim or a mandate."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.accounts.queries_joining import claim_with_proof
from lianshu.accounts.queries_standing import mandate_by_pk
from lianshu.accounts.rules_standing import can_see_mandate
from lianshu.authority import Actor, Verdict
from lianshu.files.access import register


def can_read_proof(actor: Actor, object_id: int) -> Verdict:
    """As the claim itself."""
    if claim_with_proof(actor, object_id, now=timezone.now()) is not None:
        return Verdict.yes()
    return Verdict.no(_("认领的证明材料只有申请人和审核人可以查看。"))


def can_read_mandate_proof(actor: Actor, object_id: int) -> Verdict:
    """As the mandate itself."""
    mandate = mandate_by_pk(object_id)
    if mandate is not None and can_see_mandate(actor, mandate).allowed:
        return Verdict.yes()
    return Verdict.no(_("委托书只有委托单位、受托人和负责的链办可以查看。"))


register("accounts.claim", can_read_proof)
register("accounts.mandate", can_read_mandate_proof)
