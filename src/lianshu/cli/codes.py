"""`lianshu codes …`: the public code lists of a pack."""

from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load
from lianshu.cli.running import group

app = group("公共代码表：行业、区划、专利分类、战略性新兴产业。")

Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder", help="代码表的文件夹；不写则是 packs/national/codes", metavar="FOLDER"
    ),
]


@app.command("check")
def check(
    *,
    folder: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 {ok, findings}")] = False,
) -> None:
    """检查全部代码表：数目、重复、写法、上级；有问题时退出码为 1。"""
    if not load("lianshu.cli.codes_check:check_folder")(folder, as_json=as_json):
        raise typer.Exit(1)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="代码表，例如 industries", metavar="LIST")],
    code: Annotated[str, typer.Argument(help="代码，例如 3562", metavar="CODE")],
    folder: Folder = None,
) -> None:
    """查一个代码：名称、各级上级和下一级。"""
    load("lianshu.cli.codes_check:show_code")(folder, name, code)
