"""From the tables of `lianshu plan` to a problem: pairs, capacities, groups.

====  ==========================================================================
rule  what is wrong
====  ==========================================================================
P001  one pair twice
P002  the limits of one participant twice
P003  a least number above the greatest
P004  a member of a group that is in no pair and has no limits
P005  one member twice in a group
P006  a group whose rows give different numbers
P007  a rank is missing where both sides must rank
P008  weights with more digits than exact arithmetic holds
====  ==========================================================================

Whoever is in a pair and has no limits takes one partner at most, and the caller is told so. An
empty min is 0, an empty max no limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np

from lianshu.engine.planning.columns import Codes, Columnar, UnusableError, read_columns
from lianshu.engine.planning.model import (
    FORBID,
    FREE,
    MUST,
    NO_LIMIT,
    Group,
    Pairs,
    PlanningError,
    Problem,
    Side,
    SideName,
    Whole,
)
from lianshu.engine.planning.scaling import scaled
from lianshu.engine.sheets import Column, Finding, Value, told

_SIDES = {"left": ("left", "左", "左方", "l"), "right": ("right", "右", "右方", "r")}
_RULES = {"must": ("must", "必须", "必配"), "forbid": ("forbid", "禁止", "回避", "不得")}

LEFT = Column("left_id", "左方编号", ("left",), kind="identifier", required=True)
RIGHT = Column("right_id", "右方编号", ("right",), kind="identifier", required=True)
WEIGHT = Column("weight", "权重", ("score", "得分", "分数"), kind="decimal", required=True)
LEFT_RANK = Column("left_rank", "左方排名", kind="integer")
RIGHT_RANK = Column("right_rank", "右方排名", kind="integer")
RULE = Column("rule", "规则", kind="choice", choices=_RULES)
SIDE = Column("side", "方", kind="choice", choices=_SIDES, required=True)
ID = Column("id", "编号", kind="identifier", required=True)
LEAST = Column("min", "下限", ("最少",), kind="integer")
MOST = Column("max", "上限", ("最多", "capacity", "容量"), kind="integer")
GROUP = Column("group", "分组", ("组",), kind="identifier", required=True)

PAIR_COLUMNS = (LEFT, RIGHT, WEIGHT, LEFT_RANK, RIGHT_RANK, RULE)
CAPACITY_COLUMNS = (SIDE, ID, LEAST, MOST)
GROUP_COLUMNS = (SIDE, ID, GROUP, LEAST, MOST)


@dataclass(frozen=True, eq=False)
class Read:
    """A problem and what to tell about the tables it comes from.

    `unlimited` are ids, by side, that stand in pairs and not among the capacities; `idle` those
    that have limits and no pair. `unranked` is the first row without both ranks, if any.
    """

    problem: Problem
    unlimited: Mapping[SideName, tuple[str, ...]]
    idle: Mapping[SideName, tuple[str, ...]]
    unranked: int | None
    findings: Sequence[Finding] = field(default_factory=list)


def read_problem(
    pairs: Path, capacity: Path, groups: Path | None = None, *, ranked: bool = False
) -> Read:
    """The problem that the tables state; with `ranked` each pair needs both ranks.

    Raises `SheetError` for a file that cannot be read, `UnusableError` for what is in it.
    """
    table = read_columns(pairs, PAIR_COLUMNS)
    limits = read_columns(capacity, CAPACITY_COLUMNS)
    grouped = None if groups is None else read_columns(groups, GROUP_COLUMNS)
    wrong: list[Finding] = []
    bounds = _bounds(limits, wrong)
    members = {} if grouped is None else _members(grouped, wrong)
    sides, ends = {}, {}
    unlimited, idle = {}, {}
    for name, column in ((SideName.LEFT, LEFT.id), (SideName.RIGHT, RIGHT.id)):
        own = {one: each for (side, one), each in bounds.items() if side == name.value}
        ids = [str(value) for value in table.values[column]]
        sides[name], ends[name] = _side(name, ids, table.codes[column], own)
        unlimited[name] = tuple(sorted(set(ids) - own.keys()))
        idle[name] = tuple(sorted(own.keys() - set(ids)))
    made = _pairs(table, ends, wrong)
    if ranked and made.unranked is not None:
        wrong.append(_no_rank(table, made.unranked))
    found = [] if grouped is None else _groups(grouped.file, members, sides, wrong)
    if wrong:
        raise UnusableError(wrong)
    problem = Problem(
        sides[SideName.LEFT], sides[SideName.RIGHT], made.pairs, tuple(found), made.places
    )
    tables = (table, limits, *((grouped,) if grouped is not None else ()))
    notes = [each for one in tables for each in one.findings]
    return Read(problem, unlimited, idle, made.unranked, notes)


@dataclass(frozen=True, slots=True)
class _Bound:
    low: int
    high: int
    row: int


def _bounds(table: Columnar, wrong: list[Finding]) -> dict[tuple[str, str], _Bound]:
    """Limits by side and id."""
    found: dict[tuple[str, str], _Bound] = {}
    columns = (table.column(each.id) for each in CAPACITY_COLUMNS)
    for row, side, one, low, high in zip(table.row.tolist(), *columns, strict=True):
        key = side, one
        bound = _bound(table.file, row, low, high, wrong)
        if key in found:
            form = "第 %(row)d 行的“%(id)s”在第 %(first)d 行已经写过容量。请只留一行。"
            message = told(form, row=row, id=key[1], first=found[key].row)
            wrong.append(Finding(table.file, row, "id", "P002", "error", message, key[1]))
        else:
            found[key] = bound
    return found


def _bound(file: str, row: int, low: Value, high: Value, wrong: list[Finding]) -> _Bound:
    least = low if isinstance(low, int) else 0
    most = min(high, NO_LIMIT) if isinstance(high, int) else NO_LIMIT
    if least > most:
        form = "第 %(row)d 行的下限 %(low)d 大于上限 %(high)d。请改小“min”或改大“max”。"
        message = told(form, row=row, low=least, high=most)
        wrong.append(Finding(file, row, "min", "P003", "error", message, str(least)))
    return _Bound(least, most, row)


def _side(
    name: SideName, ids: Sequence[str], codes: Codes, bounds: Mapping[str, _Bound]
) -> tuple[Side, Whole]:
    """The side, ids in their order, and for each pair the position in it."""
    order = sorted(set(ids) | bounds.keys())
    place = {one: at for at, one in enumerate(order)}
    default = _Bound(0, 1, 0)
    own = [bounds.get(one, default) for one in order]
    side = Side(
        name,
        tuple(order),
        np.array([each.low for each in own], np.int64),
        np.array([each.high for each in own], np.int64),
        np.array([each.row for each in own], np.int64),
    )
    return side, np.array([place[one] for one in ids], np.int64)[codes]


@dataclass(frozen=True, eq=False)
class _Made:
    pairs: Pairs
    places: int
    unranked: int | None


def _pairs(table: Columnar, ends: Mapping[SideName, Whole], wrong: list[Finding]) -> _Made:
    """The pairs in the order of their ids, whatever the order of rows."""
    left, right = ends[SideName.LEFT], ends[SideName.RIGHT]
    order = np.lexsort((right, left))
    left, right, row = left[order], right[order], table.row[order]
    twice = np.flatnonzero((left[1:] == left[:-1]) & (right[1:] == right[:-1]))
    for at in twice.tolist():
        first, second = sorted((int(row[at]), int(row[at + 1])))
        form = "第 %(row)d 行与第 %(first)d 行是同一对。请只留一行。"
        message = told(form, row=second, first=first)
        wrong.append(Finding(table.file, second, "left_id", "P001", "error", message))
    weights = [each if isinstance(each, Decimal) else Decimal(0) for each in table.values["weight"]]
    try:
        units, places = scaled(weights)
    except PlanningError as error:
        wrong.append(Finding(table.file, None, "weight", "P008", "error", str(error)))
        units, places = np.zeros(len(weights), np.int64), 0
    rule = np.full(len(row), FREE, np.int64)
    if "rule" in table.codes:
        words = {None: FREE, "must": MUST, "forbid": FORBID}
        numbers = [words[value if value is None else str(value)] for value in table.values["rule"]]
        rule = np.array(numbers, np.int64)[table.codes["rule"]][order]
    ranks = [_ranks(table, name, order) for name in (LEFT_RANK.id, RIGHT_RANK.id)]
    unranked = None
    for rank in ranks:
        missing = np.flatnonzero(rule != FORBID if rank is None else (rank < 0) & (rule != FORBID))
        if len(missing):
            first = int(row[missing].min())
            unranked = first if unranked is None else min(first, unranked)
    known = unranked is None
    pairs = Pairs(
        left,
        right,
        units[table.codes["weight"]][order],
        rule,
        ranks[0] if known else None,
        ranks[1] if known else None,
        row,
    )
    return _Made(pairs, places, unranked)


def _ranks(table: Columnar, name: str, order: Whole) -> Whole | None:
    """Ranks in the order of pairs, -1 where there is none; None without the column."""
    if name not in table.codes:
        return None
    numbers = [each if isinstance(each, int) else -1 for each in table.values[name]]
    return np.array(numbers, np.int64)[table.codes[name]][order]


def _no_rank(table: Columnar, row: int) -> Finding:
    columns = [each.id for each in (LEFT_RANK, RIGHT_RANK) if each.id not in table.codes]
    if columns:
        form = "--stable 要有双方的排名，表里缺少“%(column)s”列。请补上这一列，或去掉 --stable。"
        message = told(form, column="”“".join(columns))
        return Finding(table.file, 1, columns[0], "P007", "error", message)
    form = "第 %(row)d 行缺少排名。请补上 left_rank 和 right_rank；不愿意配对的，删去这一行。"
    return Finding(table.file, row, "left_rank", "P007", "error", told(form, row=row))


@dataclass
class _Members:
    side: str
    low: int
    high: int
    row: int
    rows: dict[str, int] = field(default_factory=dict)


def _members(table: Columnar, wrong: list[Finding]) -> dict[tuple[str, str], _Members]:
    """Groups by side and name. Rows that leave min or max empty take what another row gives."""
    found: dict[tuple[str, str], _Members] = {}
    stated: dict[tuple[str, str, str], tuple[int, int]] = {}
    for row, side, one, name, low, high in _rows(table):
        key = str(side), str(name)
        for column, value in (("min", low), ("max", high)):
            if isinstance(value, int):
                first = stated.setdefault((*key, column), (value, row))
                if first[0] != value:
                    form = (
                        "第 %(row)d 行写分组“%(group)s”的“%(column)s”是 %(value)d，"
                        "第 %(first)d 行写的是 %(other)d。请改成一样的。"
                    )
                    message = told(
                        form,
                        row=row,
                        group=key[1],
                        column=column,
                        value=value,
                        first=first[1],
                        other=first[0],
                    )
                    wrong.append(Finding(table.file, row, column, "P006", "error", message))
        group = found.setdefault(key, _Members(key[0], 0, NO_LIMIT, row))
        if str(one) in group.rows:
            form = "第 %(row)d 行的“%(id)s”在第 %(first)d 行已经列入分组“%(group)s”。请只留一行。"
            message = told(form, row=row, id=one, first=group.rows[str(one)], group=key[1])
            wrong.append(Finding(table.file, row, "id", "P005", "error", message, str(one)))
        group.rows.setdefault(str(one), row)
    for key, group in found.items():
        least, most = stated.get((*key, "min")), stated.get((*key, "max"))
        row = group.row if least is None else least[1]
        bound = _bound(table.file, row, least and least[0], most and most[0], wrong)
        group.low, group.high = bound.low, bound.high
    return found


def _rows(table: Columnar) -> Iterator[tuple[int, Value, Value, Value, Value, Value]]:
    columns = [table.column(each.id) for each in GROUP_COLUMNS]
    yield from zip(table.row.tolist(), *columns, strict=True)


def _groups(
    file: str,
    members: Mapping[tuple[str, str], _Members],
    sides: Mapping[SideName, Side],
    wrong: list[Finding],
) -> list[Group]:
    places = {name: {one: at for at, one in enumerate(side.ids)} for name, side in sides.items()}
    found = []
    for (side, name), group in sorted(members.items()):
        known = places[SideName(side)]
        for one in group.rows.keys() - known.keys():
            form = (
                "第 %(row)d 行的“%(id)s”既不在配对表的%(side)s，也没有容量。"
                "请核对编号，或删去这一行。"
            )
            side_word = "左方" if side == "left" else "右方"
            message = told(form, row=group.rows[one], id=one, side=side_word)
            wrong.append(Finding(file, group.rows[one], "id", "P004", "error", message, one))
        inside = np.array(sorted(known[one] for one in group.rows if one in known), np.int64)
        found.append(Group(name, SideName(side), inside, group.low, group.high, group.row))
    return found
