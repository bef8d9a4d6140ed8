"""Saying which registered organisation a name in a file means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.imports.models import ImportRun, KnownName
from lianshu.imports.rules import can_configure
from lianshu.imports.services.requests import recheck_import
from lianshu.imports.targets import target_of
from lianshu.records.errors import DomainError


@transaction.atomic
def match_names(
    *,
    actor: Actor,
    run: ImportRun,
    meanings: Mapping[str, str],
    now: datetime,
    place: str = "",
    codes: Mapping[str, str] | None = None,
) -> ImportRun:
    """Remember for this sender what names mean, and have the file checked again.

    `meanings` gives the key of an unknown name → public id of an organisation, or "" to register
    one of this name in the region `place`, with its credit code from `codes` (by key). Raises
    `DomainError`, `NotFound` and `Refusal`; then nothing is remembered and nothing registered.
    """
    require(can_configure(actor, run))
    matcher = target_of(run.target).names
    unknown = {each["key"]: each["name"] for each in run.unknown_names}
    if matcher is None or not meanings or not set(meanings) <= set(unknown):
        raise DomainError(_("请为列出的名称选择单位。"), field="names")
    for key, public_id in meanings.items():
        if public_id:
            matched = matcher.meant(actor, public_id)
        else:
            matched = matcher.register(
                actor=actor,
                name=unknown[key],
                place=place,
                code=(codes or {}).get(key, ""),
                now=now,
            )
        KnownName.objects.update_or_create(
            organisation_id=run.organisation_id or 0,
            source=run.source,
            key=key,
            defaults={"matched_id": matched, "updated_at": now},
        )
    record(
        actor=actor,
        action="imports.names_matched",
        obj=run,
        now=now,
        changes={"names": [None, "、".join(unknown[key] for key in meanings)[:500]]},
    )
    return recheck_import(actor=actor, run=run, now=now)
