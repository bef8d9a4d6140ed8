"""`lianshu loop …`: its arguments. The work is in `loop_work`, imported when they are good."""

from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load
from lianshu.cli.running import group

app = group("闭环流程：检查、画图、比较、发布。")

File = Annotated[Path, typer.Argument(help="流程定义（.yaml）", metavar="FILE")]


@app.command("check")
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="流程或日程的文件、文件夹；不写则检查全部资料包", metavar="FILES…"),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出 {ok, findings}")] = False,
) -> None:
    """证明流程是闭合的：每步走得到、办得完、有人办、有时限，办成必经评价；有错时退出码为 1。"""
    if not load("lianshu.cli.loop_work:check_paths")(files, as_json=as_json):
        raise typer.Exit(1)


@app.command("draw")
def draw(
    file: File,
    *,
    out: Annotated[Path, typer.Option(help="图片文件（.svg）", metavar="X.svg")],
    english: Annotated[bool, typer.Option("--english", help="图上写英文")] = False,
) -> None:
    """把流程画成图：阶段为列，步骤为框，终点在步骤下方。"""
    load("lianshu.cli.loop_work:draw_file")(file, out, language="en" if english else "zh")


@app.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="原来的定义", metavar="A")],
    new: Annotated[Path, typer.Argument(help="新的定义", metavar="B")],
) -> None:
    """用文字说明两个定义的差别：先说办法，再说文字。"""
    load("lianshu.cli.loop_work:diff_files")(old, new)


@app.command("publish")
def publish(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="流程或日程的文件、文件夹；不写则发布全部资料包", metavar="FILES…"),
    ] = None,
) -> None:
    """证明流程闭合后连同日程发布，新办件从此按它走；在办的不受影响。有一处错误就一个也不发布。"""
    load("lianshu.cli.loop_publishing:publish")(files)
