"""Publishing ladders: checked against the policies in use; a new publication retires the last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor
from lianshu.engine.policy.ladders import Ladder
from lianshu.entitlements.models import PolicyLadder, PolicyVersion
from lianshu.records.errors import DomainError


def write_ladders(*, actor: Actor, ladders: Sequence[Ladder], now: datetime) -> list[PolicyLadder]:
    """The rows of checked ladders, within the publishing of their packs.

    What stands already is left alone; one that changed is written anew and the old one retired:
    runs keep pointing to what they were of. Raises DomainError where a rung names a policy that is
    not in use.
    """
    in_use = set(
        PolicyVersion.objects.filter(retired_at__isnull=True).values_list("policy", flat=True)
    )
    for ladder in ladders:
        _check(ladder, in_use)
    return [_write(actor, ladder, now) for ladder in ladders]


def _check(ladder: Ladder, in_use: set[str]) -> None:
    lacking = [name for name in ladder.policies() if name not in in_use]
    if lacking:
        words = {"ladder": ladder.definition.title, "policies": "、".join(lacking)}
        raise DomainError(
            _(
                "梯度“%(ladder)s”要用的政策还没有发布：%(policies)s。"
                "请把它们的资料包一起发布，或者先发布。"
            )
            % words
        )


def _write(actor: Actor, ladder: Ladder, now: datetime) -> PolicyLadder:
    known = PolicyLadder.objects.filter(ladder=ladder.id, retired_at__isnull=True).first()
    if known is not None:
        if known.content_hash == ladder.loaded.content_hash:
            return known
        known.retired_at = now
        known.save(update_fields=["retired_at"])
    definition = ladder.definition
    row = PolicyLadder.objects.create(
        ladder=ladder.id,
        pack=ladder.loaded.path.absolute().parent.parent.name,
        title=definition.title.zh,
        title_en=definition.title.en or "",
        region_code=definition.region or "",
        confidence=definition.versions[-1].source.confidence,
        definition=ladder.loaded.canonical,
        content_hash=ladder.loaded.content_hash,
        published_at=now,
        published_by_id=actor.user_id,
    )
    record(actor=actor, action="ladder.published", obj=row, now=now)
    return row
