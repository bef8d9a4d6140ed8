"""`lianshu receipt …`: its arguments. The work is in `receipt_checking`, imported when needed."""

from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load
from lianshu.cli.running import group

app = group("办件回执：不联网核对。")


@app.command("verify")
def verify(
    files: Annotated[list[Path], typer.Argument(help="回执文件（.json）", metavar="FILES…")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出 {ok, receipts}")] = False,
) -> None:
    """重新计算回执里的每个散列，指出被改过的一行；有问题时退出码为 1。"""
    if not load("lianshu.cli.receipt_work:verify_files")(files, as_json=as_json):
        raise typer.Exit(1)
