"""A round as the engine plans it, and what it says of it in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.engine.planning import (
    FORBID,
    FREE,
    MUST,
    NO_LIMIT,
    Group,
    Kind,
    Limit,
    Pairs,
    Plan,
    Problem,
    Side,
    SideName,
    Why,
)
from lianshu.registry.models import RegionAncestry
from lianshu.rounds.models import (
    PairRule,
    Participant,
    Quota,
    Round,
    RoundPair,
    RoundPlan,
    SideChoices,
)
from lianshu.rounds.queries import pairs_of, participants_of, quotas_of
from lianshu.rounds.sides import Who, side_word, who_of

PLACES: Final = 2
RULES: Final = {PairRule.FREE: FREE, PairRule.MUST: MUST, PairRule.FORBID: FORBID}


@dataclass(frozen=True)
class Board:
    """A round with everything that planning and its page need; positions are the engine's."""

    round: Round
    participants: Mapping[int, Participant]
    lefts: Sequence[int]
    rights: Sequence[int]
    pairs: Sequence[RoundPair]
    quotas: Sequence[Quota]
    problem: Problem

    def keys(self, side: SideName) -> Sequence[int]:
        """Primary keys of participants by position."""
        return self.lefts if side is SideName.LEFT else self.rights

    def who(self, key: int) -> Who:
        """A participant by primary key, as the reader may know it."""
        return who_of(self.participants[key])

    def plan(self, stored: RoundPlan) -> Plan:
        """A stored plan as the engine's, with today's weights; pairs that are gone are left out."""
        at = {pair.pk: position for position, pair in enumerate(self.pairs)}
        chosen = sorted(at[int(key)] for key in stored.chosen if int(key) in at)
        positions = np.array(chosen, np.int64)
        total = int(self.problem.pairs.weight[positions].sum())
        return Plan(self.problem, positions, total, total, stored.method)


def board_of(actor: Actor, found: Round) -> Board:
    """The round as the actor reads it. A constant number of queries."""
    participants = {one.pk: one for one in participants_of(actor, found)}
    lefts = [key for key, one in participants.items() if one.side == SideChoices.LEFT]
    rights = [key for key, one in participants.items() if one.side == SideChoices.RIGHT]
    place = {key: at for keys in (lefts, rights) for at, key in enumerate(keys)}
    pairs = sorted(pairs_of(found), key=lambda one: (place[one.left_id], place[one.right_id]))
    quotas = list(quotas_of(found))
    ranks = _ranks(pairs) if found.stable else (None, None)
    problem = Problem(
        _side(SideName.LEFT, [participants[key] for key in lefts]),
        _side(SideName.RIGHT, [participants[key] for key in rights]),
        Pairs(
            _whole(place[one.left_id] for one in pairs),
            _whole(place[one.right_id] for one in pairs),
            _whole(units(one.weight) for one in pairs),
            _whole(
                MUST if one.locked and not one.rule else RULES[PairRule(one.rule)] for one in pairs
            ),
            *ranks,
        ),
        tuple(_groups(quotas, participants, place)),
        PLACES,
    )
    return Board(found, participants, lefts, rights, pairs, quotas, problem)


def units(weight: Decimal) -> int:
    """Points as whole hundredths."""
    return int(weight.scaleb(PLACES))


def _whole(values: Iterable[int]) -> Any:
    return np.array(list(values), np.int64)


def _side(name: SideName, people: Sequence[Participant]) -> Side:
    return Side(
        name,
        tuple(str(one.pk) for one in people),
        _whole(one.low for one in people),
        _whole(NO_LIMIT if one.high is None else one.high for one in people),
        _whole(0 for _one in people),
    )


def _ranks(pairs: Sequence[RoundPair]) -> tuple[Any, Any]:
    """The places that both sides give each other: those written down first, the rest by weight."""
    found = []
    for end, given in (("left_id", "left_rank"), ("right_id", "right_rank")):
        order = sorted(
            range(len(pairs)),
            key=lambda at: (
                getattr(pairs[at], end),
                getattr(pairs[at], given) is None,
                getattr(pairs[at], given) or 0,
                -pairs[at].weight,
                at,
            ),
        )
        ranks, before, rank = [0] * len(pairs), None, 0
        for at in order:
            own = getattr(pairs[at], end)
            rank = rank + 1 if own == before else 1
            ranks[at], before = rank, own
        found.append(_whole(ranks))
    return found[0], found[1]


def _groups(
    quotas: Sequence[Quota], participants: Mapping[int, Participant], place: Mapping[int, int]
) -> Iterable[Group]:
    regions = {quota.region_id for quota in quotas if quota.region_id is not None}
    below: dict[int, set[int]] = {}
    rows = RegionAncestry.objects.filter(ancestor__in=regions)
    for ancestor, descendant in rows.values_list("ancestor_id", "descendant_id"):
        below.setdefault(ancestor, set()).add(descendant)
    for quota in quotas:
        inside = [
            place[key]
            for key, one in participants.items()
            if one.side == quota.side and _belongs(one, quota, below)
        ]
        yield Group(
            str(quota),
            SideName(quota.side),
            _whole(inside),
            quota.low,
            NO_LIMIT if quota.high is None else quota.high,
        )


