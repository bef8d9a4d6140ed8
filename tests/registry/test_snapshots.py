"""Snapshots: as known at a time, whole or not at all, and provably unchanged."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from lianshu.authority import Refusal
from lianshu.engine.tables import KNOWN_ABSENT, Period, Ratio, Use
from lianshu.engine.tables import writing as writing_module
from lianshu.engine.tables.manifest import SnapshotError, read_manifest
from lianshu.engine.tables.snapshot import OpenSnapshot, open_snapshot
from lianshu.engine.tables.sources import Database
from lianshu.records.errors import DomainError
from lianshu.registry.models import Organisation, Snapshot
from lianshu.registry.services import (
    FactEntry,
    HoldingEntry,
    Provenance,
    create_organisation,
    record_fact,
    record_facts,
    record_holding,
)
from lianshu.registry.services.snapshots import default_database, take_snapshot
from tests.cast import NOW, SYSTEM, Cast, credit_code

OPEN = Use.STATISTICS | Use.SERVICE | Use.DECISION
OWN = Provenance("organisation", OPEN)
AUDITED = Provenance("audited_report", OPEN)
STATISTICS = Provenance("statistics_bureau", Use.STATISTICS)
Y2025 = Period.year(2025)
LATER = NOW + timedelta(days=10)
SECRET = 987_654_321
WORDS = "机密的一句话"

Take = Callable[..., Snapshot]

# A reader of its own sees what is committed; SQLite's rows reach it through a copy.
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")


@pytest.fixture
def take(db: None, tmp_path: Path) -> Take:
    """Takes a snapshot of what the test has written; SQLite in memory through a copy on disk."""

    def act(**more: Any) -> Snapshot:
        database = None
        if connection.vendor == "sqlite":
            copy = tmp_path / "copy.sqlite3"
            connection.ensure_connection()
            copy.write_bytes(connection.connection.serialize())
            database = Database("sqlite", str(copy))
        given: dict[str, Any] = {
            "actor": SYSTEM,
            "out": tmp_path / "out",
            "now": LATER,
            "database": database,
        }
        return take_snapshot(**(given | more))

    return act


def opened(snapshot: Snapshot) -> OpenSnapshot:
    return open_snapshot(Path(snapshot.folder))


def rows(table: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return found


def entry(organisation: Organisation, fact: str, value: Any, unit: str, **more: Any) -> FactEntry:
    return replace(FactEntry(organisation, fact, Y2025, value, unit, OWN), **more)


def day(year: int) -> Period:
    return Period.instant(date(year, 1, 1))


def fill(cast: Cast) -> None:
    magnets, motors = cast.organisations["magnets"], cast.organisations["motors"]
    record_facts(
        actor=SYSTEM,
        entries=[
            entry(magnets, "revenue", 100, "fen"),
            entry(magnets, "revenue", 90, "fen", provenance=AUDITED),
            entry(magnets, "revenue", 30, "fen", period=Period.quarter(2025, 2)),
            entry(magnets, "rd_domestic_share", Ratio(95, 100), "share"),
            entry(magnets, "resident", False, "none"),
            entry(
                magnets,
                "registered_on",
                date(2015, 6, 1),
                "none",
                period=Period.instant(date(2024, 1, 1)),
            ),
            entry(
                magnets, "legal_form", "limited", "none", period=Period.instant(date(2020, 1, 1))
            ),
            entry(
                magnets,
                "legal_form",
                "joint_stock",
                "none",
                period=Period.instant(date(2025, 1, 1)),
            ),
            entry(motors, "revenue", KNOWN_ABSENT, "fen", provenance=AUDITED),
            entry(motors, "revenue", 7, "fen"),
            entry(motors, "staff", 0, "person", provenance=replace(OWN, uses=Use.SERVICE)),
            entry(motors, "staff", SECRET, "person", provenance=STATISTICS),
            entry(magnets, "staff", 12, "person", provenance=replace(OWN, evidence_note=WORDS)),
        ],
        now=NOW,
    )
    record_holding(
        actor=SYSTEM,
        entry=HoldingEntry(
            magnets,
            "market_share",
            OWN,
            name=WORDS,
            valid_from=date(2025, 1, 1),
            attributes={
                "product": WORDS,
                "scope": "world",
                "share": Ratio(12, 100),
                "issuer": WORDS,
                "rank": 3,
            },
        ),
        now=NOW,
    )


def test_the_wide_table_has_the_trusted_value_and_tells_unknown_from_none(
    cast: Cast, take: Take
) -> None:
    fill(cast)
    wide = {row["organisation"]: row for row in rows(opened(take()).wide())}
    assert len(wide) == Organisation.objects.count()
    magnets = wide[cast.organisations["magnets"].public_id]
    assert {name: value for name, value in magnets.items() if "@" in name} == {
        "revenue@2025": 90,
        "revenue@2025#absent": False,
        "revenue@2025Q2": 30,
        "rd_domestic_share@2025#numerator": 95,
        "rd_domestic_share@2025#denominator": 100,
        "resident@2025": False,
        "registered_on@latest": date(2015, 6, 1),
        "legal_form@latest": "joint_stock",
        "staff@2025": 12,
    }
    assert (magnets["region"], magnets["chain"]) == ("yinzhou", "magnets")
    motors = wide[cast.organisations["motors"].public_id]
    # The better source knows that there is none; a number for service does not decide.
    assert (motors["revenue@2025"], motors["revenue@2025#absent"]) == (None, True)
    assert motors["staff@2025"] is None


def test_the_long_tables_keep_source_scope_and_type(cast: Cast, take: Take) -> None:
    fill(cast)
    found = opened(take())
    facts = rows(found.facts(Use.DECISION).filter(lambda t: t.fact == "revenue"))
    assert sorted(
        (row["period"], row["source"], row["rank"], row["whole"])
        for row in facts
        if row["chain"] and row["region"] == "yinzhou"
    ) == [
        ("2025", "audited_report", 0, 90),
        ("2025", "organisation", 3, 100),
        ("2025Q2", "organisation", 3, 30),
    ]
    assert {row["period_end"] for row in facts} == {date(2026, 1, 1), date(2025, 7, 1)}
    (holding,) = rows(found.holdings(Use.DECISION))
    assert (holding["kind"], holding["number"], holding["valid_from"]) == (
        "market_share",
        None,
        date(2025, 1, 1),
    )
    assert (holding["attribute.scope"], holding["attribute.rank"]) == ("world", 3)
    assert holding["attribute.share#numerator"] == 12
    ancestors = rows(found.region_ancestry().filter(lambda t: t.descendant == "cixi"))
    assert [row["ancestor"] for row in ancestors] == ["cixi", "ningbo"]


def test_no_confidential_word_and_no_statistics_only_figure_can_be_read(
    cast: Cast, take: Take
) -> None:
    fill(cast)
    magnets = cast.organisations["magnets"]
    found = opened(take())
    tables = [found.wide(), found.organisations(), found.regions()]
    tables += [table(use) for table in (found.facts, found.holdings) for use in Use if use > 1]
    text = repr([rows(table) for table in tables])
    assert magnets.public_id in text and WORDS not in text and str(SECRET) not in text
    for table in (found.facts, found.holdings):
        with pytest.raises(SnapshotError, match="请用汇总"):
            table(Use.STATISTICS)
    columns = {name for one in found.manifest.files for name in one.columns}
    for word in (
        "text",
        "introduction",
        "evidence",
        "consent",
        "contact",
        "attribute.product",
        "issuer",
    ):
        assert not [name for name in columns if word in name]


def test_totals_need_five_firms(cast: Cast, take: Take) -> None:
    made = [
        create_organisation(
            actor=SYSTEM,
            name=f"第{n}厂",
            kind="enterprise",
            region=cast.regions["cixi"],
            uscc=credit_code(100 + n),
            now=NOW,
        )
        for n in range(5)
    ]
    counted = [entry(one, "staff", 10, "person", provenance=STATISTICS) for one in made]
    record_facts(actor=SYSTEM, entries=counted[:4], now=NOW)
    assert opened(take()).totals("staff", "2025").num_rows == 0
    magnets = entry(cast.organisations["magnets"], "staff", 5, "person")
    insured = Provenance("social_insurance", OPEN, date(2026, 1, 1), "补贴")
    more = [counted[4], magnets, replace(magnets, value=4, provenance=insured)]
    record_facts(actor=SYSTEM, entries=more, now=LATER)
    found = opened(take())
    assert found.totals("staff", "2025").to_pylist() == [{"firms": 6, "total": 54}]
    assert found.totals("staff", "2025", by=["region"]).to_pylist() == [
        {"region": "cixi", "firms": 5, "total": 50}
    ]
    with pytest.raises(SnapshotError, match="不能按 name 汇总"):
        found.totals("staff", "2025", by=["name"])


def test_a_snapshot_is_as_known_at_its_time(cast: Cast, take: Take) -> None:
    magnets = cast.organisations["magnets"]
    first = record_fact(actor=SYSTEM, entry=entry(magnets, "staff", 1, "person"), now=NOW)
    corrected = NOW + timedelta(days=5, microseconds=1)
    record_fact(
        actor=SYSTEM, entry=entry(magnets, "staff", 2, "person"), now=corrected, corrects=first
    )
    for moment, expected in (
        (NOW - timedelta(microseconds=1), []),
        (NOW, [1]),
        (corrected - timedelta(microseconds=1), [1]),
        (corrected, [2]),
        (None, [2]),
    ):
        found = opened(take(as_known_at=moment))
        assert [row["whole"] for row in rows(found.facts(Use.DECISION))] == expected


def test_the_manifest_proves_the_files(cast: Cast, take: Take) -> None:
    fill(cast)
    snapshot = take()
    folder = Path(snapshot.folder)
    manifest = read_manifest(folder)
    assert json.loads((folder / "manifest.json").read_text("utf-8")) == snapshot.manifest
    assert (manifest.id, manifest.as_known_at) == (snapshot.public_id, LATER)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["manifest.json", *(one.name for one in manifest.files)]
    )
    assert manifest.file("facts.parquet").rows == 12
    assert manifest.file("statistics.parquet").rows == 1
    victim = folder / "wide.parquet"
    victim.chmod(0o644)
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    with pytest.raises(SnapshotError, match=r"wide\.parquet：内容与清单不符"):
        open_snapshot(folder)
    victim.unlink()
    with pytest.raises(SnapshotError, match="缺少这个文件"):
        open_snapshot(folder)
    with pytest.raises(SnapshotError, match="读不出快照的清单"):
        open_snapshot(folder.parent)


def test_nothing_half_written_stays(
    cast: Cast, take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise OSError(28, "no space", str(path))

    monkeypatch.setattr(writing_module, "_sync", fail)
    with pytest.raises(OSError, match="no space"):
        take()
    assert list((tmp_path / "out").iterdir()) == []
    assert not Snapshot.objects.exists()


def test_who_and_when(cast: Cast, take: Take) -> None:
    with pytest.raises(Refusal, match="命令行"):
        take(actor=cast.actor("admin"))
    with pytest.raises(DomainError, match="将来的快照"):
        take(as_known_at=datetime(2099, 1, 1, tzinfo=UTC))
    if connection.vendor == "sqlite":
        with pytest.raises(DomainError, match="不在磁盘上"):
            default_database()


def test_django_starts_without_what_only_snapshots_need() -> None:
    heavy = ["duckdb", "ibis", "pyarrow", "pandas", "adbc_driver_manager"]
    code = (
        "import sys, django; django.setup(); import lianshu.web.urls, lianshu.registry.services, "
        f"lianshu.registry.queries; print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
