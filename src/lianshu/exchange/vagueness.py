"""What a demand lacks for a good match, and which demands already say nearly the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.engine.matching import Post as EnginePost
from lianshu.engine.matching import quantities, text
from lianshu.engine.matching.changing import beside
from lianshu.engine.matching.evidence import Parsed
from lianshu.exchange.indexing import not_expired, view_for
from lianshu.exchange.matching import engine_post
from lianshu.exchange.models import Demand
from lianshu.exchange.queries import demands_for
from lianshu.exchange.reading import PostReading, read_post

SHORT_TITLE: Final = 6
FEW_WORDS: Final = 8
LOOKED_AT: Final = 10
SHOWN: Final = 4
NEAR: Final = 0.5
"""Of what a demand shares with itself, so much makes another one nearly the same."""
_TECHNICAL: Final = frozenset({"technology", "equipment", "supply"})


@dataclass(frozen=True, slots=True)
class Gap:
    """Something missing: which field would fill it, and what to write there."""

    code: str
    field: str
    words: str | Promise


@dataclass(frozen=True, slots=True)
class Wording:
    """A demand as far as it is written."""

    title: str = ""
    summary: str = ""
    detail: str = ""
    indicators: str = ""
    kind: str = "technology"
    trl_level: int | None = None
    budget_max: int | None = None
    budget_min: int | None = None

    @classmethod
    def of(cls, reading: PostReading) -> Wording:
        """What a reader of the detail knows of a stored demand."""
        return cls(
            title=reading.title,
            summary=reading.summary,
            detail=reading.detail or "",
            indicators=reading.indicators or "",
            kind=reading.kind,
            trl_level=reading.trl_level,
            budget_max=reading.budget_max,
            budget_min=reading.budget_min,
        )

    @property
    def body(self) -> str:
        """Everything but the title."""
        return "\n".join(part for part in (self.summary, self.detail, self.indicators) if part)


def gaps_in(wording: Wording) -> list[Gap]:
    """What is missing for a good match, the most useful first. Money and indicators are missed
    where the kind has them: who looks for a flat needs no readiness level."""
    found = []
    said = text.terms(f"{wording.title}\n{wording.body}")
    if len("".join(wording.title.split())) < SHORT_TITLE:
        found.append(Gap("short_title", "title", _("标题太短：写明对象、要解决的问题和目标。")))
    if len(set(said.keys)) < FEW_WORDS:
        found.append(
            Gap(
                "few_words",
                "summary",
                _("内容太少：写明材料、工艺、设备或使用场合，匹配靠这些词。"),
            )
        )
    if not wording.summary.strip():
        found.append(
            Gap("no_summary", "summary", _("没有公开摘要：别的单位只能看到标题，不知道是否合适。"))
        )
    if wording.kind in _TECHNICAL:
        found += _technical_gaps(wording)
    if wording.budget_max is None and wording.budget_min is None:
        found.append(
            Gap("no_budget", "budget_max", _("没有预算：写一个范围，报价超出的会标出来。"))
        )
    return found


def _technical_gaps(wording: Wording) -> list[Gap]:
    found = []
    asked = quantities.read(f"{wording.title}\n{wording.body}")
    if not any(one.name and one.bounded for one in asked):
        found.append(
            Gap(
                "no_indicator",
                "indicators",
                _(
                    "没有可检验的指标：写成“名称、不低于或不高于、数值、单位”，"
                    "例如“密度≥1.80 克/立方厘米”。"
                ),
            )
        )
    if wording.trl_level is None:
        found.append(
            Gap(
                "no_readiness", "trl_level", _("没有技术成熟度：写明要实验室成果还是能直接投产的。")
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Near:
    """A demand that says nearly the same, as the reader may know it."""

    public_id: str
    title: str
    owner: str
    percent: int


def near_demands(actor: Actor, wording: Wording, *, now: datetime, besides: str = "") -> list[Near]:
    """Published demands that say nearly what is being written, on the texts this actor may read.

    Nearness is what both share over what the written one shares with itself, by words and
    characters alike, so that it does not depend on the length of the other.
    """
    query = EnginePost("", wording.title, wording.body)
    if not text.terms(f"{query.title}{query.content}").keys:
        return []
    view = view_for(actor, Demand, engine_post)
    keep = view.present & not_expired(view, now)
    found = view.index.rank(view.index.evidence(query), keep, LOOKED_AT)
    base = view.index.parts[0]
    parsed = [Parsed.of(query, base.lexicon)]
    itself = [float(each.scores(parsed)[0][0]) for each in beside(base, [query]).evidence]
    close = {}
    for _place, one in found:
        shares = [
            got / whole
            for got, whole in zip((one.words, one.characters), itself, strict=True)
            if whole
        ]
        share = float(np.mean(shares)) if shares else 0.0
        if share >= NEAR and one.id != besides:
            close[one.id] = min(100, round(share * 100))
    rows = {
        row.public_id: read_post(row)
        for row in demands_for(actor).live().filter(public_id__in=list(close)[:SHOWN])
    }
    return [
        Near(key, row.title, row.owner.name if row.owner else "", percent)
        for key, percent in close.items()
        if (row := rows.get(key)) is not None
    ]
