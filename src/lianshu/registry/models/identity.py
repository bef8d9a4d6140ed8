"""What an organisation was and is called, whose it is, and what became of it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianshu.records.fields import OpaqueIdField
from lianshu.records.text import NAME_KEY_LENGTH
from lianshu.registry.models.dated import Dated, DatedQuerySet, in_order
from lianshu.registry.models.following import Following
from lianshu.registry.models.organisations import Organisation, Region


class NameKind(models.TextChoices):
    """How an organisation came by another name."""

    FORMER = "former", _("曾用名")
    ALIAS = "alias", _("别名")
    SHORT = "short", _("其他简称")


class OrganisationName(Dated):
    """A name besides the current full and short one; it is found and matched by like these."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="other_names")
    kind = models.CharField(max_length=8, choices=NameKind)
    value = models.CharField(_("名称"), max_length=200)
    key = models.CharField(max_length=NAME_KEY_LENGTH, db_index=True, editable=False)
    source = models.CharField(_("依据"), max_length=100, blank=True)

    class Meta:
        ordering = ["kind", "-valid_to", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "value"], name="one_row_per_other_name"
            ),
            in_order("other_name"),
        ]

    def __str__(self) -> str:
        return self.value


def plain_share(share: Decimal) -> str:
    """Without the zeros after the last digit that says something: 51.5."""
    return f"{share:.4f}".rstrip("0").rstrip(".")


class LinkKind(models.TextChoices):
    """How one organisation has power over another."""

    PARENT = "parent", _("上级单位")
    SHAREHOLDER = "shareholder", _("股东")
    CONTROLLER = "controller", _("实际控制")


class OrganisationLink(Dated):
    """`holder` has power over `subject`: who must not judge, bid against or buy from whom.

    `share` is a percentage, exact to four places; None where it is not known.
    """

    objects = DatedQuerySet["OrganisationLink"].as_manager()
    following = Following(label=_("关联关系"))

    holder = models.ForeignKey(Organisation, models.PROTECT, related_name="links_down")
    subject = models.ForeignKey(Organisation, models.PROTECT, related_name="links_up")
    kind = models.CharField(_("关系"), max_length=12, choices=LinkKind)
    share = models.DecimalField(_("持股比例（%）"), max_digits=7, decimal_places=4, null=True)
    source = models.CharField(_("依据"), max_length=100, blank=True)

    class Meta:
        ordering = ["kind", "-share", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gt=0, share__lte=100),
                name="link_share_is_a_share",
            ),
            models.CheckConstraint(
                condition=~Q(holder=F("subject")), name="link_joins_two_organisations"
            ),
            models.UniqueConstraint(
                fields=["holder", "subject", "kind"],
                condition=Q(valid_to__isnull=True),
                name="one_current_link_of_a_kind",
            ),
            in_order("link"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} → {self.subject}"

    @property
    def share_text(self) -> str:
        """The share as people write it; empty where it is not known."""
        return "" if self.share is None else plain_share(self.share)


class SuccessionKind(models.TextChoices):
    """How one organisation came to stand for another."""

    DUPLICATE = "duplicate", _("重复登记")
    ABSORBED = "absorbed", _("吸收合并")
    SPLIT = "split", _("分立")


class Succession(models.Model):
    """`successor` stands for `predecessor` since `on`; both ids stay.

    A merged predecessor's page leads to its successor, a split one's names all of them. `moved`
    maps `app.model.field` to the keys of rows that now name the successor, so that a merge which
    was a mistake can be taken back exactly (`undone_at`).
    """

    public_id = OpaqueIdField()
    predecessor = models.ForeignKey(Organisation, models.PROTECT, related_name="succeeded_by")
    successor = models.ForeignKey(Organisation, models.PROTECT, related_name="successor_of")
    kind = models.CharField(max_length=12, choices=SuccessionKind)
    on = models.DateField(_("日期"))
    reason = models.CharField(_("原因"), max_length=300)
    moved = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="succession_joins_two"
            ),
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=Q(undone_at__isnull=True) & ~Q(kind="split"),
                name="merged_into_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class RegionSuccession(models.Model):
    """Since `on`, what lay in `predecessor` lies in `successor` (several where it was divided)."""

    predecessor = models.ForeignKey(Region, models.PROTECT, related_name="succeeded_by")
    successor = models.ForeignKey(Region, models.PROTECT, related_name="successor_of")
    on = models.DateField(_("日期"))
    note = models.CharField(_("依据"), max_length=200, blank=True)

    class Meta:
        ordering = ["-on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"], name="one_region_succession"
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="region_succession_joins_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"
