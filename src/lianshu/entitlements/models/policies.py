"""Policies as published: what is evaluated is what stands here, never a file."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PolicyLevel(models.TextChoices):
    """Whose policy it is."""

    NATIONAL = "national", _("国家级")
    PROVINCIAL = "provincial", _("省级")
    MUNICIPAL = "municipal", _("市级")
    DISTRICT = "district", _("区县级")


class PolicyStatus(models.TextChoices):
    """Whether it still counts."""

    CURRENT = "current", _("现行")
    SUPERSEDED = "superseded", _("已被替代")
    TRANSITIONAL = "transitional", _("过渡期")
    DRAFT = "draft", _("待核")


class PolicyVersion(models.Model):
    """One version of a policy. `definition` and `parameters` are canonical JSON; `content_hash` is
    of both, and is what a decision stores."""

    policy = models.SlugField(_("政策"), max_length=60)
    version = models.CharField(_("版本"), max_length=20)
    pack = models.SlugField(_("资料包"), max_length=40)
    title = models.CharField(_("名称"), max_length=200)
    title_en = models.CharField(max_length=200, blank=True, default="")
    document_number = models.CharField(_("文号"), max_length=200)
    issuer = models.CharField(_("发文机关"), max_length=200)
    level = models.CharField(_("层级"), max_length=12, choices=PolicyLevel)
    region_code = models.CharField(_("适用地区"), max_length=12, blank=True)
    status = models.CharField(_("状态"), max_length=12, choices=PolicyStatus)
    confidence = models.CharField(_("可靠程度"), max_length=2)
    benefit = models.CharField(max_length=12, blank=True)
    effective_from = models.DateField(_("施行"))
    effective_to = models.DateField(_("停止"), null=True)
    search_text = models.TextField(blank=True)
    definition = models.TextField()
    parameters = models.TextField(blank=True)
    content_hash = models.CharField(max_length=80)
    published_at = models.DateTimeField(_("发布时间"))
    published_by_id = models.BigIntegerField(null=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True)

    class Meta:
        verbose_name = _("政策")
        ordering = ["policy", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "version"], name="one_row_per_policy_version"
            ),
            models.CheckConstraint(
                condition=models.Q(effective_to__isnull=True)
                | models.Q(effective_to__gte=models.F("effective_from")),
                name="policy_times_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"
