"""Who acts for whom: a substitute for an absent colleague, an agent for an organisation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianshu.accounts.models.people import User
from lianshu.authority import Matter
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Following, Organisation

RowT = TypeVar("RowT", bound=models.Model)


class TimedQuerySet(models.QuerySet[RowT]):
    """Rows by moment."""

    def active_at(self, now: datetime) -> Self:
        """Begun, not ended and not revoked."""
        return self.filter(valid_from__lte=now, valid_to__gt=now, revoked_at__isnull=True)

    def within(self, begins: datetime, ends: datetime) -> Self:
        """Not revoked, and sharing some time with the period."""
        return self.filter(valid_from__lt=ends, valid_to__gt=begins, revoked_at__isnull=True)


class Timed(models.Model):
    """Holds from `valid_from` until `valid_to` (excluded), unless revoked before."""

    valid_from = models.DateTimeField(_("开始"))
    valid_to = models.DateTimeField(_("结束"))
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def last_day(self) -> datetime:
        """A moment of its last day, as people name the end of a period."""
        return self.valid_to - timedelta(seconds=1)

    def is_open(self, now: datetime) -> bool:
        """Neither revoked nor over; it may still be to come."""
        return self.revoked_at is None and now < self.valid_to

    def holds(self, now: datetime) -> bool:
        """Open and begun."""
        return self.is_open(now) and self.valid_from <= now


class Substitution(Timed):
    """From `valid_from` until `valid_to` (excluded), `substitute` may act as `absent` does."""

    objects = TimedQuerySet["Substitution"].as_manager()

    absent = models.ForeignKey(User, models.CASCADE, related_name="substituted_by")
    substitute = models.ForeignKey(User, models.CASCADE, related_name="substitutes_for")
    note = models.CharField(_("原因"), max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(absent=F("substitute")), name="nobody_substitutes_themselves"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_to")), name="substitution_takes_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} → {self.absent}"


class Mandate(Timed):
    """`organisation` lets `agent` act for it in some matters, until `valid_to` (excluded).

    The proof is a `StoredFile` of the mandate. The organisation was told, and may revoke it.
    """

    objects = TimedQuerySet["Mandate"].as_manager()
    following = Following(label=_("委托"), into_absorber=False)

    public_id = OpaqueIdField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="mandates")
    agent = models.ForeignKey(User, models.PROTECT, related_name="mandates")
    for_posts = models.BooleanField(_("需求与资源"), default=False)
    for_answers = models.BooleanField(_("答复推荐与项目"), default=False)
    for_records = models.BooleanField(_("单位资料与数据"), default=False)
    note = models.CharField(_("委托事由"), max_length=300)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(_("登记时间"))
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_reason = models.CharField(_("撤销原因"), max_length=300, blank=True)

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_to")), name="mandate_takes_time"
            ),
            models.CheckConstraint(
                condition=Q(for_posts=True) | Q(for_answers=True) | Q(for_records=True),
                name="mandate_covers_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} → {self.organisation}"

    @property
    def matters(self) -> frozenset[Matter]:
        """What it covers."""
        given = {
            Matter.POSTS: self.for_posts,
            Matter.ANSWERS: self.for_answers,
            Matter.RECORDS: self.for_records,
        }
        return frozenset(matter for matter, covered in given.items() if covered)
