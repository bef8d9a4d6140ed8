"""What each kind of resource has besides its texts: typed, with units, checked before storing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.exchange.models.kinds import ResourceKind
from lianshu.records.errors import DomainError


@dataclass(frozen=True, slots=True)
class Facet:
    """One typed property. Money is in fen; `unit` is shown beside a number."""

    id: str
    label: str | Promise
    type: Literal["text", "integer", "money"]
    unit: str | Promise = ""


_YUAN: Final = lazy("元")
_FIELD: Final = Facet("field", lazy("专业领域"), "text")
_CAPACITY: Final = Facet("capacity", lazy("能力"), "text")
_DAYS: Final = Facet("turnaround_days", lazy("周期"), "integer", lazy("天"))
_PRICE: Final = (
    Facet("price_min", lazy("参考价格下限"), "money", _YUAN),
    Facet("price_max", lazy("参考价格上限"), "money", _YUAN),
)
_AMOUNT: Final = (
    Facet("amount_min", lazy("金额下限"), "money", _YUAN),
    Facet("amount_max", lazy("金额上限"), "money", _YUAN),
)

FACETS: Final[Mapping[str, tuple[Facet, ...]]] = {
    ResourceKind.ACHIEVEMENT: (
        Facet("stage", lazy("所处阶段"), "text"),
        Facet("cooperation", lazy("合作方式"), "text"),
        *_PRICE,
    ),
    ResourceKind.PATENT: (
        Facet("patent_number", lazy("专利号"), "text"),
        Facet("ipc", lazy("IPC 分类号"), "text"),
        Facet("state", lazy("法律状态"), "text"),
        *_PRICE,
    ),
    ResourceKind.EXPERT: (
        _FIELD,
        Facet("rank", lazy("职称"), "text"),
        Facet("days_per_month", lazy("每月可服务"), "integer", lazy("天")),
    ),
    ResourceKind.TEAM: (_FIELD, Facet("size", lazy("人数"), "integer", lazy("人"))),
    ResourceKind.INSTRUMENT: (
        Facet("performance", lazy("主要性能"), "text"),
        Facet("price_per_hour", lazy("每小时收费"), "money", _YUAN),
    ),
    ResourceKind.LABORATORY: (Facet("accreditation", lazy("资质"), "text"), _DAYS),
    ResourceKind.PILOT_LINE: (
        _CAPACITY,
        Facet("price_per_batch", lazy("每批收费"), "money", _YUAN),
    ),
    ResourceKind.FUND: (Facet("stage", lazy("投资阶段"), "text"), *_AMOUNT),
    ResourceKind.LOAN_PRODUCT: (
        *_AMOUNT,
        Facet("rate_percent", lazy("年利率"), "text", "%"),
        Facet("months", lazy("期限"), "integer", lazy("个月")),
        Facet("security", lazy("担保方式"), "text"),
    ),
    ResourceKind.SPACE: (
        Facet("area_m2", lazy("面积"), "integer", lazy("平方米")),
        Facet("price_per_m2_month", lazy("每平方米月租"), "money", _YUAN),
        Facet("conditions", lazy("配套条件"), "text"),
    ),
    ResourceKind.SERVICE: (*_PRICE, _DAYS),
    ResourceKind.PRODUCTION_CAPACITY: (
        Facet("process", lazy("工艺"), "text"),
        Facet("monthly", lazy("月产能"), "text"),
        Facet("idle_percent", lazy("空闲比例"), "integer", "%"),
    ),
}


def clean_facets(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what is filled in and belongs to `kind`; raises `DomainError` naming the facet."""
    known = {facet.id: facet for facet in FACETS[kind]}
    cleaned: dict[str, Any] = {}
    for key, value in values.items():
        if value is None or value == "":
            continue
        facet = known.get(key)
        if facet is None:
            raise DomainError(
                _("“%(kind)s”没有“%(facet)s”这个特性；可填：%(known)s。")
                % {
                    "kind": ResourceKind(kind).label,
                    "facet": key,
                    "known": "、".join(str(f.label) for f in known.values()),
                },
                field="facets",
            )
        if facet.type == "text":
            cleaned[key] = str(value).strip()
        elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            cleaned[key] = value
        else:
            raise DomainError(
                _("“%(facet)s”应填写不小于零的整数。") % {"facet": str(facet.label)},
                field="facets",
            )
    return cleaned
