"""`lianshu plan`: its arguments. The work is in `plan_work`, imported when they are good."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load


class FloorWord(StrEnum):
    """What comes before the total."""

    NONE = "none"
    SERVED = "served"
    WORST = "worst"


def plan(
    pairs: Annotated[
        Path,
        typer.Argument(
            help="配对表：left_id, right_id, weight[, left_rank, right_rank, rule]",
            metavar="PAIRS",
        ),
    ],
    *,
    capacity: Annotated[Path, typer.Option(help="容量表：side, id, min, max", metavar="CAP")],
    groups: Annotated[
        Path | None, typer.Option(help="分组名额表：side, id, group, min, max", metavar="G")
    ] = None,
    stable: Annotated[
        bool, typer.Option("--stable", help="按双方排名做稳定匹配，而不是总权重最大")
    ] = False,
    floor: Annotated[
        FloorWord,
        typer.Option(
            help="先于总权重的保底：served 左方尽量多的人有配对；worst 再让最差的一对尽量好"
        ),
    ] = FloorWord.NONE,
    out: Annotated[
        Path | None, typer.Option(help="结果文件，按后缀 .csv、.xlsx、.json；不写则输出 CSV")
    ] = None,
) -> None:
    """给配对、容量和名额，算出对大家都最好的方案；做不到时指出互相冲突的行。"""
    load("lianshu.cli.plan_work:plan_files")(
        pairs, capacity, groups, stable=stable, floor=floor.value, out=out
    )
