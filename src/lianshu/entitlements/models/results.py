"""What policies came to: for everybody at once, and as a decision for one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.entitlements.models.policies import PolicyVersion
from lianshu.entitlements.querysets import DecisionQuerySet, ResultQuerySet
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Chain, Following, Organisation, Region


class OutcomeChoices(models.TextChoices):
    """The five outcomes."""

    MET = "met", _("符合")
    NOT_MET = "not_met", _("不符合")
    UNKNOWN = "unknown", _("缺数据")
    MANUAL = "manual", _("待人工判断")
    NOT_APPLICABLE = "not_applicable", _("不适用")


class PolicyRun(models.Model):
    """All published policies evaluated for all organisations on one day, from one snapshot."""

    public_id = OpaqueIdField()
    on = models.DateField(_("申报日期"))
    snapshot_id = models.CharField(max_length=40, blank=True)
    known_at = models.DateTimeField()
    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    firms = models.PositiveIntegerField(_("单位数"), default=0)
    policies = models.PositiveIntegerField(_("政策数"), default=0)
    requested_by_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("政策计算")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.on} {self.public_id}"


class PolicyResult(models.Model):
    """What one version came to for one organisation in a run.

    `failing` counts required conditions that are not met, `open` those that are unknown or for an
    expert. `missing` names facts. Scores are points, `amount` is fen.
    """

    following = Following(label=_("政策计算结果"), into_absorber=False, takes_scope=True)

    run = models.ForeignKey(PolicyRun, models.CASCADE, db_index=False, related_name="results")
    version = models.ForeignKey(PolicyVersion, models.PROTECT, db_index=False, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, db_index=False, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, db_index=False, related_name="+")
    outcome = models.CharField(_("结论"), max_length=16, choices=OutcomeChoices)
    failing = models.PositiveSmallIntegerField(_("不符合的条件"), default=0)
    open = models.PositiveSmallIntegerField(_("待定的条件"), default=0)
    missing = models.JSONField(default=list)
    failed = models.JSONField(default=list)
    score_low = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    score_high = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    amount = models.BigIntegerField(_("金额"), null=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("政策计算结果")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "version", "organisation"], name="one_result_per_run"
            )
        ]
        indexes = [models.Index(fields=["run", "version", "outcome"], name="result_by_outcome")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.outcome}"


class PolicyDecision(models.Model):
    """A diagnosis that somebody kept: by which rule, on which facts, with which outcome.

    `conditions` and `facts` hold what was read and what came of it; a later one for the same
    organisation and policy supersedes it, and both stay.
    """

    following = Following(label=_("政策判断"), into_absorber=False, takes_scope=True)

    public_id = OpaqueIdField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, db_index=False, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, db_index=False, related_name="+")
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=80)
    application_date = models.DateField(_("申报日期"))
    outcome = models.CharField(_("结论"), max_length=16, choices=OutcomeChoices)
    score_low = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    score_high = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    amount = models.BigIntegerField(_("金额"), null=True)
    conditions = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    snapshot_id = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(_("时间"))
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=150)
    superseded_by = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="supersedes"
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("政策判断")
        ordering = ["-decided_at", "-id"]
        indexes = [models.Index(fields=["organisation", "version"], name="decision_of_whom")]

    def __str__(self) -> str:
        return f"{self.version} {self.outcome}"
