"""`lianshu link`: its arguments. The work is in `link_work`, imported when they are good."""

from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load


def link(
    listed: Annotated[
        Path,
        typer.Argument(help="名单：id, name[, uscc, city, aliases, former_names]", metavar="LIST"),
    ],
    registry: Annotated[
        Path,
        typer.Argument(
            help="登记表：id, name[, uscc, city, aliases, former_names]", metavar="REGISTRY"
        ),
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(help="结果文件，按后缀 .csv、.xlsx、.json、.parquet；不写则输出 CSV"),
    ] = None,
) -> None:
    """名单里的每一行是登记表里的哪一家：认定、待核或新增，带概率、差距和理由。"""
    load("lianshu.cli.link_work:link_files")(listed, registry, out=out)
