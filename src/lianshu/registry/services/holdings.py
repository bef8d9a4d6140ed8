"""Recording what organisations hold, and correcting it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.engine.tables import HoldingDefinition
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Fact, Holding, LiaisonAssignment, Organisation
from lianshu.registry.rules import can_record_about
from lianshu.registry.services.entries import HoldingEntry, check_holding


@transaction.atomic
def record_holding(
    *, actor: Actor, entry: HoldingEntry, now: datetime, corrects: Holding | None = None
) -> Holding:
    """Record one holding; with `corrects`, as the row that supersedes it.

    Raises Refusal, DomainError for what cannot be recorded (one number of a kind is current once
    for each source), Conflict when somebody else corrected it first.
    """
    organisation = entry.organisation
    require(can_record_about(actor, organisation, source=entry.provenance.source))
    definition, attributes = check_holding(entry, fact_dictionary(), today=timezone.localdate(now))
    row = _row(entry, attributes, actor=actor, now=now)
    if corrects is not None and (corrects.organisation_id, corrects.kind) != (
        organisation.pk,
        row.kind,
    ):
        raise DomainError(_("更正要对同一单位和种类；请核对，或作为新的事项记录。"), field="kind")
    row.revision = _next_revision(row, definition, corrects)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(_("这一事项刚刚被别人记录或更正，请看过最新的内容。")) from error
    if corrects is not None:
        current = Holding.objects.current().filter(pk=corrects.pk)
        if current.supersede(by=row, at=now) != 1:
            raise Conflict(_("这一事项刚刚被别人更正过，请看过最新的内容再更正。"))
    record(
        actor=actor,
        action="holding.recorded" if corrects is None else "holding.corrected",
        obj=organisation,
        now=now,
        changes={str(row): [corrects and corrects.revision, row.revision]},
    )
    return row


def _next_revision(row: Holding, definition: HoldingDefinition, corrects: Holding | None) -> int:
    """Raises DomainError when the number is current in another row of this source."""
    revision = 1 if corrects is None else corrects.revision + 1
    if not row.number:
        return revision
    same = Holding.objects.filter(
        organisation=row.organisation, kind=row.kind, number=row.number, source=row.source
    )
    others = same.current() if corrects is None else same.current().exclude(pk=corrects.pk)
    if others.exists():
        raise DomainError(
            _("“%(organisation)s”已有编号为 %(number)s 的“%(kind)s”；内容不同请用更正。")
            % {
                "organisation": row.organisation.name,
                "number": row.number,
                "kind": definition.title,
            },
            field="number",
        )
    latest: int = same.aggregate(latest=Max("revision"))["latest"] or 0
    return max(revision, latest + 1)


def _row(
    entry: HoldingEntry, attributes: dict[str, object], *, actor: Actor, now: datetime
) -> Holding:
    given, organisation = entry.provenance, entry.organisation
    return Holding(
        organisation=organisation,
        region_id=organisation.region_id,
        chain_id=organisation.chain_id,
        source=given.source,
        uses=int(given.uses),
        consent_on=given.consent_on,
        consent_scope=given.consent_scope.strip(),
        evidence=given.evidence,
        evidence_note=given.evidence_note.strip(),
        recorded_at=now,
        recorded_by_id=actor.user_id,
        kind=entry.kind,
        number=entry.number.strip(),
        name=entry.name.strip(),
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        owner_order=entry.owner_order,
        attributes=attributes,
    )


def follow_organisation(organisation: Organisation) -> None:
    """Give its facts, its holdings and the services to it the region and chain it now has.

    For the service that moves an organisation, in its transaction.
    """
    for model in (Fact, Holding):
        model.objects.filter(organisation=organisation).move(
            region_id=organisation.region_id, chain_id=organisation.chain_id
        )
    LiaisonAssignment.objects.filter(organisation=organisation).update(
        region_id=organisation.region_id, chain_id=organisation.chain_id
    )
