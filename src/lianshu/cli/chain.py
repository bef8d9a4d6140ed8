"""`lianshu chain …`: its arguments. The work is in `chain_work`, imported when they are good."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from lianshu.cli import load
from lianshu.cli.running import group

app = group("产业链图：找断点，查数据质量。表可以是 .xlsx、.xls 或 .csv。")

Edges = Annotated[
    Path,
    typer.Option(help="产品关系：from_product、to_product、rel", metavar="E"),
]
MakersFile = Annotated[
    Path,
    typer.Option(
        "--makers",
        help="谁生产什么：company_code、product_name，可有 weight（收入占比）",
        metavar="M",
    ),
]


@app.command("gaps")
def gaps(
    *,
    edges: Edges,
    makers: MakersFile,
    local: Annotated[Path, typer.Option(help="本地企业名单：code", metavar="L")],
    root: Annotated[
        list[str] | None, typer.Option(help="根产品；可以写多个 --root", metavar="产品")
    ] = None,
    roots_file: Annotated[
        Path | None, typer.Option(help="根产品名单，一行一个，可有表头 product", metavar="F")
    ] = None,
    depth: Annotated[int, typer.Option(min=1, help="往上游看几层")] = 3,
    subclasses: Annotated[
        Literal["on", "off"],
        typer.Option(help="on：生产其产品小类的也算；off：只算生产该产品本身的"),
    ] = "on",
    out: Annotated[
        Path | None, typer.Option(help="结果文件，按后缀 .csv、.xlsx、.json；不写则输出 CSV")
    ] = None,
) -> None:
    """根产品的各级上游材料，本地各有几家在做：没有、只有一家、两家、三家以上。"""
    load("lianshu.cli.chain_work:write_gaps")(
        edges=edges,
        makers=makers,
        local=local,
        roots=root or [],
        roots_file=roots_file,
        depth=depth,
        subclasses=subclasses == "on",
        out=out,
    )


@app.command("quality")
def quality(
    *,
    edges: Edges,
    makers: MakersFile,
    products: Annotated[
        Path | None, typer.Option(help="产品名单：product（可不给）", metavar="P")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 {ok, findings}")] = False,
) -> None:
    """数据质量：重复、自环、首尾相接、写法不一、占比不对……只报告，什么也不改；有错时退出码为 1。"""
    if not load("lianshu.cli.chain_work:tell_quality")(
        edges=edges, makers=makers, products=products, as_json=as_json
    ):
        raise typer.Exit(1)


@app.command("import")
def import_(
    *,
    edges: Annotated[Path | None, typer.Option(help="产品关系", metavar="E")] = None,
    makers: Annotated[Path | None, typer.Option(help="谁生产什么", metavar="M")] = None,
    visibility: Annotated[
        Literal["public", "office"], typer.Option(help="生产关系谁可以看到")
    ] = "office",
    source: Annotated[
        Literal["public", "inferred"], typer.Option(help="公开资料，或推断")
    ] = "public",
    apply: Annotated[bool, typer.Option("--apply", help="写入；不写就只检查和预览")] = False,
) -> None:
    """把产品关系和生产关系装入数据库：先报告质量和将要改动的，加 --apply 才写入。"""
    load("lianshu.cli.chain_importing:import_files")(
        edges=edges, makers=makers, source=source, visibility=visibility, apply=apply
    )
