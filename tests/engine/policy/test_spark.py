"""Spark says what DuckDB and the interpreter say, to the last digit; without Java it says so."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianshu.cli import main
from lianshu.engine.policy import Policy, spark
from tests.cli.test_policy import FACTS, HIGH_TECH, HOLDINGS
from tests.engine.policy.agreement import differences
from tests.engine.policy.firms import random_firms
from tests.engine.policy.test_agreement import FIRMS, NOW
from tests.engine.policy.test_packs import pack

# The bridge to Java leaves its sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
CHOSEN: dict[str, tuple[str, ...]] = {
    "national": ("high-tech-enterprise", "tech-sme"),
    "ningbo": ("rd-subsidy", "deputy-subsidy"),
}


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One Spark for all tests; skips where it cannot run."""
    reason = spark.lacking()
    if reason is not None:
        pytest.skip(reason)
    with spark.session(tmp_path_factory.mktemp("spark"), cores=1) as found:
        yield found


def chosen(name: str) -> list[Policy]:
    """The policies of a pack that are evaluated here."""
    return [one for one in pack(name).everything if one.id in CHOSEN[name]]


@pytest.mark.spark
@pytest.mark.parametrize("name", CHOSEN)
def test_three_agree(session: Any, name: str) -> None:
    policies = chosen(name)
    firms = random_firms(policies, NOW, FIRMS, seed=NOW.year)
    assert differences(policies, firms, NOW, spark=session) == []


@pytest.mark.spark
def test_whole_quotients_are_exact(session: Any, tmp_path: Path) -> None:
    """Around multiples, and up to 38 digits: Spark itself divides with six places."""
    chance = random.Random(1)
    pairs = [(10**38 - 1, by) for by in (1, 2, 3, 10**22 - 1, 10**22, 10**22 + 1, 10**38 - 1)]
    for _ in range(1000):
        by = chance.randint(1, 10 ** chance.randint(1, 38) - 1)
        times = chance.randint(0, (10**38 - 2) // by)
        near = max(by * times + chance.choice((-1, 0, 1)), 0)
        pairs += [(near, by), (-near, by)]
    wide = pa.decimal128(38, 0)
    columns = [
        pa.array([Decimal(one) for one in column], wide) for column in zip(*pairs, strict=True)
    ]
    pq.write_table(pa.table(columns, names=["a", "b"]), tmp_path / "pairs.parquet")
    table = session.read.parquet(str(tmp_path / "pairs.parquet"))
    for a, b, found in table.selectExpr("a", "b", "lianshu_quotient(a, b)").collect():
        wanted = abs(int(a)) // int(b)
        assert int(found) == (wanted if a >= 0 else -wanted), (a, b)


@pytest.mark.spark
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_command_writes_the_same_file(session: Any, tmp_path: Path, suffix: str) -> None:
    assert session
    (tmp_path / "facts.csv").write_text(FACTS, "utf-8")
    (tmp_path / "holdings.csv").write_text(HOLDINGS, "utf-8")
    words = ["policy", "run", HIGH_TECH, "--facts", str(tmp_path / "facts.csv")]
    words += ["--holdings", str(tmp_path / "holdings.csv"), "--on", "2026-06-01"]
    written = []
    for engine in ("duckdb", "spark"):
        out = tmp_path / f"{engine}.{suffix}"
        assert main([*words, "--engine", engine, "--out", str(out)]) == 0
        written.append(out.read_bytes())
    assert written[0] == written[1]


@pytest.mark.spark
def test_what_does_not_fit_is_an_error(session: Any) -> None:
    """ANSI mode: never null. Rules that could come there are refused before, by name."""
    with pytest.raises(Exception, match=r"OVERFLOW|OUT_OF_RANGE"):
        session.sql("SELECT CAST(9223372036854775807 AS BIGINT) + 1").collect()
    nines = "9" * 38
    with pytest.raises(Exception, match="OUT_OF_RANGE"):
        session.sql(f"SELECT CAST('{nines}' AS DECIMAL(38, 0)) * 10").collect()


def test_without_java_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "facts.csv").write_text(FACTS, "utf-8")
    words = ["policy", "run", HIGH_TECH, "--facts", str(tmp_path / "facts.csv")]
    words += ["--on", "2026-06-01", "--engine", "spark", "--out", str(tmp_path / "out.csv")]
    monkeypatch.setattr(spark, "find_spec", lambda name: object())
    assert main(words) == 2
    assert "openjdk-17-jre-headless" in capsys.readouterr().err
    monkeypatch.setattr(spark, "find_spec", lambda name: None)
    assert main(words) == 2
    assert "lianshu[spark]" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_an_old_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(spark, "find_spec", lambda name: object())
    assert "11.0.2" in (spark.lacking() or "")
