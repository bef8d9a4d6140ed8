"""The work of `lianshu policy run` and `lianshu policy explain`."""

import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from lianshu.cli.output import refuse_overwriting
from lianshu.cli.packs import packs_folder
from lianshu.cli.policy_work import policies_named, usable_pack
from lianshu.cli.running import InputError, say
from lianshu.engine.expressions import EvaluationError, Firm
from lianshu.engine.policy import Evaluator, Pack, Policy
from lianshu.engine.policy.intake import Intake, IntakeError
from lianshu.engine.policy.intake_holdings import read_holdings
from lianshu.engine.policy.printing import decision_lines
from lianshu.engine.policy.reading import read_firms
from lianshu.engine.policy.running import (
    FigureError,
    connection,
    run_program,
    shape_for,
    write_rows,
)
from lianshu.engine.policy.spark import SparkError, lacking, run_on_spark
from lianshu.engine.policy.words import Language

_FORMATS = {".csv": "csv", ".parquet": "parquet"}


def run_pack(
    name: str,
    facts: Path,
    holdings: Path | None,
    day: date,
    wanted: Sequence[str],
    out: Path,
    *,
    engine: str,
) -> None:
    """Evaluate a pack for every firm of a file. Raises `InputError`; then nothing is written."""
    reason = lacking() if engine == "spark" else None
    if reason is not None:
        raise InputError(reason)
    format = _FORMATS.get(out.suffix.lower())
    if format is None:
        raise InputError(f"{out}：只能写成 .csv 或 .parquet，请给 --out 换一个后缀。")
    refuse_overwriting(out, [facts, *([holdings] if holdings else [])])
    if not out.absolute().parent.is_dir():
        raise InputError(f"{out}：没有这个文件夹，请先建好。")
    pack = usable_pack(name)
    policies = _chosen(pack, wanted)
    try:
        with connection() as (duck, folder):
            intake = Intake(duck, pack.dictionary, pack.codes, day, folder)
            intake.facts(facts)
            if holdings is not None:
                read_holdings(intake, holdings)
            shape = shape_for(
                duck,
                pack.everything,
                day,
                pack.dictionary,
                holdings=intake.has_holdings,
                marked=intake.marked,
            )
            if engine == "spark":
                program = run_on_spark(duck, folder, pack, policies, shape, day, cache=_cache())
            else:
                program = run_program(duck, pack, policies, shape, day, cache=_cache())
            count = write_rows(
                duck, program, policies, out, "csv" if format == "csv" else "parquet"
            )
    except (IntakeError, FigureError, EvaluationError, SparkError) as error:
        raise InputError(str(error)) from error
    except (OSError, duckdb.IOException) as error:
        raise InputError(f"{out}：写不进去（{error}），请检查文件夹和空间。") from error
    say(f"{out}：{count} 行，政策 {len(policies)}，引擎 {engine}。")


def explain_firm(
    name: str, facts: Path, holdings: Path | None, day: date, *, language: Language
) -> None:
    """Tell why, for the one firm of a file. Raises `InputError`."""
    pack, versions = policies_named(name)
    evaluator = Evaluator(pack.everything, one_firm(pack, facts, holdings, day), day)
    try:
        decisions = [evaluator.decision(one) for one in versions]
    except EvaluationError as error:
        raise InputError(str(error)) from error
    shown = [one for one in decisions if one.in_force] or decisions[-1:]
    for number, decision in enumerate(shown):
        lines = decision_lines(decision, pack.dictionary, language)
        sys.stdout.write(("\n" if number else "") + "".join(f"{line}\n" for line in lines))


def _chosen(pack: Pack, wanted: Sequence[str]) -> list[Policy]:
    """The policies named, each with all its versions; all of them when none is named."""
    if not wanted:
        return list(pack.policies)
    known = list(dict.fromkeys(one.id for one in pack.policies))
    for name in wanted:
        if name not in known:
            raise InputError(f"这个资料包没有政策“{name}”。有：{'、'.join(known)}。")
    return [one for one in pack.policies if one.id in wanted]


def _cache() -> Path:
    """Where statements are kept from one run to the next."""
    var = os.environ.get("LIANSHU_VAR")
    return (Path(var) if var else packs_folder().parent / "var") / "cache" / "policies"


def one_firm(pack: Pack, facts: Path, holdings: Path | None, day: date) -> Firm:
    """The firm that files are about. Raises `InputError`."""
    try:
        with connection() as (duck, folder):
            intake = Intake(duck, pack.dictionary, pack.codes, day, folder)
            intake.facts(facts)
            if holdings is not None:
                read_holdings(intake, holdings)
            firms = read_firms(intake, limit=2)
    except IntakeError as error:
        raise InputError(str(error)) from error
    if len(firms) != 1:
        what = "没有企业" if not firms else "不止一个企业"
        raise InputError(f"{facts}：{what}；一次说明一个，请只留一个企业的数据。")
    return firms[0]