def _belongs(one: Participant, quota: Quota, below: Mapping[int, set[int]]) -> bool:
    if quota.region_id is not None:
        return one.organisation.region_id in below.get(quota.region_id, set())
    if quota.chain_id is not None:
        return one.organisation.chain_id == quota.chain_id
    return one.organisation_id == quota.organisation_id


# --- conflicts in words ----------------------------------------------------------------------


def stored_limits(board: Board, limits: Iterable[Limit]) -> list[dict[str, Any]]:
    """Limits by the keys of their rows, as a plan keeps them."""
    found = []
    for limit in limits:
        if limit.kind in (Kind.MUST, Kind.FORBID):
            key = board.pairs[limit.at].pk
        elif limit.kind in (Kind.GROUP_LEAST, Kind.GROUP_MOST):
            key = board.quotas[limit.at].pk
        else:
            assert limit.side is not None
            key = board.keys(limit.side)[limit.at]
        found.append({"kind": limit.kind.value, "key": key})
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """One limit of a conflict as a sentence, and where it can be changed."""

    text: str
    href: str


def conflict_lines(board: Board, stored: RoundPlan) -> list[Line]:
    """The conflict in the reader's words; limits that are gone since are said to be."""
    pairs = {one.pk: one for one in board.pairs}
    quotas = {one.pk: one for one in board.quotas}
    return [
        _line(board, Kind(each["kind"]), each["key"], pairs, quotas) for each in stored.conflict
    ]


def _line(
    board: Board,
    kind: Kind,
    key: int,
    pairs: Mapping[int, RoundPair],
    quotas: Mapping[int, Quota],
) -> Line:
    public_id = board.round.public_id
    gone = Line(_("这一条已经改掉或删去。"), "")
    if kind in (Kind.MUST, Kind.FORBID):
        pair = pairs.get(key)
        if pair is None:
            return gone
        words = {"left": board.who(pair.left_id).name, "right": board.who(pair.right_id).name}
        if kind is Kind.FORBID:
            text = _("“%(left)s”和“%(right)s”不得配对。") % words
            text = f"{text}{_('原因：')}{pair.why}" if pair.reason else text
        elif pair.locked and not pair.rule:
            text = _("“%(left)s”和“%(right)s”的配对已锁定。") % words
        else:
            text = _("“%(left)s”和“%(right)s”必须配对。") % words
        return Line(text, reverse("round-pair", args=[public_id, pair.pk]))
    if kind in (Kind.GROUP_LEAST, Kind.GROUP_MOST):
        quota = quotas.get(key)
        if quota is None:
            return gone
        return Line(_quota_text(board, quota, kind), reverse("round-quotas", args=[public_id]))
    one = board.participants.get(key)
    if one is None:
        return gone
    return Line(_own_text(board, one, kind), reverse("round-side", args=[public_id, one.side]))


def _quota_text(board: Board, quota: Quota, kind: Kind) -> str:
    words: dict[str, Any] = {"side": side_word(board.round, quota.side), "group": str(quota)}
    if kind is Kind.GROUP_LEAST:
        return _("%(side)s中属于“%(group)s”的合计至少要 %(n)d 对。") % {**words, "n": quota.low}
    return _("%(side)s中属于“%(group)s”的合计最多 %(n)d 对。") % {**words, "n": quota.high}


def _own_text(board: Board, one: Participant, kind: Kind) -> str:
    words: dict[str, Any] = {"name": board.who(one.pk).name}
    if kind is Kind.MOST:
        return _("“%(name)s”最多 %(n)d 个。") % {**words, "n": one.high}
    end = "left_id" if one.side == SideChoices.LEFT else "right_id"
    open_pairs = [
        pair
        for pair in board.pairs
        if getattr(pair, end) == one.pk and pair.rule != PairRule.FORBID
    ]
    return _("“%(name)s”至少要 %(n)d 个，能配的有 %(all)d 个。") % {
        **words,
        "n": one.low,
        "all": len(open_pairs),
    }


WHY: Final = {
    Why.NO_PAIR: lambda: _("没有合适的对象：匹配不到，也没有人工指定。"),
    Why.ALL_FORBIDDEN: lambda: _("能配的都不得配对（利益关系、谢绝过或人工规定）。"),
    Why.NO_ROOM: lambda: _("名额设成了 0。"),
    Why.PARTNERS_FULL: lambda: _("合适的对象都配给了更合适的一方，名额已满。"),
    Why.QUOTA_FULL: lambda: _("所在分组的名额已满。"),
    Why.NOT_BETTER: lambda: _("配上也不会让总分更高。"),
}


def why_text(why: Why) -> str:
    """Why somebody has no partner, in the reader's language."""
    return WHY[why]()
