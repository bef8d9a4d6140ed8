"""`lianshu policy …`: its arguments. The work is in `policy_work`, imported when they are good."""

from typing import Annotated

import typer

from lianshu.cli import load
from lianshu.cli.running import group

app = group("政策：检查、跑情景、计算、解释、说明书。")

Pack = Annotated[str, typer.Argument(help="资料包的名称（national）或文件夹", metavar="PACK")]


@app.command("check")
def check(
    pack: Pack,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出 {ok, findings}")] = False,
) -> None:
    """检查一个资料包的全部政策、参数、情景和梯度；有错时退出码为 1。"""
    if not load("lianshu.cli.policy_work:check_pack")(pack, as_json=as_json):
        raise typer.Exit(1)


@app.command("test")
def test(pack: Pack) -> None:
    """跑全部情景；有一个对不上时退出码为 1。"""
    if not load("lianshu.cli.policy_work:test_pack")(pack):
        raise typer.Exit(1)
