"""Holdings: dated things an organisation has, one row each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models.following import Following
from lianshu.registry.models.recorded import Recorded, recorded_constraints
from lianshu.registry.querysets_recorded import HoldingQuerySet


class Holding(Recorded):
    """A right, certificate, award, standard, R&D body, round, project, contract or penalty.

    Valid from `valid_from` until `valid_to` (excluded); a missing end is open. `attributes` are
    those of its kind in the dictionary, as `engine.tables.plain_value` writes them.
    """

    following = Following(
        label=_("持有事项"),
        into_absorber=False,
        once_by=("kind", "number", "source"),
        takes_scope=True,
    )

    public_id = OpaqueIdField()
    kind = models.CharField(_("种类"), max_length=48)
    number = models.CharField(_("编号"), max_length=100, blank=True)
    name = models.CharField(_("名称"), max_length=200, blank=True)
    valid_from = models.DateField(_("有效期起"), null=True)
    valid_to = models.DateField(_("有效期止"), null=True)
    owner_order = models.PositiveSmallIntegerField(_("权利人次序"), null=True)
    attributes = models.JSONField(default=dict)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        verbose_name = _("持有事项")
        constraints = [
            *recorded_constraints("holding"),
            models.UniqueConstraint(
                fields=["organisation", "kind", "number", "source", "revision"],
                condition=~Q(number=""),
                name="one_holding_per_number_and_revision",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_from__lt=models.F("valid_to")),
                name="holding_validity_in_order",
            ),
            models.CheckConstraint(
                condition=Q(owner_order__isnull=True) | Q(owner_order__gte=1),
                name="holding_owner_order_from_1",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "kind", "valid_from"], name="holding_by_owner"),
            models.Index(fields=["kind", "region"], name="holding_by_scope"),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.kind, self.number, self.name) if part)
