"""Who has told a whole list: from then on, what is not in it is known not to be there."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.registry.models.following import Following
from lianshu.registry.models.organisations import Chain, Organisation, Region


class ListTold(models.Model):
    """On `told_on` a source told every holding of a kind that it knows of an organisation, which
    may be none. Without such a row an empty list is unknown, not none."""

    following = Following(
        label=_("清单确认"),
        into_absorber=False,
        once_by=("kind", "source", "told_on"),
        takes_scope=True,
    )

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, db_index=False, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, db_index=False, related_name="+")
    kind = models.CharField(_("种类"), max_length=48)
    source = models.CharField(_("来源"), max_length=48)
    told_on = models.DateField(_("截至"))
    recorded_at = models.DateTimeField(_("记录时间"))
    recorded_by_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("清单确认")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "source", "told_on"], name="list_told_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}@{self.told_on}"
