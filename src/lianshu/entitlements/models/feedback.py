"""What a firm says of a policy or a decision; the issuing unit must answer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.casework.models import Case
from lianshu.entitlements.models.policies import PolicyVersion
from lianshu.entitlements.models.results import PolicyDecision
from lianshu.entitlements.querysets import FeedbackQuerySet
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Chain, Following, Organisation, Region


class FeedbackKind(models.TextChoices):
    """What is meant."""

    UNCLEAR = "unclear", _("看不懂")
    WRONG_FACT = "wrong_fact", _("数据不对")
    SHOULD_APPLY = "should_apply", _("应当符合")


class PolicyFeedback(models.Model):
    """One saying, with the case in which it is answered. `fact` is a fact with its period.

    `recomputed_at`: when the firm's open decisions were taken again after a figure was corrected.
    """

    following = Following(label=_("政策反馈"), into_absorber=False, takes_scope=True)

    public_id = OpaqueIdField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, db_index=False, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, db_index=False, related_name="+")
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="feedback")
    decision = models.ForeignKey(PolicyDecision, models.PROTECT, null=True, related_name="feedback")
    kind = models.CharField(_("反馈"), max_length=12, choices=FeedbackKind)
    condition = models.CharField(_("条件"), max_length=40, blank=True)
    fact = models.CharField(_("数据"), max_length=80, blank=True)
    text = models.CharField(_("说明"), max_length=1000)
    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="policy_feedback")
    recomputed_at = models.DateTimeField(_("重新判断的时间"), null=True)
    created_at = models.DateTimeField(_("时间"))
    created_by_id = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=150)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("政策反馈")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.version} {self.kind}"
