"""How people come in: invited by an organisation, or claiming it."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.accounts.models.people import MembershipRole, User
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Following, Organisation


class Invitation(models.Model):
    """A link that makes whoever opens it a member, once. Only the secret's hash is kept.

    `name`, `email` and `phone` say who is meant, where that is known.
    """

    following = Following(label=_("邀请"), into_absorber=False)

    public_id = OpaqueIdField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    role = models.CharField(_("身份"), max_length=16, choices=MembershipRole)
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)
    phone = models.CharField(_("电话"), max_length=32, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("发出时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.organisation)

    def is_open(self, now: datetime) -> bool:
        """Neither used, nor revoked, nor expired."""
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at


class ClaimStatus(models.TextChoices):
    """What became of a claim."""

    PENDING = "pending", _("待审核")
    APPROVED = "approved", _("已通过")
    REFUSED = "refused", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


class Claim(models.Model):
    """A person says: I act for the organisation with this credit code; here is the proof.

    The proof is a `StoredFile` of the claim. `digest` is the hash of the link by which somebody
    who has no account yet follows the claim.
    """

    following = Following(label=_("认领申请"), into_absorber=False)

    public_id = OpaqueIdField()
    user = models.ForeignKey(User, models.CASCADE, related_name="claims")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="claims")
    uscc = models.CharField(_("统一社会信用代码"), max_length=18)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    status = models.CharField(
        _("状态"), max_length=12, choices=ClaimStatus, default=ClaimStatus.PENDING
    )
    created_at = models.DateTimeField(_("提出时间"))
    decided_at = models.DateTimeField(_("审核时间"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("审核意见"), max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(status="pending"),
                name="one_pending_claim",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("pending", "withdrawn"), decided_by__isnull=True)
                | Q(status__in=("approved", "refused"), decided_at__isnull=False),
                name="claim_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.organisation}"
