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


_PRICE: Final = Facet("price", lazy("参考价格"), "money", lazy("元"))
_PATENT: Final = Facet("patent_number", lazy("专利号"), "text")
_IPC: Final = Facet("ipc", lazy("IPC 分类号"), "text")
_FIELD: Final = Facet("field", lazy("专业领域"), "text")
_CAPACITY: Final = Facet("capacity", lazy("能力或产能"), "text")
_AREA: Final = Facet("area", lazy("面积"), "integer", lazy("平方米"))
_AMOUNT: Final = (
    Facet("amount_min", lazy("金额下限"), "money", lazy("元")),
    Facet("amount_max", lazy("金额上限"), "money", lazy("元")),
)

FACETS: Final[Mapping[str, tuple[Facet, ...]]] = {
    ResourceKind.ACHIEVEMENT: (_FIELD, _PRICE),
    ResourceKind.PATENT: (_PATENT, _IPC, _PRICE),
    ResourceKind.EXPERT: (_FIELD,),
    ResourceKind.TEAM: (_FIELD, Facet("size", lazy("人数"), "integer", lazy("人"))),
    ResourceKind.INSTRUMENT: (Facet("model", lazy("型号"), "text"), _PRICE),
    ResourceKind.LABORATORY: (_FIELD, _AREA),
    ResourceKind.PILOT_LINE: (_CAPACITY, _PRICE),
    ResourceKind.FUND: _AMOUNT,
    ResourceKind.LOAN_PRODUCT: (*_AMOUNT, Facet("rate", lazy("利率说明"), "text")),
    ResourceKind.SPACE: (_AREA, _PRICE),
    ResourceKind.SERVICE: (_FIELD, _PRICE),
    ResourceKind.PRODUCTION_CAPACITY: (_CAPACITY, _PRICE),
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
