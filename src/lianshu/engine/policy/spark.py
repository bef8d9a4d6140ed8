"""Programs on Spark: DuckDB reads and checks the files, Spark evaluates, DuckDB writes the rows.

Spark runs in this process' own Java machine (local mode). The statement is the one that Ibis makes
for DuckDB, spelled for Spark; numbers beyond 64 bits are decimals of 38 digits there too. ANSI mode
is on, so whatever does not fit is an error and never null.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import duckdb

from lianshu.engine.expressions.vector.shape import Shape
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.loading import Pack
from lianshu.engine.policy.program import Program
from lianshu.engine.policy.programs import program_for
from lianshu.engine.policy.running import named_beside
from lianshu.engine.policy.stages import FACTS, HOLDINGS, ORGANISATION

LEAST_JAVA: Final = 17
_WIDE: Final = "DECIMAL(38, 0)"
_HALF: Final = f"CAST({10**16} AS {_WIDE})"
_SHORT: Final = f"CAST({10**22} AS {_WIDE})"


def _exact(value: str, by: str) -> str:
    """A quotient below 10^32, towards zero: Spark divides with six places, so that what it divides
    must be a multiple."""
    return f"CAST((({value}) - ({value}) % {by}) / {by} AS {_WIDE})"


def quotient() -> str:
    """The body of `lianshu_quotient`: in two halves of 16 digits where it may pass 10^32."""
    by = "nullif(b, 0)"
    first = _exact("a", _HALF)
    rest = f"({first} % {by}) * {_HALF} + a % {_HALF}"
    halves = f"{_exact(first, by)} * {_HALF} + {_exact(rest, by)}"
    return f"CAST(CASE WHEN abs(b) <= {_SHORT} THEN {halves} ELSE {_exact('a', by)} END AS {_WIDE})"


class SparkError(RuntimeError):
    """Spark cannot be used here or did not come through; `str()` says what to do."""


def lacking() -> str | None:
    """What has to be installed before Spark can run; None: nothing."""
    if find_spec("pyspark") is None:
        return "没有安装 pyspark，请运行 pip install 'lianshu[spark]'，或改用 --engine duckdb。"
    java = _java()
    if java is None:
        return (
            f"找不到 Java，请安装 {LEAST_JAVA} 或更新的版本"
            f"（Debian：apt-get install openjdk-{LEAST_JAVA}-jre-headless），"
            "或用 JAVA_HOME 指明位置；也可以改用 --engine duckdb。"
        )
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', told)
    if version is None or int(version[1]) < LEAST_JAVA:
        shown = told.strip().split("\n")[0] or java
        return f"Java 太旧（{shown}），Spark 需要 {LEAST_JAVA} 或更新的版本，请另装一个。"
    return None


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")


@contextmanager
def session(folder: Path, *, cores: int | None = None) -> Iterator[Any]:
    """A Spark session in local mode, with the functions that programs call; what it writes beside
    the results goes to ``folder``. One that runs already is used and left running."""
    reason = lacking()
    if reason is not None:
        raise SparkError(reason)
    from pyspark.sql import SparkSession  # noqa: PLC0415 (may be missing, and is slow)

    before = SparkSession.getActiveSession()
    cores = cores or os.cpu_count() or 1
    builder = SparkSession.builder.master(f"local[{cores}]").appName("lianshu")
    for name, value in _settings(folder, cores).items():
        builder = builder.config(name, value)
    log = folder / "spark.log"
    try:
        with _errors_to(log):
            spark = before or builder.getOrCreate()
    except Exception as error:
        raise SparkError(f"Spark 起不来：{_last_line(log) or error}") from error
    try:
        spark.sparkContext.setLogLevel("ERROR")
        spark.sql(
            f"CREATE OR REPLACE TEMPORARY FUNCTION lianshu_quotient(a {_WIDE}, b {_WIDE}) "
            f"RETURNS {_WIDE} RETURN {quotient()}"
        )
        yield spark
    finally:
        if before is None:
            spark.stop()


def _settings(folder: Path, cores: int) -> dict[str, str]:
    return {
        "spark.sql.ansi.enabled": "true",
        "spark.sql.caseSensitive": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": str(cores),
        "spark.local.dir": str(folder),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY", "2g"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


def run_on_spark(
    duck: duckdb.DuckDBPyConnection,
    folder: Path,
    pack: Pack,
    policies: Sequence[Policy],
    shape: Shape,
    day: date,
    *,
    cache: Path | None = None,
) -> Program:
    """Evaluate; the view `policy_wide` of ``duck`` holds a row for each firm, by organisation.

    Raises SparkError.
    """
    others = named_beside(pack, policies)
    program = program_for([*policies, *others], day, shape, dialect="pyspark", folder=cache)
    tables = {FACTS: folder / "facts.parquet"}
    if shape.holdings:
        tables[HOLDINGS] = folder / "holdings.parquet"
    for name, path in tables.items():
        duck.execute(f"COPY (SELECT * FROM {name}) TO {_text(path)} (FORMAT parquet)")  # noqa: S608
    wide = folder / "wide"
    with session(folder) as spark:
        evaluate(spark, program, tables, wide)
    duck.execute(
        f"CREATE OR REPLACE TEMP VIEW policy_wide AS SELECT * FROM "  # noqa: S608
        f"read_parquet({_text(wide / '*.parquet')}) ORDER BY {ORGANISATION}"
    )
    return program


def evaluate(spark: Any, program: Program, tables: dict[str, Path], out: Path) -> None:
    """The statement's result over tables in Parquet files, as Parquet files in the folder
    ``out``. Raises SparkError."""
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415

    # It would write the whole Java stack to the screen; what matters is said below.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    try:
        for name, path in tables.items():
            spark.read.parquet(str(path)).createOrReplaceTempView(name)
        spark.sql(program.sql).write.mode("overwrite").parquet(str(out))
    except (PySparkException, Py4JError) as error:
        first = str(error).strip().split("\n")[0][:300]
        raise SparkError(f"Spark 没有算完：{first}") from error


@contextmanager
def _errors_to(log: Path) -> Iterator[None]:
    """The Java machine that is started inside writes its notices to a file, not to the screen."""
    kept = os.dup(2)
    try:
        with log.open("ab") as stream:
            os.dup2(stream.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").strip().split("\n") if log.exists() else []
    return lines[-1][:300] if lines else ""


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
