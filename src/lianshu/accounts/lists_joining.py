"""Invitations and claims as lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianshu.accounts.models import Claim, ClaimStatus, Invitation, MembershipRole
from lianshu.accounts.queries_joining import claims_for, invitations_for
from lianshu.accounts.services.invitations import SHEET_MOST
from lianshu.authority import Actor, Verdict
from lianshu.records.errors import DomainError
from lianshu.registry.lists import organisation_filter, region_filter
from lianshu.ui.badges import Badge, Tone
from lianshu.ui.lists import BulkAction, ChoiceFilter, Column, ListSpec, YesNoFilter

TONES: Final[dict[str, Tone]] = {
    ClaimStatus.PENDING: "wait",
    ClaimStatus.APPROVED: "good",
    ClaimStatus.REFUSED: "bad",
    ClaimStatus.WITHDRAWN: "neutral",
}


def claim_badge(claim: Claim) -> Badge:
    """Where a claim stands."""
    return Badge(claim.get_status_display(), TONES[claim.status])


def invitation_badge(invitation: Invitation) -> Badge:
    """Where an invitation stands by its own dates."""
    if invitation.accepted_at is not None:
        return Badge(_("已接受"), "good")
    if invitation.revoked_at is not None:
        return Badge(_("已撤销"))
    if not invitation.is_open(timezone.now()):
        return Badge(_("已过期"), "bad")
    return Badge(_("待接受"), "wait")


def _claims(actor: Actor) -> QuerySet[Claim]:
    return claims_for(actor, now=timezone.now())


def _role(row: Invitation) -> str:
    return str(row.get_role_display())


def _people_page(row: Invitation) -> str:
    return reverse("organisation-people", args=[row.organisation.public_id])


def _renewable(_actor: Actor, row: Invitation) -> Verdict:
    if row.accepted_at is not None or row.revoked_at is not None:
        return Verdict.no(str(_("这份邀请已经使用或撤销。")))
    return Verdict.yes()


def _to_sheet(_actor: Actor, rows: Sequence[Invitation], _now: datetime) -> str:
    if len(rows) > SHEET_MOST:
        raise DomainError(
            str(_("一次最多为 %(most)d 份邀请生成链接，请分几次办理。")) % {"most": SHEET_MOST}
        )
    return f"{reverse('invitation-sheet')}?ids={','.join(row.public_id for row in rows)}"


def _named(field: str) -> Callable[[Invitation], str]:
    return lambda row: str(getattr(row, field) or "")


INVITATIONS = ListSpec[Invitation, Invitation](
    id="invitations",
    title=_("邀请"),
    intro=_("发给各单位人员的邀请。链接只在生成时显示一次，找不到时可以重新生成。"),
    rows=invitations_for,
    search=lambda rows, words: rows.filter(
        Q(name__icontains=words) | Q(phone__icontains=words) | Q(email__icontains=words)
    ),
    search_hint=_("姓名、电话或邮箱"),
    filters=(
        YesNoFilter(
            "open",
            _("待接受"),
            Q(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=Now()),
        ),
        ChoiceFilter("role", _("身份"), "role", MembershipRole, counts=True),
        organisation_filter("organisation", _("单位"), id="organisation"),
        region_filter("organisation__region"),
    ),
    columns=(
        Column("name", _("姓名"), lambda row: row.name or "—", sort="name"),
        Column(
            "organisation",
            _("单位"),
            lambda row: row.organisation.name,
            sort="organisation__name_key",
        ),
        Column("role", _("身份"), _role, sort="role"),
        Column("phone", _("电话"), _named("phone")),
        Column("email", _("邮箱"), _named("email")),
        Column("state", _("状态"), invitation_badge),
        Column("by", _("邀请人"), _named("invited_by")),
        Column("created", _("发出时间"), lambda row: row.created_at, "day", sort="created_at"),
        Column("expires", _("有效期至"), lambda row: row.expires_at, "day", sort="expires_at"),
    ),
    sort="-created",
    link=_people_page,
    name=lambda row: row.name or row.organisation.name,
    bulk=(
        BulkAction(
            "renew",
            _("重新生成链接"),
            can=_renewable,
            effect=lambda _row: _("生成新链接，旧链接立即失效"),
            start=_to_sheet,
            icon="refresh",
        ),
    ),
    empty=_("在单位的“人员”页面邀请，或用 Excel 导入人员后，邀请会列在这里。"),
)

CLAIMS = ListSpec[Claim, Claim](
    id="claims",
    title=_("认领审核"),
    intro=_("有人凭统一社会信用代码和证明材料申请代表单位使用平台，请核对后决定。"),
    rows=_claims,
    search=lambda rows, words: rows.filter(
        Q(user__name__icontains=words) | Q(uscc__icontains=words)
    ),
    search_hint=_("申请人或信用代码"),
    filters=(
        ChoiceFilter("status", _("状态"), "status", ClaimStatus, counts=True),
        organisation_filter("organisation", _("单位"), id="organisation"),
        region_filter("organisation__region"),
    ),
    columns=(
        Column("user", _("申请人"), lambda row: row.user.name, sort="user__name"),
        Column(
            "organisation",
            _("单位"),
            lambda row: row.organisation.name,
            sort="organisation__name_key",
        ),
        Column("uscc", _("统一社会信用代码"), lambda row: row.uscc),
        Column("status", _("状态"), claim_badge, sort="status"),
        Column("created", _("提出时间"), lambda row: row.created_at, "moment", sort="created_at"),
        Column("by", _("审核人"), lambda row: str(row.decided_by or "")),
        Column("decided", _("审核时间"), lambda row: row.decided_at, "day", sort="decided_at"),
    ),
    sort="-created",
    link=lambda row: reverse("claim", args=[row.public_id]),
    name=lambda row: row.user.name,
    empty=_("没有等您审核的认领。"),
)
