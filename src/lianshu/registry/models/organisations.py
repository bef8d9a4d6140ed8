"""Organisations, where they are and which chains there are.

The simplest true form: ids never change, identifiers are dated rows, regions are a tree.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.records.fields import OpaqueIdField
from lianshu.records.search import SearchField
from lianshu.records.text import NAME_KEY_LENGTH, name_key, search_tokens
from lianshu.registry.querysets import OrganisationQuerySet


class RegionKind(models.TextChoices):
    """What a place is administratively."""

    PROVINCE = "province", _("省")
    CITY = "city", _("市")
    COUNTY = "county", _("区（县、市）")
    STREET = "street", _("街道（乡镇）")
    ZONE = "zone", _("功能区")
    COMMUNITY = "community", _("产业社区")
    GRID = "grid", _("网格")


class Region(models.Model):
    """A place in our own tree; an official code is a property, never the key to a scope."""

    public_id = OpaqueIdField()
    code = models.CharField(_("代码"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=16, choices=RegionKind)
    official_code = models.CharField(_("行政区划代码"), max_length=16, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class RegionAncestry(models.Model):
    """Each region with itself and everything above it, so that a scope is one indexed join."""

    ancestor = models.ForeignKey(Region, models.CASCADE, related_name="below")
    descendant = models.ForeignKey(Region, models.CASCADE, related_name="ancestry")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ancestor", "descendant"], name="one_ancestry_row")
        ]

    def __str__(self) -> str:
        return f"{self.descendant_id} < {self.ancestor_id}"


class Chain(models.Model):
    """An industry chain of the city's catalogue."""

    public_id = OpaqueIdField()
    code = models.CharField(_("代码"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=100, unique=True)
    name_en = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class OrganisationKind(models.TextChoices):
    """What an organisation is."""

    ENTERPRISE = "enterprise", _("企业")
    UNIVERSITY = "university", _("高校")
    INSTITUTE = "institute", _("科研院所")
    HOSPITAL = "hospital", _("医院")
    BANK = "bank", _("银行")
    FUND = "fund", _("基金")
    AGENCY = "agency", _("服务机构")
    COMMUNITY = "community", _("产业社区")
    ASSOCIATION = "association", _("协会")
    ALLIANCE = "alliance", _("联盟")
    PARTY_ORGANISATION = "party_organisation", _("党组织")
    CHAIN_OFFICE = "chain_office", _("链办")
    GOVERNMENT = "government", _("政府部门")


class Organisation(models.Model):
    """A firm, university, bank, office …; `public_id` stays whatever its names and codes become."""

    public_id = OpaqueIdField()
    name = models.CharField(_("名称"), max_length=200)
    short_name = models.CharField(_("简称"), max_length=60, blank=True)
    kind = models.CharField(_("类型"), max_length=24, choices=OrganisationKind)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="organisations", verbose_name=_("区域")
    )
    chain = models.ForeignKey(
        Chain,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("产业链"),
    )
    introduction = models.TextField(_("简介"), blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    name_key = models.CharField(max_length=NAME_KEY_LENGTH, editable=False, db_index=True)
    search = SearchField()

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name_key", "id"]

    def __str__(self) -> str:
        return self.name

    def refresh_keys(self) -> None:
        """Recompute what is derived from the names; services call it before every write."""
        self.name_key = name_key(self.name)
        self.search = search_tokens(f"{self.name}\n{self.short_name}", initials=True)


class IdentifierKind(models.TextChoices):
    """Whose number it is."""

    USCC = "uscc", _("统一社会信用代码")
    REGISTRATION = "registration", _("原工商注册号")
    STOCK = "stock", _("证券代码")
    OWN = "own", _("本系统编号")


class Identifier(models.Model):
    """A number an organisation has, or had from `valid_from` until `valid_to` (excluded)."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=16, choices=IdentifierKind)
    value = models.CharField(max_length=64, db_index=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                condition=models.Q(valid_to__isnull=True),
                name="one_current_holder_per_identifier",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


class SourceKey(models.Model):
    """Under which id a sender's lists name an organisation: what re-import matches by."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="source_keys")
    source = models.CharField(max_length=64)
    external_id = models.CharField(max_length=128)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="one_organisation_per_source_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"
