"""What every recorded statement about an organisation says of itself."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.engine.tables import Use
from lianshu.files.models import StoredFile
from lianshu.registry.models.organisations import Chain, Organisation, Region

EVERY_USE = int(sum(Use))


class Recorded(models.Model):
    """Who said it, what it may be used for, when it was recorded and what replaced it.

    Append-only: a correction is a new row with the next `revision`; the old one only learns what
    superseded it, so that "as known on" stays answerable. `uses` is a `Use` as a number. Region
    and chain are the organisation's, kept here so that a scope is one condition on the row.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, db_index=False, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, db_index=False, related_name="+")
    source = models.CharField(_("来源"), max_length=48)
    uses = models.PositiveSmallIntegerField(_("允许用途"))
    consent_on = models.DateField(_("同意日期"), null=True)
    consent_scope = models.CharField(_("同意范围"), max_length=200, blank=True)
    evidence = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    evidence_note = models.CharField(_("依据"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"))
    recorded_by_id = models.BigIntegerField(null=True)
    revision = models.PositiveSmallIntegerField(default=1)
    superseded_at = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def permitted(self) -> Use:
        """What it may be used for."""
        return Use(self.uses)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("recorded statements are append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("recorded statements are append-only")


def recorded_constraints(name: str) -> list[models.BaseConstraint]:
    """What holds for every table of recorded statements."""
    return [
        models.CheckConstraint(condition=Q(uses__range=(1, EVERY_USE)), name=f"{name}_has_a_use"),
        models.CheckConstraint(
            condition=Q(superseded_at__isnull=True, superseded_by__isnull=True)
            | Q(superseded_at__isnull=False, superseded_by__isnull=False),
            name=f"{name}_superseded_by_a_row",
        ),
    ]
