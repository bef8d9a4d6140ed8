"""Taking a snapshot: which rows go in. Loads DuckDB; imported by who takes one, by nobody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _
from psycopg.conninfo import make_conninfo

from lianshu.authority import Actor, require
from lianshu.engine.tables import Use
from lianshu.engine.tables.manifest import manifest_text
from lianshu.engine.tables.sources import Database
from lianshu.engine.tables.writing import Plan, write_snapshot
from lianshu.records.errors import DomainError
from lianshu.records.fields import opaque_id
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import (
    Chain,
    Fact,
    Holding,
    Organisation,
    Region,
    RegionAncestry,
    Snapshot,
)
from lianshu.registry.rules import can_take_snapshot


def take_snapshot(
    *,
    actor: Actor,
    out: Path,
    now: datetime,
    as_known_at: datetime | None = None,
    database: Database | None = None,
) -> Snapshot:
    """Write the tables as known at `as_known_at` (None: now) below `out` and register them.

    `database` is where the rows are; None is the default connection's. Raises Refusal, and
    DomainError for a time that is still to come.
    """
    require(can_take_snapshot(actor))
    moment = as_known_at or now
    if moment > now:
        raise DomainError(
            _("不能做将来的快照：%(moment)s 还没有到。") % {"moment": moment.isoformat()},
            field="as_known_at",
        )
    snapshot_id = opaque_id()
    folder, manifest = write_snapshot(
        database=database or default_database(),
        plan=plan(moment),
        dictionary=fact_dictionary(),
        out=out,
        snapshot_id=snapshot_id,
        as_known_at=moment.astimezone(UTC),
        taken_at=now.astimezone(UTC),
    )
    text = manifest_text(manifest)
    return Snapshot.objects.create(
        public_id=snapshot_id,
        as_known_at=moment,
        schema_version=manifest.schema_version,
        folder=str(folder),
        manifest=json.loads(text),
        manifest_sha256=sha256(text.encode()).hexdigest(),
        created_at=now,
    )


def default_database() -> Database:
    """Where Django's default connection keeps the rows. Raises DomainError for one in memory."""
    if connection.vendor == "postgresql":
        parameters: dict[str, Any] = connection.get_connection_params()
        known = ("dbname", "user", "password", "host", "port", "sslmode", "options")
        return Database(
            "postgresql",
            make_conninfo(
                **{name: value for name, value in parameters.items() if name in known and value}
            ),
        )
    path = str(connection.settings_dict["NAME"])
    if not Path(path).is_file():
        raise DomainError(_("数据库 %(path)s 不在磁盘上，不能做快照。") % {"path": path})
    return Database("sqlite", path)


def plan(moment: datetime) -> Plan:
    """The queries of what was known at `moment`; nullable texts come as "", since a column of
    nulls has no type in SQLite."""
    known = _known_at(moment)
    # Of its value columns a fact fills one: few columns, since each costs as much as the row.
    # `said` is empty where `number` is the value; region and chain are the organisation's.
    facts = (
        "organisation_id, fact, period_kind, period_start, "
        f"COALESCE(whole, numerator, {_cast('flag')}) AS number, denominator, "
        "CASE WHEN whole IS NOT NULL OR numerator IS NOT NULL THEN '' "
        "WHEN flag IS NOT NULL THEN 'b' WHEN code IS NOT NULL THEN 'c' || code "
        "WHEN day IS NOT NULL THEN 'd' || CAST(day AS TEXT) WHEN known_absent THEN 'a' "
        "ELSE 't' END AS said, source, uses, revision"
    )
    holdings = (
        "public_id, organisation_id, region_id, chain_id, kind, number, "
        f"{_text('valid_from')}, {_text('valid_to')}, owner_order, source, uses, revision, "
        f"{_text('attributes')}"
    )
    only, beyond = f"uses = {int(Use.STATISTICS)}", f"uses <> {int(Use.STATISTICS)}"
    return Plan(
        regions=_select(Region, "id, code, name, kind, parent_id"),
        ancestry=_select(RegionAncestry, "ancestor_id, descendant_id"),
        chains=_select(Chain, "id, code, name"),
        organisations=_select(Organisation, "id, public_id, name, kind, region_id, chain_id"),
        facts=_select(Fact, facts, f"{known} AND {beyond}"),
        statistics=_select(Fact, facts, f"{known} AND {only}"),
        holdings=_select(Holding, holdings, f"{known} AND {beyond}"),
    )


def _select(model: type[models.Model], columns: str, where: str = "TRUE") -> str:
    return f"SELECT {columns} FROM {model._meta.db_table} WHERE {where} ORDER BY id"  # noqa: S608


def _known_at(moment: datetime) -> str:
    stored = connection.ops.adapt_datetimefield_value(moment)
    said = f"'{stored.isoformat() if isinstance(stored, datetime) else stored}'"
    return f"recorded_at <= {said} AND (superseded_at IS NULL OR superseded_at > {said})"


def _text(column: str) -> str:
    return f"COALESCE(CAST({column} AS TEXT), '') AS {column}"


def _cast(column: str) -> str:
    return f"CAST({column} AS INTEGER)"
