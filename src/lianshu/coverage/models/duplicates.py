"""Two records of the register that may be one firm."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianshu.coverage.querysets import DuplicatePairQuerySet
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Following, Organisation, Succession


class PairState(models.TextChoices):
    """What people made of a pair."""

    OPEN = "open", _("待判断")
    MERGED = "merged", _("已合并")
    DISTINCT = "distinct", _("是两家")


class DuplicatePair(models.Model):
    """Found by comparing the register with itself; a person says what it is. `first` is the older
    record. A pair said to be two firms is not proposed again."""

    following = Following(label=_("疑似重复"), into_absorber=False)

    public_id = OpaqueIdField()
    first = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    second = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    probability = models.DecimalField(_("概率"), max_digits=5, decimal_places=4)
    reasons = models.JSONField(default=list)
    state = models.CharField(_("状态"), max_length=8, choices=PairState, default=PairState.OPEN)
    succession = models.ForeignKey(Succession, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("说明"), max_length=300, blank=True)
    found_at = models.DateTimeField(_("发现时间"))
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        ordering = ["-probability", "id"]
        verbose_name = _("疑似重复")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_duplicate_pair"),
            # Merging one into the other must leave the pair as it is: it would join one to itself.
            models.CheckConstraint(condition=~Q(first=F("second")), name="duplicates_are_two"),
        ]

    def __str__(self) -> str:
        return f"{self.first} = {self.second}"
