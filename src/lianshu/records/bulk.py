"""Inserting many plain rows.

`bulk_create` asks every field of every row for every value; for 100,000 imported posts with their
history that is most of the time. Here a column is asked once how its values are stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from django.db import connection, models

Adapt = Callable[[Any], Any]

_AS_THEY_ARE = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.ForeignKey,
)
_MOMENTS = 1024
MOST_PARAMETERS = 32_000
"""Of one statement: SQLite takes 32,766, PostgreSQL 65,535."""
COPIED_FROM = 200
"""Rows from which PostgreSQL is given them with COPY."""
COUNTED_FROM = 100_000
"""Rows of one transaction from which PostgreSQL's planner is told of them."""


def stored_names(model: type[models.Model]) -> list[str]:
    """The attribute names of every column of `model` but its key."""
    return [field.attname for field in model._meta.concrete_fields if not field.primary_key]


def insert_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert one row of `model`'s table for each of `rows`, in the caller's transaction.

    `names` are attribute names (`owner_id`, not `owner`) as of `stored_names`; each row has a value
    for each. No signals, defaults or validation, and no keys come back: the caller is a service
    that has checked and completed the values.
    """
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    adapted = [(n, adapt) for n, field in enumerate(fields) if (adapt := adapter(field))]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    mark = "?" if connection.vendor == "sqlite" else "%s"
    marks = f"({', '.join([mark] * len(fields))})"
    values = [list(row) for row in rows]
    for row in values:
        for place, adapt in adapted:
            row[place] = adapt(row[place])
    if connection.vendor == "postgresql" and len(values) >= COPIED_FROM:
        _copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN", values)
        return
    # Few large statements: SQLite's full-text index writes out what it has gathered at the end of
    # each, which row by row takes four times as long as everything else together.
    size = MOST_PARAMETERS // len(fields)
    into = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608
    for start in range(0, len(values), size):
        part = values[start : start + size]
        _execute(into + ", ".join([marks] * len(part)), list(chain.from_iterable(part)))


class Planning:
    """Lets PostgreSQL see what one transaction writes in chunks into `model`'s table.

    Its planner knows nothing of rows that are not committed. Whoever looks for some of them before
    each chunk would soon have the whole table read each time; so the table is counted again
    whenever what was written has doubled. SQLite plans without counting.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.written, self._next = 0, COUNTED_FROM

    def wrote(self, rows: int) -> None:
        """So many more rows are there."""
        self.written += rows
        if self.written < self._next or connection.vendor != "postgresql":
            return
        self._next = 2 * self.written
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(self.model._meta.db_table)}")


def _execute(statement: str, parameters: list[Any]) -> None:
    """SQLite is asked directly: Django would look for marks in each statement, and SQLite knows the
    one it saw just before again."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with connection.wrap_database_errors:
            connection.connection.execute(statement, parameters).close()
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _copy(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """PostgreSQL's own way for many rows: no statement to parse, no parameters to bind."""
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def adapter(field: models.Field[Any, Any]) -> Adapt | None:
    """How the column's values are stored; None when just as they are."""
    if isinstance(field, models.JSONField) and connection.vendor == "sqlite":
        # Chinese as itself: half the size of what escapes of each character take.
        return partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    if field.choices:
        return _word
    if isinstance(field, _AS_THEY_ARE):
        return None
    prepare = partial(field.get_db_prep_save, connection=connection)
    if isinstance(field, models.DateField):  # and DateTimeField
        return lru_cache(_MOMENTS)(prepare)  # a bulk write has few different moments
    return prepare


def _word(value: Any) -> Any:
    """A choice as plain text or number: drivers store members of an enumeration otherwise."""
    return getattr(value, "value", value)
