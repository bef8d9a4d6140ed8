"""`lianshu policy …`: its arguments. The work is in `policy_work`, imported when they are good."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load
from lianshu.cli.running import group

app = group("政策：检查、跑情景、计算、解释、说明书。")

Pack = Annotated[str, typer.Argument(help="资料包的名称（national）或文件夹", metavar="PACK")]
Facts = Annotated[
    Path, typer.Option("--facts", help="企业数据，长表或宽表（.csv 或 .parquet）", metavar="F")
]
Holdings = Annotated[
    Path | None,
    typer.Option("--holdings", help="持有事项（.csv 或 .parquet）；不写则全部不知道", metavar="H"),
]
On = Annotated[
    datetime, typer.Option("--on", help="申请日期", metavar="DATE", formats=["%Y-%m-%d"])
]


class Engine(StrEnum):
    """What computes the rows."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class Language(StrEnum):
    """What an explanation is written in."""

    ZH = "zh"
    EN = "en"


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


@app.command("run")
def run(
    pack: Pack,
    facts: Facts,
    on: On,
    out: Annotated[Path, typer.Option("--out", help="结果（.csv 或 .parquet）", metavar="O")],
    holdings: Holdings = None,
    policy: Annotated[
        list[str] | None, typer.Option("--policy", help="只算这些政策，可多次", metavar="ID")
    ] = None,
    engine: Annotated[Engine, typer.Option("--engine", help="计算引擎")] = Engine.DUCKDB,
) -> None:
    """按申请日期计算每个企业、每项政策、每个条件的结果。"""
    load("lianshu.cli.policy_run:run_pack")(
        pack, facts, holdings, on.date(), policy or [], out, engine=engine.value
    )


@app.command("explain")
def explain(
    policy: Annotated[str, typer.Argument(help="政策编号，或它的文件夹", metavar="POLICY")],
    facts: Facts,
    on: On,
    holdings: Holdings = None,
    lang: Annotated[Language, typer.Option("--lang", help="语言")] = Language.ZH,
) -> None:
    """逐条说明一个企业为什么符合、不符合或者还不知道。"""
    load("lianshu.cli.policy_run:explain_firm")(
        policy, facts, holdings, on.date(), language=lang.value
    )


@app.command("ladder")
def ladder(
    ladder: Annotated[str, typer.Argument(help="梯度编号，或它的文件", metavar="LADDER")],
    on: On,
    facts: Annotated[
        Path | None,
        typer.Option("--facts", help="一个企业的数据；不写则只列出各级", metavar="ONE"),
    ] = None,
    holdings: Holdings = None,
    lang: Annotated[Language, typer.Option("--lang", help="语言")] = Language.ZH,
) -> None:
    """说明一个企业在梯度的第几级，离下一级还差什么。"""
    load("lianshu.cli.policy_ladder:tell_ladder")(
        ladder, facts, holdings, on.date(), language=lang.value
    )


@app.command("spec")
def spec(
    policy: Annotated[str, typer.Argument(help="政策编号，或它的文件夹", metavar="POLICY")],
) -> None:
    """把政策写成一页说明书（spec.md），放在它的文件夹里。"""
    load("lianshu.cli.policy_work:write_spec")(policy)


@app.command("publish")
def publish(
    packs: Annotated[
        list[str], typer.Argument(help="资料包的名称（national）或文件夹", metavar="PACK…")
    ],
) -> None:
    """检查、跑情景，然后发布全部政策：有一处不对就一个也不发布；已发布的版本内容不能改。"""
    load("lianshu.cli.policy_publishing:publish")(packs)
