"""Who belongs to a chain and in what part, who is paired with whom, and who serves whom."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianshu.records.fields import OpaqueIdField
from lianshu.records.search import SearchField
from lianshu.records.text import search_tokens
from lianshu.registry.models.dated import Dated, DatedQuerySet, in_order
from lianshu.registry.models.following import Following
from lianshu.registry.models.organisations import Chain, Organisation, Region
from lianshu.registry.querysets_chains import LiaisonAssignmentQuerySet, LiaisonQuerySet


class Stream(models.TextChoices):
    """Where along the chain a segment lies."""

    UPSTREAM = "upstream", _("上游")
    MIDSTREAM = "midstream", _("中游")
    DOWNSTREAM = "downstream", _("下游")
    SERVICE = "service", _("配套服务")


class Segment(models.Model):
    """A segment of a chain, possibly part of a wider one of the same chain."""

    public_id = OpaqueIdField()
    chain = models.ForeignKey(Chain, models.PROTECT, related_name="segments")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    code = models.CharField(_("代码"), max_length=32)
    name = models.CharField(_("名称"), max_length=100)
    stream = models.CharField(_("位置"), max_length=12, choices=Stream)
    position = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        ordering = ["chain", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "code"], name="one_segment_per_code"),
            models.UniqueConstraint(
                fields=["chain", "parent", "name"], name="one_segment_per_name"
            ),
            models.UniqueConstraint(
                fields=["chain", "name"],
                condition=Q(parent__isnull=True),
                name="one_top_segment_per_name",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="segment_above_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChainRole(models.TextChoices):
    """What an organisation is to a chain."""

    LEAD_FIRM = "lead_firm", _("链主企业")
    INNOVATOR = "chain_innovator", _("链创单位")
    MEMBER = "member", _("成员单位")


class ChainMember(Dated):
    """An organisation in one role and, where it has one, segment of a chain."""

    objects = DatedQuerySet["ChainMember"].as_manager()
    following = Following(label=_("产业链角色"))

    chain = models.ForeignKey(Chain, models.PROTECT, related_name="members")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="chain_roles")
    role = models.CharField(_("角色"), max_length=16, choices=ChainRole)
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, related_name="members")

    class Meta:
        ordering = ["chain", "role", "organisation__name_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "organisation", "role", "segment"],
                condition=Q(valid_to__isnull=True),
                name="one_current_place_in_a_segment",
            ),
            models.UniqueConstraint(
                fields=["chain", "organisation", "role"],
                condition=Q(valid_to__isnull=True, segment__isnull=True),
                name="one_current_place_in_a_chain",
            ),
            in_order("chain_member"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} @ {self.chain}"


class AffiliationRole(models.TextChoices):
    """What an organisation is to an alliance, association or community."""

    LEAD = "lead", _("牵头单位")
    MEMBER = "member", _("成员单位")
    RESIDENT = "resident", _("入驻单位")
    OPERATOR = "operator", _("运营单位")


class Affiliation(Dated):
    """An organisation in an alliance, community of interest, association or industrial community;
    `group` is the organisation that stands for these."""

    objects = DatedQuerySet["Affiliation"].as_manager()
    following = Following(label=_("联盟、协会和社区关系"))

    group = models.ForeignKey(Organisation, models.PROTECT, related_name="affiliates")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="affiliations")
    role = models.CharField(_("角色"), max_length=12, choices=AffiliationRole)

    class Meta:
        ordering = ["group", "role", "organisation__name_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "organisation", "role"],
                condition=Q(valid_to__isnull=True),
                name="one_current_affiliation",
            ),
            models.CheckConstraint(
                condition=~Q(group=F("organisation")), name="affiliation_joins_two"
            ),
            in_order("affiliation"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} @ {self.group}"


class Pairing(Dated):
    """1 + N: one large firm and the up- and downstream firms it works with on common projects."""

    objects = DatedQuerySet["Pairing"].as_manager()
    following = Following(label=_("牵头的结对"))

    public_id = OpaqueIdField()
    lead = models.ForeignKey(Organisation, models.PROTECT, related_name="pairings_led")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, related_name="pairings")
    region = models.ForeignKey(Region, models.PROTECT, related_name="pairings")
    topic = models.CharField(_("共建内容"), max_length=200)

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [in_order("pairing")]

    def __str__(self) -> str:
        return self.topic


class PairingMember(Dated):
    """One of the N."""

    objects = DatedQuerySet["PairingMember"].as_manager()
    following = Following(label=_("参加的结对"))

    pairing = models.ForeignKey(Pairing, models.CASCADE, related_name="members")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="pairings")

    class Meta:
        ordering = ["organisation__name_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["pairing", "organisation"],
                condition=Q(valid_to__isnull=True),
                name="paired_once",
            ),
            in_order("pairing_member"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} @ {self.pairing}"


class LiaisonKind(models.TextChoices):
    """In which service a liaison calls on firms: a post, never a view or a membership."""

    HELPER = "helper", _("助企专员")
    INSTRUCTOR = "instructor", _("党建指导员")
    AGENT = "agent", _("红色代办员")
    TALENT = "talent", _("人才服务专员")
    BROKER = "broker", _("科创经纪人")


class Liaison(Dated):
    """A person who serves firms. `user_id` is the account, where the person has one."""

    public_id = OpaqueIdField()
    kind = models.CharField(_("类别"), max_length=12, choices=LiaisonKind)
    name = models.CharField(_("姓名"), max_length=60)
    phone = models.CharField(_("电话"), max_length=32, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="liaisons", verbose_name=_("派出单位")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="liaisons")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, related_name="liaisons")
    user_id = models.BigIntegerField(null=True, db_index=True)
    search = SearchField()

    objects = LiaisonQuerySet.as_manager()
    following = Following(label=_("派出的专员"))

    class Meta:
        ordering = ["kind", "name", "id"]
        constraints = [in_order("liaison")]

    def __str__(self) -> str:
        return self.name

    def refresh_keys(self) -> None:
        """Recompute what is derived from the name; services call it before every write."""
        self.search = search_tokens(self.name, initials=True)


class LiaisonAssignment(Dated):
    """A liaison serves an organisation. Region and chain are the organisation's."""

    liaison = models.ForeignKey(Liaison, models.CASCADE, related_name="assignments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="served_by")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, related_name="+")

    objects = LiaisonAssignmentQuerySet.as_manager()
    following = Following(label=_("受服务关系"), takes_scope=True)

    class Meta:
        ordering = ["liaison__kind", "organisation__name_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["liaison", "organisation"],
                condition=Q(valid_to__isnull=True),
                name="served_once_by_a_liaison",
            ),
            in_order("liaison_assignment"),
        ]

    def __str__(self) -> str:
        return f"{self.liaison} → {self.organisation}"
