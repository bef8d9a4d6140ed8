"""`lianshu facts …`: the dictionary of facts of a pack."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli.packs import packs_folder
from lianshu.cli.running import group
from lianshu.engine.definitions import report
from lianshu.engine.tables import FACTS_FILE, check_dictionary, load_dictionary

app = group("事实字典：企业的哪些数据可以登记，单位、类型、来源。")


@app.command("check")
def check(
    file: Annotated[
        Path | None, typer.Argument(help="不写则是 packs/national/facts.yaml", metavar="FILE")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出 {ok, findings}")] = False,
) -> None:
    """检查事实字典；有问题时退出码为 1。"""
    path = file or packs_folder() / "national" / FACTS_FILE
    findings = check_dictionary(path)
    if as_json:
        sys.stdout.write(json.dumps(report(findings), ensure_ascii=False, indent=2) + "\n")
    elif findings:
        sys.stdout.write("".join(f"{finding}\n" for finding in findings))
    else:
        found = load_dictionary(path)
        sys.stdout.write(
            f"{found.id}  {found.title}（{found.version}）："
            f"事实 {len(found.facts)}，持有事项 {len(found.holdings)}，来源 {len(found.sources)}\n"
        )
    if findings:
        raise typer.Exit(1)
