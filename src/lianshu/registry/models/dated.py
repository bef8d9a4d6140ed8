"""Rows that hold from one day until another."""

from __future__ import annotations

from datetime import date
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

RowT = TypeVar("RowT", bound=models.Model)


class DatedQuerySet(models.QuerySet[RowT]):
    """Rows by day."""

    def on(self, day: date) -> Self:
        """Begun and not ended; a row without a first day has always held."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        )


class Dated(models.Model):
    """Holds from `valid_from` (None: always) until `valid_to` (excluded; None: still)."""

    valid_from = models.DateField(_("起日"), null=True, blank=True)
    valid_to = models.DateField(_("止日"), null=True, blank=True)

    class Meta:
        abstract = True


def in_order(name: str) -> models.CheckConstraint:
    """A row ends after it began, or on the day itself when it was a mistake."""
    return models.CheckConstraint(
        condition=Q(valid_from__isnull=True)
        | Q(valid_to__isnull=True)
        | Q(valid_from__lte=models.F("valid_to")),
        name=f"{name}_begins_before_it_ends",
    )
