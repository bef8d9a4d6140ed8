"""清零: a campaign with one case for each firm that a list does not cover."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.casework.models import Case, LoopVersion
from lianshu.coverage.models.firm_lists import Edition, FirmList
from lianshu.coverage.querysets import CampaignQuerySet
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Following, Organisation


class Campaign(models.Model):
    """What is done until every firm of it is on the list. `edition`: whom it was not covering."""

    public_id = OpaqueIdField()
    firm_list = models.ForeignKey(FirmList, models.PROTECT, related_name="campaigns")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    title = models.CharField(_("名称"), max_length=100)
    loop_version = models.ForeignKey(LoopVersion, models.PROTECT, related_name="+")
    due_on = models.DateField(_("目标日期"), null=True)
    created_at = models.DateTimeField(_("发起时间"))
    created_by_name = models.CharField(_("发起人"), max_length=150)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("清零行动")

    def __str__(self) -> str:
        return self.title


class CampaignFirm(models.Model):
    """A firm of the campaign with its case. `covered_on`: the date of the edition that first had
    it; from then on it is done, however far its case is. `problem`: why it has no case."""

    following = Following(label=_("清零行动"), into_absorber=False)

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="firms")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+")
    covered_on = models.DateField(_("覆盖日期"), null=True)
    problem = models.CharField(_("没有开出办件的原因"), max_length=300, blank=True)

    class Meta:
        ordering = ["organisation__name_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "organisation"], name="one_firm_of_a_campaign"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.organisation}"
