"""Rounds for the tests: people of the cast, demands and experts that fit each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from lianshu.exchange.models import Demand, Resource
from lianshu.registry.models import LiaisonKind
from lianshu.registry.services import create_liaison, create_organisation
from lianshu.rounds.models import Participant, Round, RoundPair, RoundPlan
from lianshu.rounds.services.computing import compute_plan
from lianshu.rounds.services.rounds import Setting, add_participants, create_round
from tests.cast import NOW, SYSTEM, Cast, credit_code

NEEDS = (
    ("高矫顽力磁钢晶界扩散工艺", "magnets", "镝扩散 烧结钕铁硼 晶界 矫顽力"),
    ("电机定子绕组自动化检测", "motors", "机器视觉 绕组 缺陷 检测 定子"),
)
EXPERTS = (
    ("稀土永磁晶界扩散专家", "university", "烧结钕铁硼 晶界 扩散 矫顽力 镝"),
    ("机器视觉缺陷检测专家", "university", "机器视觉 缺陷 检测 定子 绕组"),
    ("磁钢与电机检测综合团队", "bank", "烧结钕铁硼 矫顽力 定子 检测"),
)


@dataclass
class Scene:
    """A secondment round with two demands and three experts."""

    cast: Cast
    round: Round
    demands: list[Demand] = field(default_factory=list)
    experts: list[Resource] = field(default_factory=list)

    def people(self, side: str) -> list[Participant]:
        """Participants of a side, in the order they were added."""
        return list(Participant.objects.filter(round=self.round, side=side).order_by("pk"))

    def compute(self, name: str = "officer") -> RoundPlan:
        """Plan it as somebody of the cast."""
        self.round.refresh_from_db()
        return compute_plan(actor=self.cast.actor(name), found=self.round, now=NOW)

    def pair(self, left: int, right: int) -> RoundPair:
        """The possible pair of the nth demand and the nth expert."""
        lefts, rights = self.people("left"), self.people("right")
        return RoundPair.objects.get(left=lefts[left], right=rights[right])

    def chosen(self) -> set[tuple[str, str]]:
        """The pairs of the plan, by titles."""
        pairs = RoundPair.objects.filter(round=self.round, chosen=True)
        return {
            (
                str(one.left.demand or one.left.organisation),
                str(one.right.resource or one.right.liaison or one.right.organisation),
            )
            for one in pairs
        }


def secondment(cast: Cast, *, floor: str = "served", stable: bool = False) -> Scene:
    """The round, both sides added."""
    officer = cast.actor("officer")
    setting = Setting("第一批科技副总", cast.regions["ningbo"], None, floor, stable)
    found = create_round(actor=officer, kind="secondment", setting=setting, now=NOW)
    demands = [cast.demand(title, by=by, summary=text) for title, by, text in NEEDS]
    experts = [
        cast.resource(title, by=by, summary=text, kind="expert") for title, by, text in EXPERTS
    ]
    for side, posts in (("left", demands), ("right", experts)):
        add_participants(actor=officer, found=found, side=side, subjects=posts, now=NOW)
    return Scene(cast, found, demands, experts)


def dispatch(cast: Cast) -> Scene:
    """A round that gives firms a liaison each."""
    officer = cast.actor("officer")
    setting = Setting("助企专员派驻", cast.regions["ningbo"])
    found = create_round(actor=officer, kind="liaison", setting=setting, now=NOW)
    liaisons = [
        create_liaison(
            actor=officer,
            kind=LiaisonKind.HELPER,
            name=name,
            organisation=cast.organisations["office"],
            region=cast.regions[region],
            now=NOW,
        )
        for name, region in (("周助企", "yinzhou"), ("慈小助", "cixi"))
    ]
    firms = [cast.organisations["magnets"], cast.organisations["motors"]]
    add_participants(actor=officer, found=found, side="left", subjects=firms, now=NOW)
    add_participants(actor=officer, found=found, side="right", subjects=liaisons, now=NOW)
    return Scene(cast, found)


def another_firm(cast: Cast, name: str, number: int, region: str = "yinzhou") -> None:
    """One more enterprise, by its name in the cast."""
    cast.organisations[name] = create_organisation(
        actor=SYSTEM,
        name=f"{name}有限公司",
        kind="enterprise",
        region=cast.regions[region],
        chain=cast.chains["magnets"],
        uscc=credit_code(number),
        now=NOW,
    )
