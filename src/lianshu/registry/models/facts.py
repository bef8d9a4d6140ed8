"""Facts: what is known of an organisation for a period."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.engine.tables import (
    KNOWN_ABSENT,
    Absent,
    Period,
    PeriodKind,
    Ratio,
    Use,
    Value,
)
from lianshu.registry.models.following import Following
from lianshu.registry.models.recorded import Recorded, recorded_constraints
from lianshu.registry.querysets_recorded import FactQuerySet

VALUE_COLUMNS = ("whole", "numerator", "text", "day", "flag", "code")


def _one_value_or_known_absent() -> Q:
    """Exactly one value column is filled, or it is known that there is none: zero is a value."""

    def only(filled: str | None) -> Q:
        others = {f"{column}__isnull": column != filled for column in VALUE_COLUMNS}
        return Q(**others, known_absent=filled is None)

    return reduce(or_, (only(column) for column in (*VALUE_COLUMNS, None)))


class Fact(Recorded):
    """(organisation, fact, period) with one typed value, in the unit of the dictionary.

    Counts and money (fen) are `whole`; a ratio is `numerator` and `denominator`.
    """

    following = Following(
        label=_("数据"),
        into_absorber=False,
        once_by=("fact", "period_start", "period_kind", "source"),
        takes_scope=True,
    )

    fact = models.CharField(_("事实"), max_length=48)
    period_start = models.DateField()
    period_end = models.DateField()
    period_kind = models.CharField(max_length=8)
    whole = models.BigIntegerField(null=True)
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    text = models.CharField(max_length=500, null=True)  # noqa: DJ001 (empty is a value, null none)
    day = models.DateField(null=True)
    flag = models.BooleanField(null=True)
    code = models.CharField(max_length=32, null=True)  # noqa: DJ001
    known_absent = models.BooleanField(default=False)

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("事实")
        constraints = [
            *recorded_constraints("fact"),
            # Also the index by which everything of one organisation is read.
            models.UniqueConstraint(
                fields=[
                    "organisation",
                    "fact",
                    "period_start",
                    "period_kind",
                    "source",
                    "revision",
                ],
                name="one_fact_per_revision",
            ),
            models.CheckConstraint(
                condition=_one_value_or_known_absent(), name="fact_one_value_or_known_absent"
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True, denominator__isnull=True)
                | Q(numerator__isnull=False, denominator__isnull=False, denominator__gt=0),
                name="fact_ratio_is_a_pair",
            ),
            models.CheckConstraint(
                condition=Q(period_start__lt=models.F("period_end")), name="fact_period_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["fact", "period_start", "region"], name="fact_by_scope"),
            # Few rows, which a snapshot reads apart.
            models.Index(
                fields=["fact"], condition=Q(uses=int(Use.STATISTICS)), name="fact_statistics_only"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact}@{self.period.label}"

    @property
    def period(self) -> Period:
        """What it is about."""
        return Period(self.period_start, self.period_end, PeriodKind(self.period_kind))

    @property
    def value(self) -> Value | Absent:
        """The one value, or that there is known to be none."""
        if self.known_absent:
            return KNOWN_ABSENT
        if self.numerator is not None and self.denominator is not None:
            return Ratio(self.numerator, self.denominator)
        found: Value | None = next(
            (
                value
                for value in (self.whole, self.text, self.day, self.flag, self.code)
                if value is not None
            ),
            None,
        )
        assert found is not None  # the check constraint
        return found
