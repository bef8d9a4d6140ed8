"""Loops as published, and the official dates of years the library does not know yet."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoopVersion(models.Model):
    """One version of a loop, proved closed when it was published. Run time reads this, never YAML.

    `definition` is the resolved definition as canonical JSON. What it does is named by
    `behaviour_hash` and never changes; only its texts are revised (`texts_revision`).
    """

    loop = models.SlugField(_("流程"), max_length=40)
    version = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("名称"), max_length=100)
    definition = models.TextField()
    behaviour_hash = models.CharField(max_length=80)
    texts_revision = models.PositiveSmallIntegerField(default=1)
    published_at = models.DateTimeField(_("发布时间"))
    published_by_id = models.BigIntegerField(null=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True)

    class Meta:
        ordering = ["loop", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["loop", "version"], name="one_row_per_loop_version")
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class CalendarYear(models.Model):
    """The official holidays and make-up workdays of a year, loaded from its notice."""

    year = models.PositiveSmallIntegerField(unique=True)
    holidays = models.JSONField()
    workdays = models.JSONField()
    source = models.CharField(max_length=200)
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)
