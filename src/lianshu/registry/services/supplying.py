"""What people fill in about their organisation by hand, with a paper that proves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.engine.tables import Use
from lianshu.files.services import store_file
from lianshu.files.sniffing import DOCUMENTS
from lianshu.records.errors import DomainError
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Fact
from lianshu.registry.rules import can_record_about
from lianshu.registry.services.entries import FactEntry, check_fact
from lianshu.registry.services.facts import record_fact

MOST_EVIDENCE: Final = 20 * 1024 * 1024


@transaction.atomic
def supply_fact(
    *,
    actor: Actor,
    entry: FactEntry,
    now: datetime,
    upload: File[Any] | None = None,
    corrects: Fact | None = None,
) -> Fact:
    """As `record_fact`, with `upload` kept as the evidence; a correction without one keeps what the
    statement before was proved by.

    Raises DomainError (field `evidence`) for evidence of what is for statistics only: the paper
    would show the figure to who may not see it.
    """
    require(can_record_about(actor, entry.organisation, source=entry.provenance.source))
    check_fact(entry, fact_dictionary(), today=timezone.localdate(now))
    evidence = corrects.evidence if corrects is not None else None
    if entry.provenance.uses == Use.STATISTICS:
        if upload is not None:
            raise DomainError(
                _("只用于统计的数据不收依据文件，请去掉文件，或同时允许用于服务。"),
                field="evidence",
            )
        evidence = None
    elif upload is not None:
        try:
            evidence = store_file(
                actor=actor,
                upload=upload,
                owner=entry.organisation,
                allowed=DOCUMENTS,
                max_bytes=MOST_EVIDENCE,
                now=now,
                organisation_id=entry.organisation.pk,
            )
        except DomainError as error:
            raise DomainError(error.message, field="evidence") from error
    given = replace(entry.provenance, evidence=evidence)
    return record_fact(
        actor=actor, entry=replace(entry, provenance=given), now=now, corrects=corrects
    )
