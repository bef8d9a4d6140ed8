"""Proposed pairs and the projects that come of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.exchange.models.kinds import DeclineReason, ProjectStatus, RecommendationStatus
from lianshu.exchange.models.posts import Demand, Resource
from lianshu.exchange.querysets import ProjectQuerySet, RecommendationQuerySet
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Chain, Region


class Recommendation(models.Model):
    """A demand and a resource that may fit.

    The chain office sees its own proposals at once; each side sees one when it was shown to it.
    Reasons are not stored: they are computed when read, from the texts the reader may read.
    """

    public_id = OpaqueIdField()
    demand = models.ForeignKey(Demand, models.CASCADE, related_name="recommendations")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="recommendations")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, related_name="+")
    rank = models.PositiveIntegerField(_("名次"))
    resource_rank = models.PositiveIntegerField(null=True)
    score = models.FloatField(_("得分"))
    level = models.PositiveSmallIntegerField(_("预计匹配程度"), null=True)
    """1 to 4, as the model that ranked it expects a judgement; None without a model."""
    confidence = models.FloatField(_("把握"), null=True)
    chances = models.JSONField(null=True)
    """The model's chances of at least level 2, 3 and 4."""
    status = models.CharField(
        _("状态"),
        max_length=16,
        choices=RecommendationStatus,
        default=RecommendationStatus.PROPOSED,
    )
    demand_shown_at = models.DateTimeField(_("送达需求方"), null=True, blank=True)
    resource_shown_at = models.DateTimeField(_("送达资源方"), null=True, blank=True)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by_name = models.CharField(_("处理人"), max_length=150, blank=True)
    decline_reason = models.CharField(
        _("谢绝原因"), max_length=16, choices=DeclineReason, blank=True
    )
    decline_text = models.CharField(_("说明"), max_length=300, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["demand", "resource"], name="one_pair"),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(decline_reason=""),
                name="declined_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["demand", "rank"], name="recommendation_by_demand"),
            models.Index(fields=["resource", "resource_rank"], name="recommendation_by_resource"),
            models.Index(fields=["status", "-updated_at"], name="recommendation_by_status"),
        ]
        verbose_name = _("推荐")

    def __str__(self) -> str:
        return f"{self.demand_id} → {self.resource_id}"


class Project(models.Model):
    """A line of the project list (项目清单): an accepted recommendation and how far it came."""

    public_id = OpaqueIdField()
    recommendation = models.OneToOneField(Recommendation, models.PROTECT, related_name="project")
    demand = models.ForeignKey(Demand, models.PROTECT, related_name="projects")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="projects")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, related_name="+")
    title = models.CharField(_("名称"), max_length=200)
    status = models.CharField(
        _("进度"), max_length=16, choices=ProjectStatus, default=ProjectStatus.TALKING
    )
    status_note = models.CharField(_("进度说明"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(_("立项时间"))
    opened_by_name = models.CharField(_("立项人"), max_length=150)
    updated_at = models.DateTimeField(_("更新时间"))

    objects = ProjectQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["status", "-opened_at"], name="project_by_status")]
        verbose_name = _("项目")

    def __str__(self) -> str:
        return self.title
