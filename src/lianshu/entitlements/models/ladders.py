"""Ladders as published, and where firms stood on them in a run."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.entitlements.models.policies import PolicyVersion
from lianshu.entitlements.models.results import OutcomeChoices, PolicyRun
from lianshu.entitlements.querysets import LadderResultQuerySet
from lianshu.registry.models import Chain, Following, Organisation, Region


class PolicyLadder(models.Model):
    """One publication of a ladder with all its dated versions; the next one retires it.

    `definition` is canonical JSON. A ladder decides nothing: what is asked of a rung stands in the
    policy that it names.
    """

    ladder = models.SlugField(_("梯度"), max_length=60)
    pack = models.SlugField(_("资料包"), max_length=40)
    title = models.CharField(_("名称"), max_length=200)
    title_en = models.CharField(max_length=200, blank=True, default="")
    region_code = models.CharField(_("适用地区"), max_length=12, blank=True)
    confidence = models.CharField(_("可靠程度"), max_length=2)
    definition = models.TextField()
    content_hash = models.CharField(max_length=80)
    published_at = models.DateTimeField(_("发布时间"))
    published_by_id = models.BigIntegerField(null=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True)

    class Meta:
        verbose_name = _("梯度")
        ordering = ["region_code", "ladder"]
        constraints = [
            models.UniqueConstraint(
                fields=["ladder"],
                condition=models.Q(retired_at__isnull=True),
                name="one_ladder_in_use",
            )
        ]

    def __str__(self) -> str:
        return self.title


class LadderResult(models.Model):
    """Where one organisation stood in a run. Rungs by their id, "" for none.

    `held` is the highest title it has, `perhaps` says that it may have a higher one of which nobody
    knows; `qualified` is the highest rung whose conditions it meets. The rest is of `next_rung`,
    the one to reach for: what its policy came to ("" where nothing is known of what is asked), how
    many conditions are not met and open, which fail, which facts are missing.
    """

    following = Following(label=_("梯度结果"), into_absorber=False, takes_scope=True)

    run = models.ForeignKey(PolicyRun, models.CASCADE, db_index=False, related_name="standings")
    ladder = models.ForeignKey(PolicyLadder, models.PROTECT, db_index=False, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, db_index=False, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, db_index=False, related_name="+")
    held = models.CharField(_("现在的一级"), max_length=40, blank=True)
    perhaps = models.BooleanField(_("称号不清楚"), default=False)
    qualified = models.CharField(_("条件达到"), max_length=40, blank=True)
    next_rung = models.CharField(_("下一级"), max_length=40, blank=True)
    policy = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    outcome = models.CharField(_("下一级的结论"), max_length=16, choices=OutcomeChoices, blank=True)
    failing = models.PositiveSmallIntegerField(_("不符合的条件"), default=0)
    open = models.PositiveSmallIntegerField(_("待定的条件"), default=0)
    missing = models.JSONField(default=list)
    failed = models.JSONField(default=list)

    objects = LadderResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("梯度结果")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "ladder", "organisation"], name="one_standing_per_run"
            )
        ]
        indexes = [models.Index(fields=["run", "ladder", "held"], name="standing_by_rung")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.held or '—'}"
