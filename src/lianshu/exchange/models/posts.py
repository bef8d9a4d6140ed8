"""Demands and resources: one shape, two tables."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models.kinds import DemandKind, PostStatus, ResourceKind, TrlScale
from lianshu.exchange.querysets import DemandQuerySet, ResourceQuerySet
from lianshu.records.fields import MoneyField, OpaqueIdField
from lianshu.records.search import SearchField
from lianshu.records.text import NAME_KEY_LENGTH, KeyUse, join_texts, key_of
from lianshu.registry.models import Chain, Following, Organisation, Region

TITLE_LENGTH = 200


class Post(models.Model):
    """What demands and resources share. Texts belong to a disclosure level each:

    - summary: `title`, `summary`, kind, region, chain, readiness level, dates
    - identity: `owner`, `contact_name`, `contact`
    - detail: `detail`, attachments and what the concrete model names in `DETAIL_FIELDS`
    """

    DETAIL_FIELDS: tuple[str, ...] = ("detail",)

    public_id = OpaqueIdField()
    owner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="%(class)ss", verbose_name=_("单位")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("区域"))
    chain = models.ForeignKey(
        Chain,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("产业链"),
    )
    partner_region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("只与此区域合作"),
    )
    """Partners outside this region and what is below it are never proposed; None: anywhere."""
    title = models.CharField(_("标题"), max_length=TITLE_LENGTH)
    summary = models.TextField(_("公开摘要"), blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact = models.CharField(_("联系方式"), max_length=200)
    detail = models.TextField(_("详情"), blank=True)
    trl_scale = models.CharField(
        _("成熟度量表"), max_length=16, choices=TrlScale, default=TrlScale.GBT22900
    )
    trl_level = models.PositiveSmallIntegerField(_("技术成熟度"), null=True, blank=True)

    status = models.CharField(
        _("状态"), max_length=16, choices=PostStatus, default=PostStatus.DRAFT
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("到期时间"), null=True, blank=True)

    source = models.CharField(max_length=64, blank=True)
    external_id = models.CharField(_("来源编号"), max_length=128, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("创建时间"))
    updated_at = models.DateTimeField(_("更新时间"))
    title_key = models.CharField(max_length=NAME_KEY_LENGTH, editable=False)
    search_summary = SearchField()
    search_identity = SearchField()
    search_detail = SearchField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    def refresh_keys(self) -> None:
        """Recompute what is derived from the texts; services call it before every write."""
        self.take_keys([key_of(use, text) for use, text in self.key_texts()])

    def key_texts(self) -> list[tuple[KeyUse, str]]:
        """What the derived columns are made of, in the order `take_keys` expects."""
        owner = [self.owner.name, self.owner.short_name, self.contact_name]
        return [
            ("sort", self.title),
            ("name", self.title),
            ("text", self.summary),
            ("name", join_texts(owner)),
            ("text", self.detail_text()),
        ]

    def take_keys(self, keys: Sequence[str]) -> None:
        """Set the derived columns from the keys of `key_texts`."""
        self.title_key, title, summary, self.search_identity, self.search_detail = keys
        self.search_summary = " ".join(dict.fromkeys([*title.split(), *summary.split()]))

    def detail_text(self) -> str:
        """The confidential wording, for search and matching at detail level."""
        return self.detail


def _post_meta(name: str) -> tuple[list[models.Index], list[models.BaseConstraint]]:
    """Indexes and constraints of one post table."""
    return (
        [
            models.Index(fields=["status", "-published_at"], name=f"{name}_latest"),
            models.Index(fields=["status", "expires_at"], name=f"{name}_expiry"),
            models.Index(fields=["title_key"], name=f"{name}_by_title"),
        ],
        [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~Q(external_id=""),
                name=f"one_{name}_per_source_key",
            ),
            models.CheckConstraint(
                condition=Q(trl_level__isnull=True) | Q(trl_level__range=(1, 9)),
                name=f"{name}_trl_1_to_9",
            ),
        ],
    )


class Demand(Post):
    """What an enterprise needs (需求)."""

    DETAIL_FIELDS = ("detail", "indicators", "budget_min", "budget_max")

    kind = models.CharField(_("类型"), max_length=24, choices=DemandKind)
    indicators = models.TextField(_("指标要求"), blank=True)
    budget_min = MoneyField(_("预算下限"))
    budget_max = MoneyField(_("预算上限"))
    deadline = models.DateField(_("期望完成日期"), null=True, blank=True)

    objects = DemandQuerySet.as_manager()

    class Meta:
        indexes, constraints = _post_meta("demand")
        constraints = [
            *constraints,
            models.CheckConstraint(
                condition=Q(budget_min__isnull=True)
                | Q(budget_max__isnull=True)
                | Q(budget_min__lte=models.F("budget_max")),
                name="demand_budget_in_order",
            ),
        ]
        verbose_name = _("需求")

    def detail_text(self) -> str:
        return join_texts([self.detail, self.indicators])


class Resource(Post):
    """What a member can offer (资源); `facets` holds what is particular to its kind."""

    DETAIL_FIELDS = ("detail", "facets")

    kind = models.CharField(_("类型"), max_length=24, choices=ResourceKind)
    facets = models.JSONField(_("特性"), default=dict, blank=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        indexes, constraints = _post_meta("resource")
        verbose_name = _("资源")


class PostExclusion(models.Model):
    """An organisation that must never see the post or be proposed for it."""

    following = Following(label=_("保密名单"))

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.organisation)


class DemandExclusion(PostExclusion):
    """See `PostExclusion`."""

    post = models.ForeignKey(Demand, models.CASCADE, related_name="exclusions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "organisation"], name="one_demand_exclusion")
        ]


class ResourceExclusion(PostExclusion):
    """See `PostExclusion`."""

    post = models.ForeignKey(Resource, models.CASCADE, related_name="exclusions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "organisation"], name="one_resource_exclusion")
        ]


class PostDisclosure(models.Model):
    """The owner let one organisation read the post up to `level`."""

    following = Following(label=_("披露授权"), into_absorber=False)

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Disclosure)
    given_by_name = models.CharField(max_length=150)
    given_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_level_display()}"


class DemandDisclosure(PostDisclosure):
    """See `PostDisclosure`."""

    post = models.ForeignKey(Demand, models.CASCADE, related_name="disclosures")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "organisation"], name="one_demand_disclosure")
        ]


class ResourceDisclosure(PostDisclosure):
    """See `PostDisclosure`."""

    post = models.ForeignKey(Resource, models.CASCADE, related_name="disclosures")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "organisation"], name="one_resource_disclosure")
        ]


class DetailReading(models.Model):
    """Somebody outside the owner read the detail: shown to the owner, never removed."""

    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=150)
    organisation_names = models.CharField(max_length=300)
    channel = models.CharField(
        max_length=16,
        choices=[
            ("page", _("网页")),
            ("export", _("导出")),
            ("api", _("接口")),
            ("match", _("匹配")),
        ],
    )

    class Meta:
        abstract = True
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.user_name} {self.at:%Y-%m-%d %H:%M}"


class DemandReading(DetailReading):
    """See `DetailReading`."""

    post = models.ForeignKey(Demand, models.CASCADE, related_name="readings")


class ResourceReading(DetailReading):
    """See `DetailReading`."""

    post = models.ForeignKey(Resource, models.CASCADE, related_name="readings")


class PostRevision(models.Model):
    """The post as it stood after one write."""

    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=150)
    action = models.CharField(max_length=64)
    content = models.JSONField()

    class Meta:
        abstract = True
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"#{self.number}"


class DemandRevision(PostRevision):
    """See `PostRevision`."""

    post = models.ForeignKey(Demand, models.CASCADE, related_name="revisions")

    class Meta(PostRevision.Meta):
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="one_demand_revision")
        ]


class ResourceRevision(PostRevision):
    """See `PostRevision`."""

    post = models.ForeignKey(Resource, models.CASCADE, related_name="revisions")

    class Meta(PostRevision.Meta):
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="one_resource_revision")
        ]
