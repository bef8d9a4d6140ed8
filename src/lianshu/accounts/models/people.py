"""Users, what they belong to, what they were granted, and their API tokens."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Capability
from lianshu.registry.models import Chain, Following, Organisation, Region


class User(AbstractUser):
    """A person who logs in. What the person may do is in memberships and grants, not here."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("姓名"), max_length=60)
    phone = models.CharField(_("电话"), max_length=32, blank=True)
    language = models.CharField(_("语言"), max_length=10, blank=True)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("用户")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class MembershipRole(models.TextChoices):
    """How far a member acts for the organisation."""

    OWNER = "owner", _("负责人")
    HANDLER = "handler", _("经办人")
    VIEWER = "viewer", _("只读")


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships by time."""

    def active_at(self, now: datetime) -> MembershipQuerySet:
        """Begun and not ended."""
        return self.filter(Q(valid_from__lte=now), Q(valid_to__isnull=True) | Q(valid_to__gt=now))


class Membership(models.Model):
    """A person in an organisation, from `valid_from` until `valid_to` (excluded)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=MembershipRole)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()
    following = Following(label=_("人员"), once_by=("user",), once_among=Q(valid_to__isnull=True))

    class Meta:
        indexes = [models.Index(fields=["user", "valid_from"], name="membership_of_user")]

    def __str__(self) -> str:
        return f"{self.user} @ {self.organisation}"


class Grant(models.Model):
    """A capability within a region subtree and a chain. What is left empty gives nothing:
    every chain must be said by `every_chain`."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="grants")
    capability = models.CharField(max_length=32, choices=[(c.value, c.value) for c in Capability])
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True)
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, blank=True)
    every_chain = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(chain__isnull=True) | Q(every_chain=False),
                name="grant_names_one_chain_or_every",
            )
        ]

    def __str__(self) -> str:
        return f"{self.capability} @ {self.region}"


class ApiToken(models.Model):
    """A secret a program uses instead of a log-in. Only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    label = models.CharField(_("用途"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    may_write = models.BooleanField(_("可写"), default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.label
