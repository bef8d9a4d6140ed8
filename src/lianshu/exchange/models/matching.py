"""What matching is taught and what it did: words, runs, views, judgements, models."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.exchange.models.posts import Demand, Resource
from lianshu.exchange.models.projects import Recommendation
from lianshu.records.fields import OpaqueIdField


class LexiconKind(models.TextChoices):
    """What an entry of the lexicon says about its words."""

    SYNONYMS = "synonyms", _("同义词")
    TERM = "term", _("整词")


class LexiconEntry(models.Model):
    """Words that staff teach matching and search: synonyms, or a term that is one word."""

    public_id = OpaqueIdField()
    kind = models.CharField(_("类型"), max_length=12, choices=LexiconKind)
    words = models.JSONField(_("词"), default=list)
    line = models.CharField(_("词"), max_length=600, editable=False)
    """The words as one line, for lists to sort and search by."""
    active = models.BooleanField(_("使用中"), default=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(_("更新时间"))
    updated_by_name = models.CharField(_("修改人"), max_length=150)

    class Meta:
        ordering = ["-updated_at", "-id"]
        verbose_name = _("词条")

    def __str__(self) -> str:
        return self.line


class LexiconRevision(models.Model):
    """An entry as it stood after one write."""

    entry = models.ForeignKey(LexiconEntry, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=150)
    words = models.JSONField()
    kind = models.CharField(max_length=12, choices=LexiconKind)
    active = models.BooleanField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="one_lexicon_revision")
        ]

    def __str__(self) -> str:
        return f"#{self.number}"


class RankerModel(models.Model):
    """One thing learned from judgements, kept whole so that it can be gone back to."""

    public_id = OpaqueIdField()
    learned_at = models.DateTimeField(_("学习时间"))
    learned_by_name = models.CharField(_("由谁开始"), max_length=150, blank=True)
    """Empty where the clock began it."""
    labels = models.PositiveIntegerField(_("判断数"))
    demands = models.PositiveIntegerField(_("需求数"))
    figures = models.JSONField(default=dict)
    archive = models.BinaryField()
    current = models.BooleanField(_("使用中"), default=False)

    class Meta:
        ordering = ["-learned_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["current"], condition=Q(current=True), name="one_current_ranker"
            )
        ]
        verbose_name = _("排序模型")

    def __str__(self) -> str:
        return f"{self.learned_at:%Y-%m-%d %H:%M}"


class MatchingRun(models.Model):
    """One search for partners of a post: what was found, and what was left out and why."""

    demand = models.ForeignKey(Demand, models.CASCADE, null=True, related_name="matching_runs")
    resource = models.ForeignKey(Resource, models.CASCADE, null=True, related_name="matching_runs")
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=150)
    found = models.PositiveIntegerField()
    left_out = models.JSONField(default=dict)
    model = models.ForeignKey(RankerModel, models.SET_NULL, null=True, related_name="runs")

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(demand__isnull=False, resource__isnull=True)
                | Q(demand__isnull=True, resource__isnull=False),
                name="a_run_is_of_one_post",
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class PairView(models.Model):
    """Somebody saw a recommendation's page for the first time, and on which side they stood."""

    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="views")
    user_id = models.BigIntegerField()
    side = models.CharField(
        max_length=8,
        choices=[("demand", _("需求方")), ("resource", _("资源方")), ("office", _("链办"))],
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recommendation", "user_id"], name="one_first_view_of_a_pair"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recommendation_id}: {self.user_id}"


class Judgement(models.Model):
    """How well a resource fits a demand, as one person who reads both judged: 1 not at all to 4
    very well. What matching learns from."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="judgements")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="judgements")
    level = models.PositiveSmallIntegerField(_("匹配程度"))
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "resource", "user_id"], name="one_judgement_each"
            ),
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="judgement_is_1_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id}, {self.resource_id}: {self.level}"


class RefinementStatus(models.TextChoices):
    """Where a proposed wording stands."""

    PROPOSED = "proposed", _("待确认")
    CONFIRMED = "confirmed", _("已采用")
    REJECTED = "rejected", _("未采用")


class Refinement(models.Model):
    """A clearer wording of a demand (凝练), proposed by whoever works on it, taken over by its
    owner or not. `values` holds only the fields that were reworded."""

    public_id = OpaqueIdField()
    demand = models.ForeignKey(Demand, models.CASCADE, related_name="refinements")
    number = models.PositiveIntegerField()
    based_on = models.PositiveIntegerField()
    """The version of the demand that was reworded."""
    values = models.JSONField()
    note = models.CharField(_("说明"), max_length=300, blank=True)
    status = models.CharField(
        max_length=12, choices=RefinementStatus, default=RefinementStatus.PROPOSED
    )
    proposed_at = models.DateTimeField()
    proposed_by_name = models.CharField(max_length=150)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["demand", "number"], name="one_refinement_number")
        ]

    def __str__(self) -> str:
        return f"#{self.number}"
