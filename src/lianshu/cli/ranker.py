"""`lianshu ranker …`: its arguments. The work is in `ranker_work`, imported when they are good."""

import os
from pathlib import Path
from typing import Annotated

import typer

from lianshu.cli import load
from lianshu.cli.running import group

app = group("会学习的排序：从人工评判中学习，为需求和资源的配对打分，并如实评估。")

# Tables of this size gain nothing from more threads, and on a busy machine threads that wait for
# each other take ten times as long. Read by numpy when it is first imported, hence before the work.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

Demands = Annotated[Path, typer.Option(help="需求表（.xlsx、.xls 或 .csv）", metavar="D")]
Resources = Annotated[Path, typer.Option(help="资源表（.xlsx、.xls 或 .csv）", metavar="R")]
Labels = Annotated[
    Path,
    typer.Option(help="评判表：需求编号、资源编号、level（4 强、3 较强、2 弱、1 无）", metavar="L"),
]
Seed = Annotated[int, typer.Option(min=0, help="随机数种子；同样的输入和种子得到同样的结果")]
Threads = Annotated[int, typer.Option(min=1, help="线程数")]


@app.command("learn")
def learn(
    *,
    demands: Demands,
    resources: Resources,
    labels: Labels,
    out: Annotated[Path, typer.Option(help="模型文件夹，整个写好才替换旧的", metavar="MODEL")],
    seed: Seed = 0,
    threads: Threads = 1,
) -> None:
    """从评判中学习，写出模型文件夹。没有评判也能用：按文字的先验打分。"""
    load("lianshu.cli.ranker_work:learn_files")(
        demands, resources, labels, out, seed=seed, threads=threads
    )


@app.command("score")
def score(
    *,
    model: Annotated[Path, typer.Option(help="模型文件夹", metavar="MODEL")],
    demands: Demands,
    resources: Resources,
    pairs: Annotated[
        Path,
        typer.Option(
            help="待打分的配对；不在资源表里的成果可写在 achievement_terms 列", metavar="P"
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="结果文件，按后缀 .csv、.xlsx、.json；不写则输出 CSV", metavar="O"),
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="只用文字特征，快")] = False,
    threads: Threads = 1,
) -> None:
    """为每个配对打分：等级、三个概率、把握和排序分。行的顺序和原有的列不变。"""
    load("lianshu.cli.ranker_work:score_files")(
        model, demands, resources, pairs, out, fast=fast, threads=threads
    )


@app.command("evaluate")
def evaluate(
    *,
    demands: Demands,
    resources: Resources,
    labels: Labels,
    seed: Seed = 0,
    threads: Threads = 1,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """如实评估：近似的需求不拆开，已有评判的需求和全新的需求分开算，一张清单只用一个模型。"""
    load("lianshu.cli.ranker_work:evaluate_files")(
        demands, resources, labels, seed=seed, threads=threads, as_json=as_json
    )
