"""Publishing policies: checked, resolved, and never changed in what they decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, Capability, Refusal
from lianshu.engine.codes import load_code_lists
from lianshu.engine.definitions import DefinitionError, canonical_json
from lianshu.engine.policy import Pack, Policy, Prepared, load_pack, prepare, run
from lianshu.engine.policy.ladders import load_ladders
from lianshu.entitlements.models import PolicyVersion
from lianshu.entitlements.services.publishing_ladders import write_ladders
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.dictionary import fact_dictionary


@transaction.atomic
def publish_policies(
    *, actor: Actor, folders: Sequence[Path], now: datetime
) -> list[PolicyVersion]:
    """Publish every policy and ladder of the packs: all of them or none; the policies' rows.

    Raises Refusal, DefinitionError with the defects of all, DomainError when a scenario does not
    come out as written, and Conflict when a version already decides something else: a new rule is a
    new version.
    """
    if not actor.is_system and not actor.has(Capability.OPERATE):
        raise Refusal(_("发布政策要有运维授权，请联系平台管理员。"))
    packs = Path(settings.PACKS)
    others = [one.parent for one in packs.glob("*/policies")]
    codes = load_code_lists(packs / "national" / "codes")
    pack = load_pack(folders, fact_dictionary(), codes, others=others)
    climbed = load_ladders(folders, pack.dictionary, codes, others=others)
    if not pack.policies and not pack.findings and not climbed.ladders:
        raise DomainError(_("这些资料包里没有政策，没有发布。请核对名称。"))
    scenarios = [prepare(pack, policy) for policy in pack.policies]
    told = (one for _prepared, wrong in scenarios for one in wrong)
    found = [*pack.findings, *told, *climbed.findings]
    errors = [one for one in found if one.severity == "error"]
    if errors:
        raise DefinitionError(errors)
    _check_scenarios(
        replace(pack, policies=_beside(pack, folders, others)),
        [prepared for each, _wrong in scenarios for prepared in each],
    )
    rows = [_publish(actor, policy, now) for policy in pack.policies]
    write_ladders(actor=actor, ladders=climbed.ladders, now=now)
    return rows


def _beside(pack: Pack, folders: Sequence[Path], others: Sequence[Path]) -> tuple[Policy, ...]:
    """The policies of the packs with those of the others, whose verdicts they may read."""
    ours = {folder.absolute() for folder in folders}
    rest = [one for one in others if one.absolute() not in ours]
    known = {(one.id, one.version) for one in pack.policies}
    beside = load_pack(rest, pack.dictionary, pack.codes, others=others).policies
    return (*pack.policies, *(one for one in beside if (one.id, one.version) not in known))


def _check_scenarios(pack: Pack, scenarios: Sequence[Prepared]) -> None:
    """Raises DomainError naming the first scenario that does not come out as written."""
    for prepared in scenarios:
        failures = run(pack, prepared).failures
        if failures:
            words = {
                "policy": prepared.policy.definition.title,
                "scenario": prepared.scenario.title,
                "failure": failures[0],
            }
            raise DomainError(
                _("政策“%(policy)s”的情景“%(scenario)s”与预期不符：%(failure)s。没有发布。") % words
            )


def _publish(actor: Actor, policy: Policy, now: datetime) -> PolicyVersion:
    known = PolicyVersion.objects.filter(policy=policy.id, version=policy.version).first()
    if known is not None:
        if known.content_hash == policy.content_hash:
            return known
        raise Conflict(
            _("政策“%(policy)s”的版本 %(version)s 已经发布，内容不同。请换一个版本号再发布。")
            % {"policy": policy.definition.title, "version": policy.version}
        )
    definition = policy.definition
    row = PolicyVersion.objects.create(
        policy=policy.id,
        version=policy.version,
        pack=_pack_of(policy),
        title=definition.title.zh,
        title_en=definition.title.en or "",
        document_number=definition.document.number,
        issuer=definition.document.issuer,
        level=definition.level,
        region_code=definition.region or "",
        status=definition.status,
        confidence=definition.confidence,
        benefit=definition.benefit.kind if definition.benefit else "",
        effective_from=definition.effective.since,
        effective_to=definition.effective.until,
        search_text=_search_text(policy),
        definition=policy.loaded.canonical,
        parameters="" if policy.parameters is None else canonical_json(policy.parameters.value),
        content_hash=policy.content_hash,
        published_at=now,
        published_by_id=actor.user_id,
    )
    record(actor=actor, action="policy.published", obj=row, now=now)
    return row


def _pack_of(policy: Policy) -> str:
    return policy.folder.absolute().parent.parent.name


def _search_text(policy: Policy) -> str:
    definition = policy.definition
    texts = [definition.title.zh, definition.title.en or "", *definition.tags]
    for one in definition.conditions:
        texts += [one.sentence.zh, one.sentence.en or ""]
    if definition.summary is not None:
        texts += [definition.summary.zh, definition.summary.en or ""]
    return "\n".join(texts)


@transaction.atomic
def retire_policy(*, actor: Actor, version: PolicyVersion, now: datetime) -> None:
    """No longer evaluate it; decisions made by it stay."""
    if not actor.is_system and not actor.has(Capability.OPERATE):
        raise Refusal(_("停用政策要有运维授权，请联系平台管理员。"))
    version.retired_at = now
    version.save(update_fields=["retired_at"])
    record(actor=actor, action="policy.retired", obj=version, now=now)
