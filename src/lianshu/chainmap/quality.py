"""The data-quality report of the map as it is, by the rules of the engine; it fixes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.chainmap.models import MakerRelation, ProductEdge
from lianshu.engine.chains import Edge, Making, Quality, Read, Relation, check_quality
from lianshu.engine.sheets import Finding

SHOWN: Final = 5
RULES: Final[dict[str, str | Promise]] = {
    "G001": _("必填的是空的"),
    "G002": _("比表头多出列"),
    "G003": _("单元格没有内容"),
    "G004": _("关系不认识"),
    "G005": _("首尾有空白"),
    "G006": _("占比不是数"),
    "G007": _("代码可能丢了开头的 0"),
    "G010": _("关系重复"),
    "G011": _("自己的上游或小类"),
    "G012": _("上游材料首尾相接"),
    "G013": _("产品小类首尾相接"),
    "G014": _("既是上游又是小类"),
    "G015": _("下游产品不倒用"),
    "G020": _("名称写法不一"),
    "G021": _("名称里有看不见的字符"),
    "G022": _("名称里括号引号不成对"),
    "G030": _("企业产品重复"),
    "G031": _("重复而占比不同"),
    "G032": _("一个代码两种写法"),
    "G033": _("占比是负数"),
    "G034": _("占比大于 1"),
    "G035": _("占比合计大于 1"),
    "G036": _("疑似同一家企业"),
    "G040": _("不在任何关系里的产品"),
    "G041": _("没有企业生产的上游材料"),
    "G042": _("不在产品名单里"),
    "G043": _("名单里没有用到"),
}


@dataclass(frozen=True, slots=True)
class RuleTold:
    """The findings of one rule, the first few in full."""

    rule: str
    label: str
    severity: str
    count: int
    shown: Sequence[Finding]


def current_quality(actor: Actor) -> Quality:
    """Of the relations in the map that the actor may see."""
    edges = Read[Edge](_now("产品关系"))
    rows = ProductEdge.objects.order_by("pk").values_list("start__name", "end__name", "relation")
    edges.items = [
        Edge(start, end, Relation(relation), at)
        for at, (start, end, relation) in enumerate(rows, start=1)
    ]
    edges.rows = len(edges.items)
    makers = Read[Making](_now("生产关系"))
    made = MakerRelation.objects.visible_to(actor).current().order_by("pk")
    makers.items = [
        Making(local or outside or "", product, share, at)
        for at, (local, outside, product, share) in enumerate(
            made.values_list("organisation__name", "outside__code", "product__name", "share"),
            start=1,
        )
    ]
    makers.rows = len(makers.items)
    return check_quality(edges, makers)


def by_rule(quality: Quality) -> list[RuleTold]:
    """The findings gathered by rule, in the order of rules; how many of each."""
    counted = Counter(finding.rule for finding in quality.findings)
    gathered: dict[str, list[Finding]] = {}
    for finding in quality.findings:
        gathered.setdefault(finding.rule, []).append(finding)
    return [
        RuleTold(
            rule,
            str(RULES.get(rule, rule)),
            found[0].severity,
            counted[rule],
            found[:SHOWN],
        )
        for rule, found in sorted(gathered.items())
    ]
