"""The work of `lianshu plan`: three tables in, who with whom out, or the rows that conflict."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import typer

from lianshu.cli import DEFECTS
from lianshu.cli.output import put_table, refuse_overwriting
from lianshu.cli.running import InputError, say
from lianshu.engine.planning import (
    Floor,
    Infeasible,
    Kind,
    Limit,
    Plan,
    PlanningError,
    Problem,
    SideName,
    Unstable,
    solve,
    solve_stable,
)
from lianshu.engine.planning.columns import UnusableError
from lianshu.engine.planning.reading import Read, read_problem

HEADER = ("left_id", "right_id", "weight")
CONFLICT_HEADER = ("file", "row", "limit", "side", "id", "value")
_SHOWN = 20
_SIDES = {SideName.LEFT: "左方", SideName.RIGHT: "右方"}


def plan_files(
    pairs: Path, capacity: Path, groups: Path | None, *, stable: bool, floor: str, out: Path | None
) -> None:
    """Plan and write the chosen pairs to `out` or, as CSV, to stdout.

    Without a plan the rows that conflict go to stdout and the exit code is 1. Raises `SheetError`
    or `InputError` when a file cannot be used; then nothing is written.
    """
    inputs = (pairs, capacity, *([groups] if groups is not None else []))
    refuse_overwriting(out, inputs)
    if stable and floor != Floor.NONE.value:
        raise InputError("--stable 和 --floor 不能同时用：稳定匹配只看排名。请去掉其中一个。")
    read = _read(pairs, capacity, groups, stable=stable)
    _tell(read, pairs, capacity)
    try:
        plan = solve_stable(read.problem) if stable else solve(read.problem, floor=Floor(floor))
    except (Infeasible, Unstable) as error:
        files = {"pairs": pairs.name, "capacity": capacity.name, "groups": ""}
        files |= {"groups": groups.name} if groups is not None else {}
        _tell_conflict(read.problem, error, files)
        raise typer.Exit(DEFECTS) from error
    except PlanningError as error:
        raise InputError(f"{pairs.name}：{error}") from error
    put_table(out, HEADER, _rows(plan))
    _tell_result(plan, read)


def _read(pairs: Path, capacity: Path, groups: Path | None, *, stable: bool) -> Read:
    try:
        return read_problem(pairs, capacity, groups, ranked=stable)
    except UnusableError as error:
        lines = [f"{each.file}：{each.message}" for each in error.findings[:_SHOWN]]
        if len(error.findings) > _SHOWN:
            lines.append(f"还有 {len(error.findings) - _SHOWN} 处，改好以上各处后再运行。")
        raise InputError("\n".join(lines)) from error


def _tell(read: Read, pairs: Path, capacity: Path) -> None:
    for note in read.findings:
        say(f"{note.file}：{note.message}")
    for side, ids in read.unlimited.items():
        if ids:
            say(
                f"{capacity.name}：{_SIDES[side]}有 {len(ids)} 个编号没有写容量（{_named(ids)}），"
                "按最多 1 个计。"
            )
    for side, ids in read.idle.items():
        if ids:
            say(
                f"{capacity.name}：{_SIDES[side]}有 {len(ids)} 个编号在 {pairs.name} "
                f"里没有配对（{_named(ids)}）。"
            )


def _named(ids: Sequence[str]) -> str:
    return "、".join(ids[:5]) + ("等" if len(ids) > 5 else "")


def _rows(plan: Plan) -> Iterator[tuple[str, str, Decimal]]:
    problem, pairs = plan.problem, plan.problem.pairs
    for at in plan.chosen.tolist():
        weight = problem.worth(pairs.weight[at]).normalize()
        yield problem.left.ids[pairs.left[at]], problem.right.ids[pairs.right[at]], weight


def _tell_result(plan: Plan, read: Read) -> None:
    proof = "已证明最优" if not plan.gap else f"与上界相差不超过 {plan.gap * 100:.4f}%"
    how = {"flow": "最小费用流", "mip": "整数规划", "stable": "延迟接受，对左方最优的稳定方案"}
    say(f"总权重 total: {plan.worth.normalize():f}")
    if plan.blocking is None:
        where = "" if read.unranked is None else f"：第 {read.unranked} 行没有双方的排名"
        say(f"阻塞对 blocking pairs: 不适用{where}")
    else:
        say(f"阻塞对 blocking pairs: {plan.blocking}")
    proof = "" if plan.method == "stable" else f"，{proof}"
    say(f"配对 pairs: {len(plan.chosen)}（{how[plan.method]}{proof}）")
    if plan.threshold is not None:
        say(f"保底 floor: 每一对的权重不低于 {plan.problem.worth(plan.threshold).normalize():f}")


def _tell_conflict(problem: Problem, error: Infeasible | Unstable, files: dict[str, str]) -> None:
    if isinstance(error, Infeasible):
        limits = error.conflict.limits
        if len(limits) == 1:
            say("没有能满足全部条件的方案：下面这一条单独就做不到，请放宽它，或增加可选的配对。")
        elif error.conflict.proved:
            say(
                f"没有能满足全部条件的方案：下面 {len(limits)} 条互相冲突。"
                "去掉其中任何一条，余下的就不冲突；请改其中一条后再运行。"
            )
        else:
            say(
                f"没有能满足全部条件的方案：下面 {len(limits)} 条互相冲突。"
                "没有来得及逐条验证，其中可能有多余的。"
            )
    else:
        limits = error.limits
        say(
            f"稳定匹配做得到，但不满足下面 {len(limits)} 条；不要求稳定（去掉 --stable）就有方案。"
            "请放宽这几条，或去掉 --stable。"
        )
    for limit in limits[:_SHOWN]:
        say(f"  {describe(problem, limit, files)}")
    if len(limits) > _SHOWN:
        say(f"  还有 {len(limits) - _SHOWN} 条，见标准输出。")
    put_table(None, CONFLICT_HEADER, (_conflict_row(problem, each, files) for each in limits))


def _place(problem: Problem, limit: Limit, files: dict[str, str]) -> tuple[str, int, str, int]:
    """File, row, id and number of a limit."""
    if limit.kind in (Kind.MUST, Kind.FORBID):
        pairs = problem.pairs
        left = problem.left.ids[pairs.left[limit.at]]
        right = problem.right.ids[pairs.right[limit.at]]
        return files["pairs"], int(pairs.row[limit.at]), f"{left} — {right}", 1
    if limit.kind in (Kind.GROUP_LEAST, Kind.GROUP_MOST):
        group = problem.groups[limit.at]
        number = group.low if limit.kind is Kind.GROUP_LEAST else group.high
        return files["groups"], group.row, group.name, number
    assert limit.side is not None
    side = problem.side(limit.side)
    number = int((side.low if limit.kind is Kind.LEAST else side.high)[limit.at])
    row = int(side.row[limit.at])
    return files["capacity"], row, side.ids[limit.at], number


def describe(problem: Problem, limit: Limit, files: dict[str, str]) -> str:
    """One limit as a sentence with its file and row."""
    file, row, name, number = _place(problem, limit, files)
    where = f"{file} 第 {row} 行" if row else file
    side = "" if limit.side is None else _SIDES[limit.side]
    match limit.kind:
        case Kind.MUST:
            return f"{where}：{name} 必须配对（rule 为 must）"
        case Kind.FORBID:
            return f"{where}：{name} 不得配对（rule 为 forbid）"
        case Kind.GROUP_LEAST:
            return f"{where}：{side}分组“{name}”合计至少 {number} 对（min）"
        case Kind.GROUP_MOST:
            return f"{where}：{side}分组“{name}”合计最多 {number} 对（max）"
        case Kind.LEAST:
            return f"{where}：{side}“{name}”至少 {number} 对（min），{_chances(problem, limit)}"
        case Kind.MOST if not row:
            return f"{where}：{side}“{name}”没有写容量，按最多 {number} 对计"
        case Kind.MOST:
            return f"{where}：{side}“{name}”最多 {number} 对（max）"


def _chances(problem: Problem, limit: Limit) -> str:
    assert limit.side is not None
    count = int((problem.ends(limit.side) == limit.at).sum())
    return f"配对表里可选的有 {count} 个"


def _conflict_row(
    problem: Problem, limit: Limit, files: dict[str, str]
) -> tuple[str, int | None, str, str, str, int]:
    file, row, name, number = _place(problem, limit, files)
    word = {Kind.LEAST: "min", Kind.MOST: "max", Kind.GROUP_LEAST: "group min"}
    word |= {Kind.GROUP_MOST: "group max", Kind.MUST: "must", Kind.FORBID: "forbid"}
    side = "" if limit.side is None else limit.side.value
    return file, row or None, word[limit.kind], side, name, number
