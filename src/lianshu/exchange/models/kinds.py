"""The words demands, resources, recommendations and projects are described with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DemandKind(models.TextChoices):
    """What an enterprise asks for."""

    TECHNOLOGY = "technology", _("技术")
    TALENT = "talent", _("人才")
    FINANCE = "finance", _("资金")
    EQUIPMENT = "equipment", _("设备与实验室")
    SUPPLY = "supply", _("供应链配套")
    SPACE = "space", _("场地")
    POLICY = "policy", _("政策")
    OTHER = "other", _("其他")


class ResourceKind(models.TextChoices):
    """What a member offers."""

    ACHIEVEMENT = "achievement", _("科技成果")
    PATENT = "patent", _("专利")
    EXPERT = "expert", _("专家")
    TEAM = "team", _("团队")
    INSTRUMENT = "instrument", _("仪器设备")
    LABORATORY = "laboratory", _("实验室")
    PILOT_LINE = "pilot_line", _("中试线")
    FUND = "fund", _("基金")
    LOAN_PRODUCT = "loan_product", _("贷款产品")
    SPACE = "space", _("场地")
    SERVICE = "service", _("服务")
    PRODUCTION_CAPACITY = "production_capacity", _("产能")


class PostStatus(models.TextChoices):
    """Where a demand or resource stands. Only a published one is matched."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    EXPIRED = "expired", _("已到期")
    WITHDRAWN = "withdrawn", _("已撤回")


class TrlScale(models.TextChoices):
    """Which scale a readiness level is counted on."""

    GBT22900 = "gbt22900", _("GB/T 22900 技术就绪度（1–9 级）")


class RecommendationStatus(models.TextChoices):
    """What became of a proposed pair."""

    PROPOSED = "proposed", _("待处理")
    ACCEPTED = "accepted", _("已采纳")
    DECLINED = "declined", _("已谢绝")
    LAPSED = "lapsed", _("已失效")


class DeclineReason(models.TextChoices):
    """Why a pair was declined: what matching learns from."""

    TOO_EARLY = "too_early", _("成熟度不够")
    UNCLEAR_NEED = "unclear_need", _("需求不清楚")
    WRONG_FIELD = "wrong_field", _("领域不符")
    NO_CAPACITY = "no_capacity", _("没有余力")
    PRICE = "price", _("价格不合适")
    LOCATION = "location", _("地点不便")
    IP = "ip", _("知识产权问题")
    OTHER = "other", _("其他（请说明）")


class ProjectStatus(models.TextChoices):
    """How far the two parties have come."""

    TALKING = "talking", _("对接中")
    SIGNED = "signed", _("已签约")
    FINISHED = "finished", _("已完成")
    ENDED = "ended", _("已终止")
