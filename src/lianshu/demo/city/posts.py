"""Composing demands and resources: what one of a topic asks, others of it can answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lianshu.demo.city.drawing import Draw
from lianshu.demo.city.model import PostPlan, Unit
from lianshu.demo.city.sources import CityChain, Patterns, PatternsFile, Topic

DEMANDS, RESOURCES = 320, 1_000
DEMAND_KINDS = {
    "technology": 62,
    "equipment": 10,
    "talent": 8,
    "supply": 8,
    "finance": 6,
    "space": 2,
    "policy": 2,
    "other": 2,
}
RESOURCE_KINDS = {
    "achievement": 34,
    "patent": 17,
    "expert": 8,
    "team": 5,
    "instrument": 9,
    "laboratory": 5,
    "pilot_line": 5,
    "production_capacity": 7,
    "service": 4,
    "loan_product": 2,
    "fund": 2,
    "space": 2,
}
OWNERS = {
    "achievement": ("institute", "university"),
    "patent": ("institute", "university"),
    "expert": ("institute", "university"),
    "team": ("institute", "university"),
    "instrument": ("institute", "university"),
    "laboratory": ("agency", "institute"),
    "pilot_line": ("institute",),
    "production_capacity": ("enterprise",),
    "service": ("agency",),
    "loan_product": ("bank",),
    "fund": ("fund",),
    "space": ("community",),
}
WITH_TRL = frozenset({"technology", "achievement", "patent"})
COMMON = frozenset({"bank", "university", "agency", "community"})
"""Kinds of owners that serve every chain."""
TRIES = 60


class Texts(NamedTuple):
    """The words of one post."""

    title: str
    summary: str
    detail: str
    indicators: tuple[str, ...]


class Composer:
    """Writes posts without writing one twice."""

    def __init__(
        self, chains: Sequence[CityChain], units: Sequence[Unit], patterns: PatternsFile, draw: Draw
    ) -> None:
        self.chains, self.patterns, self.draw = chains, patterns, draw
        self._titles: set[str] = set()
        self._texts: set[str] = set()
        self._owners: dict[tuple[str, str | None], list[Unit]] = {}
        for unit in units:
            chain = None if unit.kind in COMMON else unit.chain
            self._owners.setdefault((unit.kind, chain), []).append(unit)

    def demands(self, count: int = DEMANDS) -> list[PostPlan]:
        """What firms ask; each topic comes up again and again, in different words."""
        return [self._demand(number) for number in range(count)]

    def resources(self, count: int = RESOURCES) -> list[PostPlan]:
        """What members offer."""
        return [self._resource(number) for number in range(count)]

    def _about(self, number: int) -> tuple[CityChain, int]:
        chain = self.chains[number % len(self.chains)]
        return chain, number // len(self.chains) % len(chain.topics)

    def _demand(self, number: int) -> PostPlan:
        chain, place = self._about(number)
        patterns = self.patterns.of(chain).demands
        kind = self.draw.weighted({k: w for k, w in DEMAND_KINDS.items() if k in patterns})
        owners = [
            unit
            for unit in self._owners["enterprise", chain.id]
            if unit.business is not None and unit.business.topic == place
        ]
        owner = self.draw.pick(owners or self._owners["enterprise", chain.id])
        texts = self._texts_of(patterns[kind], chain, chain.topics[place], owner, good=False)
        low = self.draw.between(3, 60) * 50_000
        return PostPlan(
            side="demand",
            kind=kind,
            owner=owner.key,
            chain=chain.id,
            topic=f"{chain.id}/{place}",
            trl=self.draw.between(4, 8) if kind in WITH_TRL else None,
            budget=(low, low * self.draw.between(2, 4)) if self.draw.chance(72) else None,
            days=self.draw.between(60, 420) if self.draw.chance(80) else None,
            facets={},
            **texts._asdict(),
        )

    def _resource(self, number: int) -> PostPlan:
        chain, place = self._about(number)
        patterns = self.patterns.of(chain).resources
        kind = self.draw.weighted({k: w for k, w in RESOURCE_KINDS.items() if k in patterns})
        owner = self._owner_of(kind, chain)
        topic = chain.topics[place]
        texts = self._texts_of(patterns[kind], chain, topic, owner, good=True)
        return PostPlan(
            side="resource",
            kind=kind,
            owner=owner.key,
            chain=chain.id,
            topic=f"{chain.id}/{place}",
            trl=self.draw.between(5, 9) if kind in WITH_TRL else None,
            budget=None,
            days=None,
            facets=self._facets(kind, chain, topic, number),
            **texts._asdict(),
        )

    def _owner_of(self, kind: str, chain: CityChain) -> Unit:
        found = [
            unit
            for owner in OWNERS[kind]
            for unit in self._owners.get((owner, None if owner in COMMON else chain.id), ())
        ]
        return self.draw.pick(found)

    def _texts_of(
        self, patterns: Patterns, chain: CityChain, topic: Topic, owner: Unit, *, good: bool
    ) -> Texts:
        """Title, summary, detail and indicators that no other post has."""
        words = {
            **topic.model_dump(),
            "chain": chain.name.zh,
            "business": owner.business.segment_name if owner.business else chain.name.zh,
        }
        fill = self.draw.fill
        for _try in range(TRIES):
            title = fill(self.draw.pick(patterns.titles), words, good=good)
            if title not in self._titles:
                break
            # Whose it is tells two of the same subject apart, as on real lists.
            title = f"{title}（{owner.short_name}）"
            if title not in self._titles:
                break
        for _try in range(TRIES):
            summary = fill(self.draw.pick(patterns.summaries), words, good=good)
            detail = fill(self.draw.pick(patterns.details), words, good=good)
            if summary + detail not in self._texts:
                break
        self._titles.add(title)
        self._texts.add(summary + detail)
        wanted: list[str] = []
        if patterns.indicators:
            wanted = [
                fill("{goal}", words, good=good),
                *(fill(each, words) for each in self.draw.some(patterns.indicators, 2)),
            ]
        return Texts(title, summary, detail, tuple(wanted))

    def _facets(
        self, kind: str, chain: CityChain, topic: Topic, number: int
    ) -> Mapping[str, str | int]:
        """What each kind has besides its texts; money in yuan."""
        draw = self.draw
        low = draw.between(4, 60) * 50_000
        price = {"price_min": low, "price_max": low * draw.between(2, 3)}
        match kind:
            case "achievement":
                stage = draw.pick(("小试", "中试", "示范应用", "量产"))
                how = "、".join(draw.some(("转让", "许可", "合作开发", "作价入股"), 2))
                return {"stage": stage, "cooperation": how, **(price if draw.chance(60) else {})}
            case "patent":
                ipc = f"{draw.pick(chain.ipc)} {draw.between(1, 60)}/{draw.between(10, 99):02d}"
                state = draw.pick(("授权", "授权", "实审"))
                return {"patent_number": f"YSZL2025R{number:05d}", "ipc": ipc, "state": state}
            case "expert":
                rank = draw.pick(("教授", "研究员", "正高级工程师", "高级工程师"))
                days = draw.between(2, 8)
                return {"field": topic.process, "rank": rank, "days_per_month": days}
            case "team":
                return {"field": topic.process, "size": draw.between(4, 28)}
            case "instrument":
                cost = draw.between(2, 24) * 50
                return {"performance": f"用于{topic.product}", "price_per_hour": cost}
            case "laboratory":
                return {
                    "accreditation": draw.pick(("CNAS、CMA", "CMA", "CNAS")),
                    "turnaround_days": draw.between(3, 20),
                }
            case "pilot_line":
                capacity = f"单批 {draw.between(20, 800)} 千克"
                return {"capacity": capacity, "price_per_batch": draw.between(6, 60) * 1_000}
            case "fund":
                return {"stage": "天使轮至 B 轮", "amount_min": low, "amount_max": low * 12}
            case _:
                return self._more_facets(kind, topic, low)

    def _more_facets(self, kind: str, topic: Topic, low: int) -> Mapping[str, str | int]:
        draw = self.draw
        match kind:
            case "loan_product":
                rate = draw.between(300, 445) / 100
                return {
                    "amount_min": low,
                    "amount_max": low * 10,
                    "rate_percent": f"{rate:g}",
                    "months": draw.pick((12, 24, 36, 60)),
                    "security": draw.pick(("信用", "知识产权质押", "应收账款质押", "设备抵押")),
                }
            case "space":
                return {
                    "area_m2": draw.between(8, 90) * 100,
                    "price_per_m2_month": draw.between(12, 34),
                    "conditions": f"层高 {draw.between(5, 12)} 米，可装{topic.tool}",
                }
            case "service":
                return {
                    "price_min": 8_000,
                    "price_max": draw.between(2, 12) * 10_000,
                    "turnaround_days": draw.between(5, 60),
                }
            case _:
                return {
                    "process": topic.process,
                    "monthly": f"{draw.between(1, 60)} 万件",
                    "idle_percent": draw.between(10, 60),
                }
