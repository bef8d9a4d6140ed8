"""`lianshu uscc …`: its arguments. The work is in `uscc_check`, imported when they are good."""

from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load
from lianshu.cli.running import group

app = group("统一社会信用代码（GB 32100-2015）。")


@app.command("check")
def check(
    file: Annotated[
        Path,
        typer.Argument(
            help="有“统一社会信用代码”列（或 信用代码、code、uscc）的表（.xlsx、.xls 或 .csv）",
            metavar="FILE",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="结果文件，按后缀 .csv、.xlsx、.json；不写则输出 CSV")
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(help="代码在哪一列：列名或字母；不写则按列名，其次按内容认", metavar="NAME"),
    ] = None,
) -> None:
    """核对一张表里的代码：逐行给出规范写法、结论和要改什么。"""
    load("lianshu.cli.uscc_check:check_file")(file, out=out, column=column)
