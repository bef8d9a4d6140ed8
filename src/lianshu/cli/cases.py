"""`lianshu cases …`: its arguments. The work is in `cases_work`, imported when they are good."""

from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load
from lianshu.cli.running import group

app = group("办件的记录：核对、重建、锚定、换版本、到期删除正文。")


@app.command("verify")
def verify(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="输出 {ok, cases, events, erased, breaks}")
    ] = False,
) -> None:
    """重算每个办件的全部散列和每日锚定，指出第一处对不上的记录；有问题时退出码为 1。"""
    if not load("lianshu.cli.cases_work:verify")(as_json=as_json):
        raise typer.Exit(1)


@app.command("rebuild")
def rebuild(
    *,
    check: Annotated[bool, typer.Option("--check", help="只比较，不改动")] = False,
) -> None:
    """由记录重建办件、待办和参与单位；有不一致时逐条说明，退出码为 1。"""
    if not load("lianshu.cli.cases_work:rebuild")(check=check):
        raise typer.Exit(1)


@app.command("anchor")
def anchor() -> None:
    """为今天做一次锚定：记下有变动的办件的末条散列，并与前一天的锚定相接。"""
    load("lianshu.cli.cases_work:anchor")()


@app.command("export-anchors")
def export_anchors(
    out: Annotated[Path, typer.Argument(help="写到哪个文件（.json）", metavar="FILE")],
) -> None:
    """导出全部锚定，交给平台以外的人保管，以后可以核对记录有没有被删改。"""
    load("lianshu.cli.cases_work:export_anchors")(out)


@app.command("migrate")
def migrate(
    loop: Annotated[str, typer.Argument(help="流程，例如 order", metavar="LOOP")],
    *,
    to: Annotated[int, typer.Option(help="换到第几版")],
    step: Annotated[
        list[str] | None,
        typer.Option(help="步骤对应，例如 accept=accept；每个步骤写一次", metavar="OLD=NEW"),
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option(help="办件编号；可写多次，一个也不写则是全部在办的")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="写入；不写则只预览")] = False,
) -> None:
    """让在办的办件改走流程的另一版；先预览每件换到哪一步、期限怎么变。"""
    if not load("lianshu.cli.cases_work:migrate")(loop, to, step or [], case or [], apply=apply):
        raise typer.Exit(1)


@app.command("erase")
def erase(
    *,
    rule: Annotated[str, typer.Option(help="按哪条保存规则，例如“R3 办结满三年”")],
    before: Annotated[str, typer.Option(help="哪天以前办结的，例如 2023-12-31")],
) -> None:
    """按保存期限删除已结束办件的正文；摘要留着，核对时写明按哪条规则删除。"""
    load("lianshu.cli.cases_work:erase")(rule, before)
