"""A round, who takes part, which pairs are possible, quotas, and the plans that came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianshu.exchange.models import Demand, Recommendation, Resource
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Chain, Following, Liaison, Organisation, Pairing, Region
from lianshu.rounds.querysets import RoundQuerySet


class RoundKind(models.TextChoices):
    """What the pairs of a round become."""

    SECONDMENT = "secondment", _("科技副总选派")
    LIAISON = "liaison", _("专员派驻")
    PAIRING = "pairing", _("1 + N 结对")
    MEETING = "meeting", _("供需对接会")


class RoundStatus(models.TextChoices):
    """How far a round is."""

    DRAFT = "draft", _("筹备中")
    PLANNED = "planned", _("已排定")
    INFEASIBLE = "infeasible", _("条件冲突")
    PUBLISHED = "published", _("已发布")
    CANCELLED = "cancelled", _("已取消")


class RoundFloor(models.TextChoices):
    """What fairness asks before the total."""

    NONE = "none", _("不设保底：总匹配分最高")
    SERVED = "served", _("先让尽量多的一方有配对，再看总分")
    WORST = "worst", _("先让尽量多的一方有配对，再让最差的一对尽量好，最后看总分")


class SideChoices(models.TextChoices):
    """The side that asks, and the side that is asked."""

    LEFT = "left", _("需求一方")
    RIGHT = "right", _("资源一方")


class PairRule(models.TextChoices):
    """What is settled about a pair before anything is planned."""

    FREE = "", _("由方案决定")
    MUST = "must", _("必须配对")
    FORBID = "forbid", _("不得配对")


class WeightSource(models.TextChoices):
    """Where the weight of a pair comes from."""

    MATCHER = "matcher", _("匹配得分")
    NEARNESS = "nearness", _("同链、同区县")
    STAFF = "staff", _("人工设定")


class Round(models.Model):
    """A plan for many at once. `changed_at`: when anything that a plan depends on last changed."""

    public_id = OpaqueIdField()
    kind = models.CharField(_("类型"), max_length=12, choices=RoundKind)
    title = models.CharField(_("名称"), max_length=100)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("区域"))
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, related_name="+", verbose_name=_("产业链")
    )
    status = models.CharField(
        _("状态"), max_length=12, choices=RoundStatus, default=RoundStatus.DRAFT
    )
    floor = models.CharField(_("保底"), max_length=8, choices=RoundFloor, default=RoundFloor.SERVED)
    stable = models.BooleanField(_("稳定匹配"), default=False)
    created_at = models.DateTimeField(_("创建时间"))
    created_by_name = models.CharField(_("创建人"), max_length=150)
    changed_at = models.DateTimeField(_("更新时间"))
    published_at = models.DateTimeField(_("发布时间"), null=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("轮次")

    def __str__(self) -> str:
        return self.title


class Participant(models.Model):
    """Somebody who takes part: an organisation, with the demand, resource or liaison it is about.

    `low` and `high` say how many partners; without `high` there is no limit.
    """

    following = Following(label=_("参加的轮次"))

    round = models.ForeignKey(Round, models.CASCADE, related_name="participants")
    side = models.CharField(max_length=5, choices=SideChoices)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    demand = models.ForeignKey(Demand, models.PROTECT, null=True, related_name="+")
    resource = models.ForeignKey(Resource, models.PROTECT, null=True, related_name="+")
    liaison = models.ForeignKey(Liaison, models.PROTECT, null=True, related_name="+")
    low = models.PositiveIntegerField(_("至少"), default=0)
    high = models.PositiveIntegerField(_("至多"), null=True, default=1)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", part],
                condition=Q(**{f"{part}__isnull": False}),
                name=f"round_{part}_once",
            )
            for part in ("demand", "resource", "liaison")
        ] + [
            models.CheckConstraint(
                condition=Q(high__isnull=True) | Q(low__lte=F("high")),
                name="participant_limits_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.side} {self.pk}"


class RoundPair(models.Model):
    """A possible pair: its weight in points and where that comes from, what is settled about it,
    the places that both sides give each other, and whether the last plan holds it.

    `automatic`: forbidden by a conflict of interest that the register shows; nobody lifts it here.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="pairs")
    left = models.ForeignKey(Participant, models.CASCADE, related_name="pairs_left")
    right = models.ForeignKey(Participant, models.CASCADE, related_name="pairs_right")
    weight = models.DecimalField(_("匹配分"), max_digits=7, decimal_places=2, default=0)
    source = models.CharField(_("来源"), max_length=8, choices=WeightSource)
    rule = models.CharField(_("规定"), max_length=6, choices=PairRule, blank=True, default="")
    automatic = models.BooleanField(default=False)
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    left_rank = models.PositiveIntegerField(null=True)
    right_rank = models.PositiveIntegerField(null=True)
    locked = models.BooleanField(_("锁定"), default=False)
    chosen = models.BooleanField(_("在方案里"), default=False)
    recommendation = models.ForeignKey(Recommendation, models.SET_NULL, null=True, related_name="+")
    pairing = models.ForeignKey(Pairing, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="one_round_pair"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="round_weight_not_negative"),
        ]
        indexes = [models.Index(fields=["round", "chosen"], name="round_pair_chosen")]
        verbose_name = _("配对")

    def __str__(self) -> str:
        return f"{self.left_id} — {self.right_id}"

    @property
    def why(self) -> str:
        """The reason in the reader's language, where it is the system's own."""
        return gettext(self.reason) if self.automatic and self.reason else self.reason


class Quota(models.Model):
    """Pairs of all participants of a side in one district, chain or unit, counted together."""

    following = Following(label=_("轮次的分组名额"))

    round = models.ForeignKey(Round, models.CASCADE, related_name="quotas")
    side = models.CharField(max_length=5, choices=SideChoices)
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    low = models.PositiveIntegerField(_("至少"), default=0)
    high = models.PositiveIntegerField(_("至多"), null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(region__isnull=False, chain__isnull=True, organisation__isnull=True)
                | Q(region__isnull=True, chain__isnull=False, organisation__isnull=True)
                | Q(region__isnull=True, chain__isnull=True, organisation__isnull=False),
                name="quota_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(high__isnull=True) | Q(low__lte=F("high")), name="quota_in_order"
            ),
        ]

    def __str__(self) -> str:
        return str(self.region or self.chain or self.organisation)


class RoundPlan(models.Model):
    """What came of one computation: the chosen pairs, or the limits that conflict.

    `chosen` and `locked` hold keys of pairs with their weight; `conflict` names limits, see
    `conflicts`. Plans are kept, so that each can be compared with the one before.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="plans")
    number = models.PositiveIntegerField()
    computed_at = models.DateTimeField()
    computed_by_name = models.CharField(max_length=150)
    feasible = models.BooleanField()
    proved = models.BooleanField(default=True)
    method = models.CharField(max_length=8, blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    bound = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    threshold = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    blocking = models.PositiveIntegerField(null=True)
    chosen = models.JSONField(default=dict)
    locked = models.JSONField(default=list)
    conflict = models.JSONField(default=list)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="one_plan_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.round_id} #{self.number}"
