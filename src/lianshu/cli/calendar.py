"""`lianshu calendar …`: working days, official dates, and when a limit is over."""

from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load
from lianshu.cli.running import group

app = group("工作日历：哪天上班、哪天放假，一个时限到什么时候。")

CalendarFile = Annotated[
    Path | None,
    typer.Option(
        "--file",
        help="资料包的 calendar.yaml；不写则是 packs/national/calendar.yaml",
        metavar="FILE",
    ),
]


@app.command("check")
def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="某一年放假安排的文件（.yaml、.csv、.xlsx），或资料包的 calendar.yaml；"
            "不写则是 packs/national/calendar.yaml",
            metavar="FILE",
        ),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出 {ok, findings}")] = False,
) -> None:
    """检查放假安排或工作日历；有问题时退出码为 1。"""
    if not load("lianshu.cli.calendar_showing:check_file")(file, as_json=as_json):
        raise typer.Exit(1)


@app.command("show")
def show(
    year: Annotated[int, typer.Argument(help="年份，例如 2026", metavar="YEAR")],
    *,
    file: CalendarFile = None,
) -> None:
    """列出一年的放假、调休上班和每月工作日数，并写明是否已经发布。"""
    load("lianshu.cli.calendar_showing:show_year")(year, file)


@app.command("due")
def due(
    start: Annotated[str, typer.Argument(help="起算时间，例如 2026-02-12T15:00", metavar="START")],
    limit: Annotated[
        str, typer.Argument(help="时限：“3 workdays”“4 workhours”“30 days”", metavar="LIMIT")
    ],
    *,
    file: CalendarFile = None,
) -> None:
    """算一个时限什么时候到期。"""
    load("lianshu.cli.calendar_showing:show_due")(start, limit, file)


@app.command("load")
def load_year(
    file: Annotated[
        Path, typer.Argument(help="某一年放假安排的文件（.yaml、.csv、.xlsx）", metavar="FILE")
    ],
) -> None:
    """把正式公布的放假安排载入本平台，并重算在办办件里暂定的期限。"""
    load("lianshu.cli.cases_work:load_year")(file)
