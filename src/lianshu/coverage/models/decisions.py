"""What people decided about rows: one by one, and many at once after a sample."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.coverage.models.firm_lists import FirmList, ListRow
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Following, Organisation


class BulkCheck(models.Model):
    """Rows whose best candidate is as probable as `threshold`, of which a sample drawn with `seed`
    is judged by a person before any is accepted."""

    public_id = OpaqueIdField()
    firm_list = models.ForeignKey(FirmList, models.CASCADE, related_name="bulk_checks")
    threshold = models.DecimalField(_("概率不低于"), max_digits=5, decimal_places=4)
    seed = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=150)
    accepted_at = models.DateTimeField(null=True)
    accepted_by_name = models.CharField(max_length=150, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.firm_list} ≥ {self.threshold}"


class BulkRow(models.Model):
    """A row of a check with the firm it would be accepted as; `right` is the person's judgement of
    a sampled one."""

    following = Following(label=_("批量采纳的行"), into_absorber=False)

    check_of = models.ForeignKey(BulkCheck, models.CASCADE, related_name="rows")
    row = models.ForeignKey(ListRow, models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    sampled = models.BooleanField(default=False)
    right = models.BooleanField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["check_of", "row"], name="one_bulk_row"),
        ]

    def __str__(self) -> str:
        return f"{self.check_of_id} {self.row_id}"


class LinkDecision(models.Model):
    """A person said which firm a row of the list is (`entity`), or that it is none registered.

    The newest that was not undone holds, for every edition's row of the same `key`. None is ever
    removed. `seen` are the firms that were candidates then: one that comes later was not refused.
    """

    following = Following(label=_("名单的人工认定"), into_absorber=False)

    firm_list = models.ForeignKey(FirmList, models.CASCADE, related_name="decisions")
    key = models.CharField(max_length=64)
    row = models.ForeignKey(ListRow, models.CASCADE, related_name="decisions")
    entity = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    seen = models.JSONField(default=list)
    bulk = models.ForeignKey(BulkCheck, models.PROTECT, null=True, related_name="decisions")
    at = models.DateTimeField(_("认定时间"))
    by_name = models.CharField(_("认定人"), max_length=150)
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["firm_list", "key"], name="decision_by_key")]

    def __str__(self) -> str:
        return f"{self.row} → {self.entity or '—'}"
