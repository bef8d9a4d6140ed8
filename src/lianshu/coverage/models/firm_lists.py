"""A list of firms, its editions by date, their rows, and whom each row may mean."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.coverage.querysets import FirmListQuerySet, ListRowQuerySet
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Chain, Following, Organisation, Region


class Purpose(models.TextChoices):
    """What being on the list says of a firm."""

    VISIT = "visit", _("走访")
    LIAISON = "liaison", _("联络员")
    RESEARCH = "research", _("研发")
    HNTE = "hnte", _("高企")
    SERVICE = "service", _("服务")
    PARTY = "party", _("党组织")
    OTHER = "other", _("其他")


FOR_INFORMATION = frozenset({Purpose.PARTY})
"""Purposes whose lists are read by people and by nothing else: no order, no score, no case."""


class FirmList(models.Model):
    """A list that a unit keeps, such as the firms visited; each edition says who was on it when.

    It is compared with the enterprises of `region` and `chain`. `for_information`: people may read
    who is on it, and nothing is decided, ordered, opened or paid by it.
    """

    public_id = OpaqueIdField()
    title = models.CharField(_("名称"), max_length=100)
    purpose = models.CharField(_("用途"), max_length=12, choices=Purpose)
    source_unit = models.CharField(_("来源单位"), max_length=100)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("区域"))
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, related_name="+", verbose_name=_("产业链")
    )
    for_information = models.BooleanField(_("仅供了解"), default=False)
    created_at = models.DateTimeField(_("创建时间"))
    created_by_name = models.CharField(_("创建人"), max_length=150)

    objects = FirmListQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("名单")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(purpose="party") | models.Q(for_information=True),
                name="party_lists_for_information",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Edition(models.Model):
    """Who was on the list `on` a day; it stays as it was sent. `linked_at`: up to which moment its
    rows know the register, None while they have not been compared."""

    public_id = OpaqueIdField()
    firm_list = models.ForeignKey(FirmList, models.CASCADE, related_name="editions")
    on = models.DateField(_("名单日期"))
    file_name = models.CharField(_("文件"), max_length=200, blank=True)
    notes = models.JSONField(default=list)
    created_at = models.DateTimeField(_("上传时间"))
    created_by_name = models.CharField(_("上传人"), max_length=150)
    linked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["firm_list", "on"], name="one_edition_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.firm_list} {self.on}"


class RowState(models.TextChoices):
    """What is known of a row: which firm it is, that somebody must look, or that it is nobody
    registered."""

    MATCH = "match", _("已对上")
    REVIEW = "review", _("待认定")
    NEW = "new", _("未登记")


class ListRow(models.Model):
    """A line of an edition. `said` is what the comparison found, `state` what holds: people's
    decisions count before it. `conflict`: both disagree, so that somebody must look again.

    `key` is the same for the same name, code and city in every edition, so that what a person
    decided once holds for the next. `region` is where the firm lay when the row was linked to it.
    """

    following = Following(label=_("名单上的行"), into_absorber=False)

    public_id = OpaqueIdField()
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("行"))
    external_id = models.CharField(_("编号"), max_length=128, blank=True)
    name = models.CharField(_("名称"), max_length=200, blank=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=64, blank=True)
    city = models.CharField(_("城市"), max_length=100, blank=True)
    aliases = models.JSONField(default=list)
    former_names = models.JSONField(default=list)
    key = models.CharField(max_length=64, editable=False)
    state = models.CharField(_("比对结果"), max_length=8, choices=RowState, default=RowState.REVIEW)
    entity = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("登记的单位")
    )
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    by_person = models.BooleanField(_("人工认定"), default=False)
    conflict = models.BooleanField(_("与人工认定不一致"), default=False)
    said = models.CharField(max_length=8, choices=RowState, default=RowState.REVIEW)
    probability = models.DecimalField(_("概率"), max_digits=5, decimal_places=4, null=True)
    gap = models.DecimalField(_("领先第二名"), max_digits=5, decimal_places=4, null=True)
    reasons = models.JSONField(default=list)

    objects = ListRowQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "number"]
        verbose_name = _("名单上的行")
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="one_list_row_per_number"),
            models.CheckConstraint(
                condition=~models.Q(state="match") | models.Q(entity__isnull=False),
                name="matched_row_has_an_entity",
            ),
        ]
        indexes = [
            models.Index(fields=["edition", "state"], name="list_row_by_state"),
            models.Index(fields=["key"], name="list_row_by_key"),
        ]

    def __str__(self) -> str:
        return self.name or self.uscc or self.external_id or str(self.number)


class RowCandidate(models.Model):
    """Whom a row may mean, the best first; `reasons` as the comparison gives them."""

    following = Following(label=_("名单比对的候选"), into_absorber=False, once_by=("row_id",))

    row = models.ForeignKey(ListRow, models.CASCADE, related_name="candidates")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    probability = models.DecimalField(max_digits=5, decimal_places=4)
    reasons = models.JSONField(default=list)

    class Meta:
        ordering = ["row", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["row", "organisation"], name="one_candidate_per_row")
        ]
        indexes = [models.Index(fields=["organisation", "rank"], name="candidate_by_firm")]

    def __str__(self) -> str:
        return f"{self.row_id} ? {self.organisation_id}"
