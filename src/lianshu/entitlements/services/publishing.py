"""Publishing policies: checked, resolved, and never changed in what they decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, Capability, Refusal
from lianshu.engine.codes import load_code_lists
from lianshu.engine.definitions import DefinitionError, canonical_json
from lianshu.engine.policy import Policy, load_pack, prepare, run
from lianshu.entitlements.models import PolicyVersion
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.dictionary import fact_dictionary


@transaction.atomic
def publish_policies(
    *, actor: Actor, folders: Sequence[Path], now: datetime
) -> list[PolicyVersion]:
    """Publish every policy of the packs: all of them or none.

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
    errors = [one for one in pack.findings if one.severity == "error"]
    if errors:
        raise DefinitionError(errors)
    return [_publish(actor, policy, now) for policy in pack.policies]


def check_scenarios(folders: Sequence[Path]) -> None:
    """Raises DomainError naming the first scenario that does not come out as written."""
    packs = Path(settings.PACKS)
    codes = load_code_lists(packs / "national" / "codes")
    pack = load_pack(folders, fact_dictionary(), codes)
    for policy in pack.policies:
        for prepared in prepare(pack, policy)[0]:
            failures = run(pack, prepared).failures
            if failures:
                words = {"policy": policy.definition.title, "scenario": prepared.scenario.title}
                raise DomainError(
                    _("政策“%(policy)s”的情景“%(scenario)s”与预期不符，没有发布。") % words
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
        title=str(definition.title),
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
    texts += [one.sentence.zh for one in definition.conditions]
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
