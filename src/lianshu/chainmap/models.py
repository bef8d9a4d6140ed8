"""Products and what they need, who makes them, what each chain starts from; required inputs as
computed, and what is done about those that lack makers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianshu.chainmap.querysets import (
    ActQuerySet,
    InputQuerySet,
    MakerRelationQuerySet,
)
from lianshu.engine.chains import Relation, Status
from lianshu.records.fields import OpaqueIdField, opaque_id
from lianshu.records.search import SearchField
from lianshu.records.text import search_tokens
from lianshu.registry.models import Chain, Following, Organisation, Region, Segment

NAME_MOST = 200


class ProductRelation(models.TextChoices):
    """What an edge says; the values are the words of the files."""

    SUPPLY = Relation.SUPPLY.value, _("上游材料")
    SUBCLASS = Relation.SUBCLASS.value, _("产品小类")
    DOWNSTREAM = Relation.DOWNSTREAM.value, _("下游产品")


class RelationSource(models.TextChoices):
    """Where a statement comes from."""

    PUBLIC = "public", _("公开资料")
    STATED = "stated", _("企业说明")
    INFERRED = "inferred", _("推断")


class Visibility(models.TextChoices):
    """Who may read that a firm makes a product; everybody gets counts (docs/chains.md)."""

    PUBLIC = "public", _("公开")
    OFFICE = "office", _("链办和企业自己")


class CoverStatus(models.TextChoices):
    """How a required input is covered, by the number of local makers."""

    GAP = Status.GAP.value, _("断点")
    SINGLE = Status.SINGLE.value, _("单一来源")
    THIN = Status.THIN.value, _("薄弱")
    COVERED = Status.COVERED.value, _("有保障")


class MapRevision(models.Model):
    """One row: how often the map has changed. What is computed from it is kept by `stamp`, which
    no later change has, also where a transaction was taken back and its number given again."""

    number = models.PositiveBigIntegerField(default=0)
    stamp = models.CharField(max_length=32, default=opaque_id)
    computed = models.PositiveBigIntegerField(default=0)
    """The number that the rows of `ChainInput` were last computed from."""
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_map_revision")]

    def __str__(self) -> str:
        return str(self.number)


class Product(models.Model):
    """A product by its exact name, trimmed; names that only look alike are different products."""

    public_id = OpaqueIdField()
    name = models.CharField(_("产品"), max_length=NAME_MOST, unique=True)
    search = SearchField()

    class Meta:
        ordering = ["name"]
        verbose_name = _("产品")

    def __str__(self) -> str:
        return self.name

    def refresh_keys(self) -> None:
        """Recompute what is derived from the name; services call it before every write."""
        self.search = search_tokens(self.name, initials=True)


class ProductEdge(models.Model):
    """A relation between two products. A self-loop is kept and told; it requires nothing."""

    start = models.ForeignKey(Product, models.CASCADE, related_name="edges_from")
    end = models.ForeignKey(Product, models.CASCADE, related_name="edges_to")
    relation = models.CharField(_("关系"), max_length=8, choices=ProductRelation)
    source = models.CharField(_("来源"), max_length=8, choices=RelationSource)
    stated_on = models.DateField(_("日期"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["start", "end", "relation"], name="one_product_edge")
        ]
        indexes = [models.Index(fields=["end"], name="product_edge_end")]
        verbose_name = _("产品关系")

    def __str__(self) -> str:
        return f"{self.start} {self.relation} {self.end}"


class ChainProduct(models.Model):
    """A product of a chain: one that the chain is known for (`root`), or one that lies in one of
    its segments."""

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="products")
    product = models.ForeignKey(Product, models.CASCADE, related_name="chains")
    root = models.BooleanField(_("终端产品"), default=False)
    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, related_name="products")

    class Meta:
        ordering = ["chain", "product__name"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "product"], name="one_product_in_a_chain")
        ]
        verbose_name = _("链上产品")

    def __str__(self) -> str:
        return f"{self.product} @ {self.chain}"


class OutsideMaker(models.Model):
    """A firm elsewhere that makes something: whom investment promotion may turn to."""

    public_id = OpaqueIdField()
    code = models.CharField(_("代码"), max_length=64, unique=True)
    name = models.CharField(_("名称"), max_length=NAME_MOST)
    place = models.CharField(_("所在地"), max_length=100, blank=True)

    class Meta:
        ordering = ["name", "code"]
        verbose_name = _("外地企业")

    def __str__(self) -> str:
        return self.name


class MakerRelation(models.Model):
    """A firm of the register, or one elsewhere, makes a product, as somebody said on a day.

    Append-only: a correction is a new row that supersedes this one. `makes` False: the firm says
    that it does not make it. `share`: the product's part of the firm's revenue, None unknown.
    """

    following = Following(
        label=_("产品生产关系"), once_by=("product",), once_among=Q(superseded_at=None)
    )

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="made_products"
    )
    outside = models.ForeignKey(
        OutsideMaker, models.PROTECT, null=True, related_name="made_products"
    )
    product = models.ForeignKey(Product, models.PROTECT, related_name="makers")
    makes = models.BooleanField(_("生产"), default=True)
    share = models.DecimalField(_("收入占比"), max_digits=9, decimal_places=6, null=True)
    source = models.CharField(_("来源"), max_length=8, choices=RelationSource)
    visibility = models.CharField(_("公开范围"), max_length=8, choices=Visibility)
    stated_on = models.DateField(_("日期"))
    note = models.CharField(_("说明"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"))
    recorded_by_name = models.CharField(_("记录人"), max_length=150)
    superseded_at = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    objects = MakerRelationQuerySet.as_manager()

    class Meta:
        ordering = ["product__name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, outside__isnull=True)
                | Q(organisation__isnull=True, outside__isnull=False),
                name="made_by_one_firm",
            ),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gte=0, share__lte=1),
                name="share_of_revenue",
            ),
            models.UniqueConstraint(
                fields=["organisation", "product"],
                condition=Q(superseded_at__isnull=True, organisation__isnull=False),
                name="one_current_statement",
            ),
            models.UniqueConstraint(
                fields=["outside", "product"],
                condition=Q(superseded_at__isnull=True, outside__isnull=False),
                name="one_current_outside_statement",
            ),
        ]
        indexes = [models.Index(fields=["product", "superseded_at"], name="maker_of_product")]
        verbose_name = _("生产关系")

    def __str__(self) -> str:
        return f"{self.organisation or self.outside} · {self.product}"


class ChainInput(models.Model):
    """A required input of a chain in a city or one of its districts, as last computed: depth, path
    and local makers.

    `makers` and `status` are for holders of a capability; `shown` is what everybody may know: a
    number that there are at least, 0 for fewer than three (`disclosure`). `gap_since`: since when
    nobody local makes it; `closed_on`, `closed_note`: when a gap ended and by whom it is made now.
    """

    public_id = OpaqueIdField()
    chain = models.ForeignKey(Chain, models.CASCADE, related_name="inputs")
    region = models.ForeignKey(Region, models.CASCADE, related_name="+")
    whole = models.BooleanField(default=False)
    """Of the whole city, not of a district."""
    product = models.ForeignKey(Product, models.CASCADE, related_name="inputs")
    depth = models.PositiveSmallIntegerField(_("层级"))
    path = models.JSONField(_("路径"), default=list)
    makers = models.PositiveIntegerField(_("本地企业数"))
    elsewhere = models.PositiveIntegerField(_("外地企业数"), default=0)
    status = models.CharField(_("状态"), max_length=8, choices=CoverStatus)
    shown = models.PositiveIntegerField(_("至少几家"), default=0)
    required = models.BooleanField(_("仍需要"), default=True)
    gap_since = models.DateField(_("成为断点"), null=True)
    closed_on = models.DateField(_("补上"), null=True)
    closed_note = models.CharField(_("怎样补上"), max_length=300, blank=True)
    computed_at = models.DateTimeField(_("计算时间"))

    objects = InputQuerySet.as_manager()

    class Meta:
        ordering = ["chain", "depth", "product__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "region", "product"], name="one_input_of_a_chain_there"
            )
        ]
        indexes = [models.Index(fields=["region", "chain", "status"], name="chain_input_status")]
        verbose_name = _("必需投入")

    def __str__(self) -> str:
        return f"{self.product} @ {self.chain}"

    @property
    def path_text(self) -> str:
        """The path as it is written everywhere."""
        return " > ".join(self.path)


class ActKind(models.TextChoices):
    """What can be done about an input that lacks makers."""

    DEMAND = "demand", _("发布需求")
    TALENT = "talent", _("发布人才需求")
    PROMOTION = "promotion", _("招商目标")
    CHALLENGE = "challenge", _("揭榜挂帅")
    CASE = "case", _("立项办理")


class ActStatus(models.TextChoices):
    """Whether something is still being done."""

    OPEN = "open", _("进行中")
    DONE = "done", _("已补上")
    ENDED = "ended", _("已结束")


class GapAct(models.Model):
    """Something done about an input that lacks makers, with the evidence of the day.

    `demand_key` and `case_key` are public ids of what was made of it. `targets` are the firms
    elsewhere that investment promotion turns to.
    """

    public_id = OpaqueIdField()
    chain = models.ForeignKey(Chain, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="acts")
    kind = models.CharField(_("行动"), max_length=10, choices=ActKind)
    status = models.CharField(_("状态"), max_length=6, choices=ActStatus, default=ActStatus.OPEN)
    demand_key = models.CharField(max_length=32, blank=True)
    case_key = models.CharField(max_length=32, blank=True)
    targets = models.ManyToManyField(OutsideMaker, related_name="acts")
    evidence = models.TextField(_("依据"))
    note = models.CharField(_("说明"), max_length=300, blank=True)
    begun_at = models.DateTimeField(_("开始"))
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    begun_by_name = models.CharField(_("发起人"), max_length=150)
    ended_at = models.DateTimeField(_("结束"), null=True)
    ended_note = models.CharField(_("结果"), max_length=300, blank=True)

    objects = ActQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("begun_at")),
                name="act_ends_after_it_began",
            )
        ]
        indexes = [models.Index(fields=["chain", "product"], name="act_of_an_input")]
        verbose_name = _("断点行动")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.product}"
