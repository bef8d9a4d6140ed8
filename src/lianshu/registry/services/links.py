"""Parents, shareholders and controllers of organisations."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError
from lianshu.registry.models import LinkKind, Organisation, OrganisationLink
from lianshu.registry.models.identity import plain_share
from lianshu.registry.queries.links import under_power_of
from lianshu.registry.rules import can_manage_organisation
from lianshu.registry.services.periods import check_exists, check_order, why_cannot_end

WHOLE = Decimal(100)
PLACES = Decimal("0.0001")


@transaction.atomic
def add_link(
    *,
    actor: Actor,
    holder: Organisation,
    subject: Organisation,
    kind: str,
    now: datetime,
    share: Decimal | None = None,
    valid_from: date | None = None,
    source: str = "",
) -> OrganisationLink:
    """`holder` has power over `subject` from now on. Another share of the same holder replaces
    the one before on `valid_from` (today).

    DomainError for a share that is none or makes more than 100 % in sum, for a circle of parents
    and controllers, and for what is recorded already.
    """
    require(can_manage_organisation(actor, subject))
    _check_sides(holder, subject, kind)
    share = _checked_share(kind, share)
    # The subject's row is what two clerks who add shares at once wait at.
    Organisation.objects.select_for_update().get(pk=subject.pk)
    current = OrganisationLink.objects.filter(
        holder=holder, subject=subject, kind=kind, valid_to__isnull=True
    ).first()
    row = OrganisationLink(
        holder=holder,
        subject=subject,
        kind=kind,
        share=share,
        valid_from=valid_from,
        source=source.strip(),
    )
    if current is not None:
        if current.share == share:
            raise DomainError(
                _("“%(holder)s”已登记为“%(subject)s”的%(kind)s，不必再登记。")
                % _words(holder, subject, kind),
                field="holder",
            )
        row.valid_from = valid_from or timezone.localdate(now)
        _end(current, row.valid_from)
    check_order(row)
    if kind == LinkKind.SHAREHOLDER:
        _check_sum(subject, share)
    elif subject.pk == holder.pk or holder.pk in under_power_of(subject.pk):
        raise DomainError(
            _("“%(subject)s”已经直接或间接管着“%(holder)s”，不能反过来再登记，请核对方向。")
            % _words(holder, subject, kind),
            field="holder",
        )
    row.save()
    change = [
        None if current is None else _said(holder, current.share),
        _said(holder, share),
    ]
    record(
        actor=actor,
        action="organisation.link_added",
        obj=subject,
        now=now,
        changes={kind: change},
    )
    return row


@transaction.atomic
def end_link(
    *, actor: Actor, link: OrganisationLink, now: datetime, on: date | None = None
) -> OrganisationLink:
    """The relation holds no longer since `on` (today)."""
    require(can_manage_organisation(actor, link.subject))
    _end(link, on or timezone.localdate(now))
    record(
        actor=actor,
        action="organisation.link_ended",
        obj=link.subject,
        now=now,
        changes={link.kind: [_said(link.holder, link.share), None]},
    )
    return link


def _check_sides(holder: Organisation, subject: Organisation, kind: str) -> None:
    if kind not in LinkKind.values:
        raise DomainError(_("不认识的关系“%(kind)s”。") % {"kind": kind}, field="kind")
    if holder.pk == subject.pk:
        raise DomainError(_("关系要在两家单位之间，请改选另一家。"), field="holder")
    check_exists(holder, field="holder")
    check_exists(subject, field="subject")


def _checked_share(kind: str, share: Decimal | None) -> Decimal | None:
    if share is None:
        return None
    if kind == LinkKind.PARENT:
        raise DomainError(_("上级单位没有持股比例；出资的请另登记为股东。"), field="share")
    if not share.is_finite() or not 0 < share <= WHOLE:
        raise DomainError(
            _("持股比例要大于 0、不超过 100，现为 %(share)s；不知道的请留空。")
            % {"share": f"{share:f}"},
            field="share",
        )
    exact = share.quantize(PLACES)
    if exact != share:
        raise DomainError(
            _("持股比例最多四位小数，现为 %(share)s。") % {"share": f"{share:f}"}, field="share"
        )
    return exact


def _check_sum(subject: Organisation, share: Decimal | None) -> None:
    others = OrganisationLink.objects.filter(
        subject=subject, kind=LinkKind.SHAREHOLDER, valid_to__isnull=True
    ).aggregate(sum=Sum("share"))["sum"] or Decimal(0)
    total = others + (share or 0)
    if share is not None and total > WHOLE:
        raise DomainError(
            _(
                "加上这一笔，“%(subject)s”现有股东的持股比例合计 %(total)s%%，超过 100%%。"
                "请核对比例，或先结束已退出股东的关系。"
            )
            % {"subject": subject.name, "total": plain_share(total)},
            field="share",
        )


def _end(link: OrganisationLink, on: date) -> None:
    if reason := why_cannot_end(link, on):
        raise DomainError(reason, field="on")
    link.valid_to = on
    link.save(update_fields=["valid_to"])


def _said(holder: Organisation, share: Decimal | None) -> str:
    return holder.name if share is None else f"{holder.name} {plain_share(share)}%"


def _words(holder: Organisation, subject: Organisation, kind: str) -> dict[str, str]:
    return {"holder": holder.name, "subject": subject.name, "kind": str(LinkKind(kind).label)}
