"""`lianshu match`: its arguments. The work is in `matching`, imported when they are good."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load


class Direction(StrEnum):
    """Which side asks: the rank runs within it."""

    DEMANDS = "demands"
    RESOURCES = "resources"


def match(
    demands: Annotated[
        Path, typer.Argument(help="需求表（.xlsx、.xls 或 .csv）", metavar="DEMANDS")
    ],
    resources: Annotated[
        Path, typer.Argument(help="资源表（.xlsx、.xls 或 .csv）", metavar="RESOURCES")
    ],
    top: Annotated[int, typer.Option(min=1, help="每条取前几名")] = 50,
    direction: Annotated[
        Direction, typer.Option(help="demands：为每条需求排资源；resources：为每条资源排需求")
    ] = Direction.DEMANDS,
    out: Annotated[
        Path | None, typer.Option(help="结果文件，按后缀 .csv、.xlsx、.json；不写则输出 CSV")
    ] = None,
) -> None:
    """给两张表，为每条需求排出最合适的资源（或反过来），并写明理由。"""
    load("lianshu.cli.matching:match_files")(
        demands, resources, top=top, direction=direction.value, out=out
    )
