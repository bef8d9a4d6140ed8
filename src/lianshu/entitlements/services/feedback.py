"""What a firm says of a policy or a decision: kept, and answered in a case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.casework.queries import loops_in_use
from lianshu.casework.services.acting import act
from lianshu.casework.services.forms import Given
from lianshu.casework.services.opening import open_case
from lianshu.entitlements.knowledge import known_of
from lianshu.entitlements.marks import missing_words
from lianshu.entitlements.models import (
    FeedbackKind,
    PolicyDecision,
    PolicyFeedback,
    PolicyVersion,
)
from lianshu.entitlements.published import published
from lianshu.entitlements.rules import can_give_feedback
from lianshu.records.errors import DomainError
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Organisation
from lianshu.registry.wording_facts import value_words

LOOP: Final = "policy-feedback"
TEXT_MOST: Final = 1_000


@transaction.atomic
def give_feedback(
    *,
    actor: Actor,
    organisation: Organisation,
    version: PolicyVersion,
    kind: FeedbackKind,
    text: str,
    now: datetime,
    condition: str = "",
    fact: str = "",
) -> PolicyFeedback:
    """Say that something is unclear, wrong or should apply; a case is opened in which the unit in
    charge must answer and the firm rates the answer.

    Raises Refusal, DomainError naming the field, and DomainError when the loop is not published.
    """
    require(can_give_feedback(actor, organisation))
    text = text.strip()
    if not text:
        raise DomainError(_("请写明哪里不对、您认为应当怎样。"), field="text")
    if len(text) > TEXT_MOST:
        raise DomainError(_("请不要超过 %(most)d 字。") % {"most": TEXT_MOST}, field="text")
    if kind == FeedbackKind.WRONG_FACT and not fact.strip():
        raise DomainError(_("请选择哪一项数据不对。"), field="fact")
    loop = next((each for each in loops_in_use() if each.loop == LOOP), None)
    if loop is None:
        raise DomainError(
            _("还没有发布“政策反馈答复”流程，请平台管理员用 lianshu loop publish 发布。")
        )
    words = {"kind": kind.label, "policy": version.title}
    case = open_case(
        actor=actor,
        version=loop,
        asker=organisation,
        subject=_("%(kind)s：%(policy)s") % words,
        now=now,
    )
    detail = "\n".join(
        (*_about(actor, organisation, version, condition, fact, timezone.localdate(now)), text)
    )
    act(actor=actor, case=case, action="send", given=Given({"detail": detail}), now=now)
    row = PolicyFeedback.objects.create(
        organisation=organisation,
        region_id=organisation.region_id,
        chain_id=organisation.chain_id,
        version=version,
        decision=PolicyDecision.objects.filter(organisation=organisation, version=version)
        .current()
        .first(),
        kind=kind,
        condition=condition[:40],
        fact=fact[:80],
        text=text,
        case=case,
        created_at=now,
        created_by_id=actor.user_id,
        created_by_name=actor.name,
    )
    record(
        actor=actor,
        action="policy.feedback",
        obj=organisation,
        now=now,
        changes={version.policy: kind.value},
    )
    return row


def _about(
    actor: Actor,
    organisation: Organisation,
    version: PolicyVersion,
    condition: str,
    fact: str,
    day: date,
) -> Iterator[str]:
    """What the unit in charge has to look at: the policy, the condition, the figure as it stands
    and whose word it is."""
    yield f"{version.title} {version.version}（{version.document_number}）"
    rule = published().of(version).rules_by_id.get(condition)
    if rule is not None:
        words = {"id": condition, "sentence": rule.definition.sentence}
        yield _("条件 %(id)s：%(sentence)s") % words
    if not fact:
        return
    name, _at, label = fact.partition("@")
    known = known_of(actor, organisation)
    definition = fact_dictionary().facts_by_id.get(name)
    value = None if definition is None else known.firm.value(name, label or "latest", day)
    words = {"fact": missing_words(fact), "value": _("没有数据")}
    if value is not None and definition is not None:
        words["value"] = value_words(definition, value)
    yield _("数据：%(fact)s，现在是 %(value)s") % words
