"""What happened in a case: append-only, each event chained to the one before."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.casework.models.cases import Case


class EventKind(models.TextChoices):
    """What sort of thing happened."""

    OPENED = "opened", _("提出")
    ACTED = "acted", _("办理")
    JOINED = "joined", _("已表态")
    AUTOMATIC = "automatic", _("自动")
    AMBER = "amber", _("临期提醒")
    RED = "red", _("超时")
    REMINDED = "reminded", _("催办")
    TAKEN_OVER = "taken_over", _("转交")
    COMMENTED = "commented", _("留言")
    SUSPENDED = "suspended", _("中止计时")
    RESUMED = "resumed", _("恢复计时")
    EXTENDED = "extended", _("延期")
    RECOMPUTED = "recomputed", _("重算期限")
    REOPENED = "reopened", _("重开")
    MIGRATED = "migrated", _("换版本")
    UNSEALED = "unsealed", _("开封")
    CONSULTED = "consulted", _("征求意见")
    OPINION = "opinion", _("答复意见")
    SILENT = "silent", _("未答复（到期）")


class Channel(models.TextChoices):
    """Through which door it came."""

    WEB = "web", _("网页")
    API = "api", _("接口")
    LINK = "link", _("短链接")
    SYSTEM = "system", _("系统")


class AppendOnlyQuerySet(models.QuerySet["CaseEvent"]):
    """Events can be added and never changed; only what was told of them is noted."""

    def update(self, **kwargs: Any) -> int:
        if set(kwargs) != {"announced_at"}:
            raise TypeError("case events are append-only")
        return super().update(**kwargs)

    def delete(self) -> NoReturn:
        raise TypeError("case events are append-only")


class CaseEvent(models.Model):
    """One thing that happened. What people wrote is in the payload; here is only its digest.

    `facts` are what followed for the case: who was appointed, whose task it became and until when.
    Nothing that people wrote; from them the case can be rebuilt after every payload is erased.
    `fold` is the version of the rules that read events. `announced_at` is None until people were
    told: the row is outbox and history in one.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=EventKind)
    step = models.CharField(max_length=40)
    action = models.CharField(max_length=40, blank=True)
    to = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    actor_key = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=150)
    organisation_id = models.BigIntegerField(null=True)
    behalf = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=8, choices=Channel)
    fold = models.PositiveSmallIntegerField()
    facts = models.JSONField(default=dict)
    payload_digest = models.CharField(max_length=80)
    previous = models.CharField(max_length=80)
    hash = models.CharField(max_length=80)
    key = models.CharField(max_length=80, blank=True)
    request_hash = models.CharField(max_length=80, blank=True)
    announced_at = models.DateTimeField(null=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["case", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="one_event_per_place"),
            models.UniqueConstraint(
                fields=["actor_key", "key"],
                condition=~Q(key=""),
                name="one_event_per_key",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(announced_at__isnull=True), name="event_to_announce"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq} {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("case events are append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("case events are append-only")


class CaseEventPayload(models.Model):
    """What people wrote, chose and attached at an event. A retention rule may erase it: the digest
    in the event stays, and says that something was here."""

    event = models.OneToOneField(
        CaseEvent, models.PROTECT, primary_key=True, related_name="payload"
    )
    salt = models.CharField(max_length=32)
    data = models.JSONField()
    erased_at = models.DateTimeField(null=True)
    erased_by_rule = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return str(self.event_id)


class Rating(models.Model):
    """What the confirmer said of the result, 1 to 5; never by anybody else and never by default."""

    event = models.OneToOneField(CaseEvent, models.PROTECT, related_name="rating")
    case = models.ForeignKey(Case, models.PROTECT, related_name="ratings")
    stars = models.PositiveSmallIntegerField(_("评分"))
    speed = models.PositiveSmallIntegerField(_("速度"), null=True)
    quality = models.PositiveSmallIntegerField(_("质量"), null=True)
    attitude = models.PositiveSmallIntegerField(_("态度"), null=True)
    handler = models.ForeignKey(
        "registry.Organisation", models.PROTECT, null=True, related_name="ratings_received"
    )
    accepted = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="rating_is_1_to_5"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (1, 5)}),
                    name=f"rating_{name}_is_1_to_5",
                )
                for name in ("speed", "quality", "attitude")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.stars}"


class Anchor(models.Model):
    """The heads of the cases that moved since the anchor before, chained to it: a tail that was
    cut off later, or a case that is gone, shows."""

    day = models.DateField(unique=True)
    cases = models.PositiveIntegerField()
    heads = models.JSONField()
    previous = models.CharField(max_length=80, blank=True)
    hash = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.hash}"
