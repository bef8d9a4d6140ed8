"""`lianshu snapshot`: the tables of facts, holdings and organisations as Parquet files."""

from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load


def snapshot(
    as_known_at: Annotated[
        str,
        typer.Option(help="当时所知的数据，ISO 8601，例如 2026-11-02T09:30:00+08:00；不写是现在"),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="放快照的文件夹；不写是 LIANSHU_VAR 下的 snapshots", metavar="FOLDER"),
    ] = None,
) -> None:
    """做一份不再改动的数据快照：Parquet 文件和 manifest.json，输出所在的文件夹。"""
    load("lianshu.cli.snapshot_taking:take")(as_known_at, out)
