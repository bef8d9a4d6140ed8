"""Organisations, where they are and which chains there are.

The simplest true form: ids never change, identifiers are dated rows, regions are a tree.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.records.fields import OpaqueIdField
from lianshu.records.search import SearchField
from lianshu.records.text import NAME_KEY_LENGTH, name_key, search_tokens
from lianshu.registry.models.dated import Dated
from lianshu.registry.models.following import Following
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


class ChainTier(models.TextChoices):
    """Where a chain stands in the city's 7 + 10 + X."""

    CORE = "core", _("核心产业集群（7）")
    COLLABORATIVE = "collaborative", _("协同产业集群（10）")
    SPECIAL = "special", _("特色产业链（X）")


class Chain(models.Model):
    """An industry chain of the city's catalogue, with the office that coordinates it.

    `chief` and `chief_title` name the official who answers for it (链长), as published.
    """

    following = Following(label=_("协调的产业链"))

    public_id = OpaqueIdField()
    code = models.CharField(_("代码"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=100, unique=True)
    name_en = models.CharField(max_length=100, blank=True)
    tier = models.CharField(_("层级"), max_length=16, choices=ChainTier, blank=True)
    office = models.ForeignKey(
        "Organisation", models.PROTECT, null=True, related_name="chains_coordinated"
    )
    chief = models.CharField(_("链长"), max_length=60, blank=True)
    chief_title = models.CharField(_("链长职务"), max_length=100, blank=True)
    introduction = models.TextField(_("简介"), blank=True)

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


MAY_LACK_CODE = frozenset(
    {
        OrganisationKind.FUND,
        OrganisationKind.COMMUNITY,
        OrganisationKind.ALLIANCE,
        OrganisationKind.PARTY_ORGANISATION,
        OrganisationKind.CHAIN_OFFICE,
        OrganisationKind.GOVERNMENT,
    }
)
"""Kinds that need not be legal persons of their own; every other has a credit code."""


class GroupForm(models.TextChoices):
    """Which sort of alliance or community an organisation is; others leave it empty."""

    ALLIANCE = "alliance", _("产业联盟")
    INTEREST = "interest", _("产业链共同体")
    CONSORTIUM = "consortium", _("创新联合体")
    INDUSTRIAL = "industrial", _("工业型社区")
    BUILDING = "building", _("楼宇型社区")
    MARKET = "market", _("市场型社区")


FORMS_OF_KIND = {
    OrganisationKind.ALLIANCE: (
        GroupForm.ALLIANCE,
        GroupForm.INTEREST,
        GroupForm.CONSORTIUM,
    ),
    OrganisationKind.COMMUNITY: (
        GroupForm.INDUSTRIAL,
        GroupForm.BUILDING,
        GroupForm.MARKET,
    ),
}


GROUP_KINDS = frozenset(
    {OrganisationKind.ALLIANCE, OrganisationKind.ASSOCIATION, OrganisationKind.COMMUNITY}
)
"""Kinds that other organisations belong to."""


class Organisation(models.Model):
    """A firm, university, bank, office …; `public_id` stays whatever its names and codes become."""

    public_id = OpaqueIdField()
    name = models.CharField(_("名称"), max_length=200)
    short_name = models.CharField(_("简称"), max_length=60, blank=True)
    kind = models.CharField(_("类型"), max_length=24, choices=OrganisationKind)
    form = models.CharField(_("形态"), max_length=12, choices=GroupForm, blank=True)
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
    ended_on = models.DateField(_("终止日期"), null=True, blank=True)
    """Merged, split up or closed; what it was stays readable under its id."""
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    name_key = models.CharField(max_length=NAME_KEY_LENGTH, editable=False, db_index=True)
    search = SearchField()

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name_key", "id"]

    def __str__(self) -> str:
        return self.name

    def refresh_keys(self, other_names: Iterable[str] = ()) -> None:
        """Recompute what is derived from the names, former ones and aliases (`other_names`)
        included; services call it before every write."""
        self.name_key = name_key(self.name)
        self.search = search_tokens(
            "\n".join((self.name, self.short_name, *other_names)), initials=True
        )


class IdentifierKind(models.TextChoices):
    """Whose number it is."""

    USCC = "uscc", _("统一社会信用代码")
    REGISTRATION = "registration", _("原工商注册号")
    STOCK = "stock", _("证券代码")
    OWN = "own", _("本系统编号")


class Identifier(Dated):
    """A number an organisation has, or had from `valid_from` until `valid_to` (excluded).

    `override_reason` says why a person kept a credit code that fails the check: real ones do.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=16, choices=IdentifierKind)
    value = models.CharField(max_length=64, db_index=True)
    override_reason = models.CharField(_("校验不通过仍采用的理由"), max_length=200, blank=True)

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

    following = Following(label=_("来源编号"))

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
