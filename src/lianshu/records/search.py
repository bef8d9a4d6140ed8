"""Token search on both databases behind one field lookup.

A `SearchField` holds the tokens of `text.search_tokens`. PostgreSQL finds them through a GIN index
over the column as an array, SQLite through an FTS5 table kept by triggers. Both are made after
migrations (`ensure_search_indexes`), because SQLite drops triggers when a migration rebuilds a
table.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.expressions import Col
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler

from lianshu.records.text import is_beginning, query_alternatives


class SearchField(models.TextField[str, str]):
    """Blank-separated search tokens, written by services and never shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(blank=True, default="", editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("blank", "default", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs


@SearchField.register_lookup
class HasTokens(Lookup[bool]):
    """`field__has_tokens=["锂电", "电池"]`: rows whose column holds every token."""

    lookup_name = "has_tokens"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        return "%s", [value]

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        whole = [token for token in self.rhs if not is_beginning(token)]
        # One character is in the text of the tokens exactly when one of them begins with it.
        parts = [(f"strpos({lhs}, %s) > 0", token) for token in self.rhs if is_beginning(token)]
        if whole:
            parts.append((f"string_to_array({lhs}, ' ') @> %s::text[]", whole))
        sql = " AND ".join(condition for condition, _value in parts)
        return sql, [each for _condition, value in parts for each in (*params, value)]

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        if not isinstance(self.lhs, Col):
            raise TypeError("has_tokens works on a stored SearchField only")
        meta = self.lhs.target.model._meta
        quote = compiler.quote_name_unless_alias
        fts = quote(fts_table(meta.db_table))
        pk = f"{quote(self.lhs.alias or meta.db_table)}.{quote(meta.pk.attname)}"
        column = self.lhs.target.column
        match = " AND ".join(
            f'{column} : "{token}"' + ("*" if is_beginning(token) else "") for token in self.rhs
        )
        return f"{pk} IN (SELECT rowid FROM {fts} WHERE {fts} MATCH %s)", [match]  # noqa: S608 (names from models, values as parameters)


def matches(field: str, query: str) -> Q:
    """A condition on `field` (a `SearchField`, across relations too) for what a person typed.

    A query without a letter, digit or Chinese character restricts nothing.
    """
    words = [
        reduce(or_, (Q(**{f"{field}__has_tokens": tokens}) for tokens in alternatives))
        for alternatives in query_alternatives(query)
    ]
    return reduce(and_, words, Q())


def fts_table(table: str) -> str:
    """The name of the FTS5 table that serves `table` on SQLite."""
    return f"{table}_fts"


def ensure_search_indexes(
    connection: BaseDatabaseWrapper, models_: list[type[models.Model]]
) -> None:
    """Create what is missing for every model that has a `SearchField`."""
    tables = set(connection.introspection.table_names())
    for model in models_:
        columns = [f.attname for f in model._meta.local_fields if isinstance(f, SearchField)]
        table = model._meta.db_table
        if not columns or table not in tables:
            continue
        if connection.vendor == "sqlite":
            _ensure_fts(connection, table, columns)
        else:
            _ensure_gin(connection, table, columns)


def _ensure_gin(connection: BaseDatabaseWrapper, table: str, columns: list[str]) -> None:
    with connection.cursor() as cursor:
        for column in columns:
            cursor.execute(
                f'CREATE INDEX IF NOT EXISTS "{table}_{column}_gin" ON "{table}" '
                f"USING GIN (string_to_array(\"{column}\", ' '))"
            )


def _ensure_fts(connection: BaseDatabaseWrapper, table: str, columns: list[str]) -> None:
    fts, listed = fts_table(table), ", ".join(columns)
    wanted = {f"{fts}_insert", f"{fts}_delete", f"{fts}_update"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name=%s", [table]
        )
        present = {name for (name,) in cursor.fetchall()}
        if wanted <= present:
            return
        new = ", ".join(f"new.{column}" for column in columns)
        old = ", ".join(f"old.{column}" for column in columns)
        insert = f"INSERT INTO {fts}(rowid, {listed}) VALUES (new.id, {new});"  # noqa: S608
        delete = f"INSERT INTO {fts}({fts}, rowid, {listed}) VALUES ('delete', old.id, {old});"  # noqa: S608
        changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns)
        for statement in (
            f"DROP TABLE IF EXISTS {fts}",
            f"CREATE VIRTUAL TABLE {fts} USING fts5({listed}, content='{table}', "
            # Tokens come ready and are only looked up: no positions, no sizes, no folding.
            "content_rowid='id', detail=column, columnsize=0, "
            "tokenize=\"ascii tokenchars '~'\")",
            f"INSERT INTO {fts}({fts}) VALUES ('rebuild')",  # noqa: S608
            *(f"DROP TRIGGER IF EXISTS {name}" for name in sorted(wanted)),
            f"CREATE TRIGGER {fts}_insert AFTER INSERT ON {table} BEGIN {insert} END",
            f"CREATE TRIGGER {fts}_delete AFTER DELETE ON {table} BEGIN {delete} END",
            f"CREATE TRIGGER {fts}_update AFTER UPDATE OF {listed} ON {table} "
            f"WHEN {changed} BEGIN {delete} {insert} END",
        ):
            cursor.execute(statement)
