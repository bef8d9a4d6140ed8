"""Statements whose SQL is made once and run again with other values.

The ORM builds every statement anew, which takes several times as long as a database needs to run
it. Where one use case runs the same few statements again and again, they are kept here by their
shape. Everything goes through Django's cursor: it is counted, logged and wrapped as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.query import get_related_populators

from lianshu.records.bulk import Adapt, adapter

ModelT = TypeVar("ModelT", bound=models.Model)
MOST_KEPT: Final = 1_000
"""Shapes of one query that a process remembers; then it forgets all and begins anew."""


class _KeyBefore:
    """See `KEY_BEFORE`."""


KEY_BEFORE: Final = _KeyBefore()
"""As a value of a row that brings its own key: the key that the insertion just before was given."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that is still to be sent."""

    sql: str
    parameters: Sequence[Any]
    rows: Sequence[models.Model] = ()
    """Rows to be inserted; they get their keys where `keyed`."""
    keyed: bool = False


def insertion(*rows: models.Model, **given: _KeyBefore) -> Statement:
    """Rows of one model, in one statement. `given` names a column whose value is `KEY_BEFORE`.

    No signals, defaults of the database or validation: the caller is a service that has checked
    and completed the values.
    """
    columns = _columns(type(rows[0]), connection.vendor)
    parameters: list[Any] = [
        _stored(adapt, value)
        for row in rows
        for value, adapt in zip(columns.of(row), columns.adapters, strict=True)
    ]
    if given and columns.key:
        raise ValueError(f"a row of {type(rows[0]).__name__} takes a key of its own first")
    for name, value in given.items():
        parameters[columns.attributes.index(name)] = value
    sql = _insertion(type(rows[0]), connection.vendor, len(rows))
    return Statement(sql, parameters, rows, keyed=bool(columns.key))


def change(model: type[models.Model], values: Mapping[str, Any], **where: Any) -> Statement:
    """Set columns of the rows where each of `where` holds (None: has no value)."""
    empty = frozenset(name for name, value in where.items() if value is None)
    sql = _change(model, connection.vendor, tuple(values), tuple(where), empty)
    adapters = _adapters(model, connection.vendor)
    held = (item for item in where.items() if item[0] not in empty)
    parameters = [_stored(adapters[name], value) for name, value in chain(values.items(), held)]
    return Statement(sql, parameters)


def send(*statements: Statement) -> list[int]:
    """Run them in order, in the caller's transaction; how many rows each touched. PostgreSQL gets
    them in one message and is waited for once."""
    if connection.vendor == "postgresql" and not connection.features.uses_server_side_binding:  # type: ignore[attr-defined]
        return _send_together(statements)
    counts, key = [], None
    for each in statements:
        parameters = [key if value is KEY_BEFORE else value for value in each.parameters]
        with connection.cursor() as cursor:
            cursor.execute(each.sql, parameters)
            key = _settle(each, cursor, key)
            counts.append(int(cursor.rowcount))
    return counts


def _send_together(statements: Sequence[Statement]) -> list[int]:
    parts, parameters = [], []
    for each in statements:
        sql = each.sql
        if KEY_BEFORE in each.parameters:
            marks = ["lastval()" if value is KEY_BEFORE else "%s" for value in each.parameters]
            sql = sql % tuple(marks)
        parts.append(sql)
        parameters += [value for value in each.parameters if value is not KEY_BEFORE]
    counts = []
    with connection.cursor() as cursor:
        cursor.execute("; ".join(parts), parameters)
        for each in statements:
            _settle(each, cursor, None)
            counts.append(int(cursor.rowcount))
            cursor.nextset()
    return counts


def _settle(statement: Statement, cursor: Any, key: Any) -> Any:
    """Give inserted rows their keys; the last key so far."""
    for row in statement.rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    if statement.keyed:
        for row, (given,) in zip(statement.rows, cursor.fetchall(), strict=True):
            row.pk = key = given
    return key


def insert(*rows: models.Model) -> None:
    """Insert rows of one model; a key that the database gives is set on each."""
    if rows:
        send(insertion(*rows))


def update(model: type[models.Model], values: Mapping[str, Any], **where: Any) -> int:
    """Set columns of the rows where each of `where` holds (None: has no value); how many there
    were."""
    return send(change(model, values, **where))[0]


class Prepared(Generic[ModelT]):
    """A query that is made once for each shape.

    `make(shape, *holes)` builds it, with a number below zero for each value that changes from
    use to use; ids and names are never such a number. The queryset may annotate, defer and
    select related rows.
    """

    def __init__(self, make: Callable[..., models.QuerySet[ModelT]], *, holes: int = 1) -> None:
        self._make = make
        self._holes = tuple(range(-1_000_001, -1_000_001 - holes, -1))
        self._known: dict[tuple[str, Hashable], _Query[ModelT]] = {}

    def rows(self, *values: Any, shape: Hashable = None) -> list[ModelT]:
        """The rows with `values` in the holes."""
        known = (connection.vendor, shape)
        query = self._known.get(known)
        if query is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            query = self._known[known] = _query(self._make(shape, *self._holes), self._holes)
        return query.rows(values)

    def first(self, *values: Any, shape: Hashable = None) -> ModelT | None:
        """The first of them."""
        return next(iter(self.rows(*values, shape=shape)), None)


@dataclass(frozen=True, slots=True)
class _Query(Generic[ModelT]):
    """The SQL of a query, where its values go, and how a row becomes an object."""

    model: type[ModelT]
    statement: str
    parameters: Sequence[Any]
    places: Mapping[int, int]
    names: Sequence[str]
    first: int
    last: int
    converters: Sequence[tuple[int, str | Callable[..., Any], Any]]
    annotations: Sequence[tuple[str, int]]
    related: Sequence[Any]

    def rows(self, values: Sequence[Any]) -> list[ModelT]:
        parameters = list(self.parameters)
        for place, hole in self.places.items():
            parameters[place] = values[hole]
        with connection.cursor() as cursor:
            cursor.execute(self.statement, parameters)
            return [self._object(list(row)) for row in cursor.fetchall()]

    def _object(self, row: list[Any]) -> ModelT:
        operations = connection.ops
        for place, convert, expression in self.converters:
            call = getattr(operations, convert) if isinstance(convert, str) else convert
            row[place] = call(row[place], expression, connection)
        found = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.first : self.last])
        for populator in self.related:
            populator.populate(row, found)
        for name, place in self.annotations:
            setattr(found, name, row[place])
        return found


def _query(rows: models.QuerySet[ModelT], holes: Sequence[int]) -> _Query[ModelT]:
    """As `ModelIterable` of Django reads a queryset, with what it finds out each time kept."""
    compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    statement, parameters = compiler.as_sql()
    select, info = compiler.select, compiler.klass_info
    places = {
        place: holes.index(int(value))
        for place, value in enumerate(parameters)
        if str(value) in map(str, holes)
    }
    assert set(places.values()) == set(range(len(holes))), statement
    converters: list[tuple[int, str | Callable[..., Any], Any]] = []
    for place, (functions, expression) in compiler.get_converters(
        [each[0] for each in select]
    ).items():
        for function in functions:
            # A converter of the backend belongs to one thread's connection; its name does not.
            owner = getattr(function, "__self__", None)
            kept = function.__name__ if owner is connection.ops else function
            converters.append((place, kept, expression))
    selected = info["select_fields"]
    first, last = selected[0], selected[-1] + 1
    return _Query(
        model=info["model"],
        statement=statement,
        parameters=tuple(parameters),
        places=places,
        names=[each[0].target.attname for each in select[first:last]],
        first=first,
        last=last,
        converters=tuple(converters),
        annotations=tuple(compiler.annotation_col_map.items()),
        related=get_related_populators(info, select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]  # 6.0
    )


@dataclass(frozen=True, slots=True)
class _Columns:
    """What an INSERT writes."""

    of: Callable[[models.Model], tuple[Any, ...]]
    adapters: Sequence[Adapt | None]
    attributes: Sequence[str]
    names: Sequence[str]
    key: str
    """The column whose value the database gives; empty where the row brings its key."""


@cache
def _columns(model: type[models.Model], vendor: str) -> _Columns:
    key = model._meta.auto_field
    fields = [field for field in model._meta.concrete_fields if field is not key]
    adapters = _adapters(model, vendor)
    return _Columns(
        attrgetter(*(field.attname for field in fields)),
        [adapters[field.attname] for field in fields],
        [field.attname for field in fields],
        [str(field.column) for field in fields],
        "" if key is None else str(key.column),
    )


def _stored(adapt: Adapt | None, value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return value if adapt is None or value is None else adapt(value)


@cache
def _adapters(model: type[models.Model], vendor: str) -> dict[str, Adapt | None]:  # noqa: ARG001
    return {
        name: adapter(field)
        for field in model._meta.concrete_fields
        for name in _names_of(model, field)
    }


def _names_of(model: type[models.Model], field: models.Field[Any, Any]) -> set[str]:
    """How a caller may name it: `owner`, `owner_id`, `pk`."""
    return {field.name, field.attname} | ({"pk"} if field is model._meta.pk else set())


@cache
def _insertion(model: type[models.Model], vendor: str, rows: int) -> str:
    columns = _columns(model, vendor)
    quote = connection.ops.quote_name
    marks = f"({', '.join(['%s'] * len(columns.names))})"
    into = ", ".join(map(quote, columns.names))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({into}) VALUES "  # noqa: S608
    statement += ", ".join([marks] * rows)
    return f"{statement} RETURNING {quote(columns.key)}" if columns.key else statement


@cache
def _change(
    model: type[models.Model],
    vendor: str,  # noqa: ARG001 (part of the key)
    names: tuple[str, ...],
    where: tuple[str, ...],
    empty: frozenset[str],
) -> str:
    quote = connection.ops.quote_name
    by_name = {
        name: quote(str(field.column))
        for field in model._meta.concrete_fields
        for name in _names_of(model, field)
    }
    changes = ", ".join(f"{by_name[name]} = %s" for name in names)
    held = " AND ".join(
        f"{by_name[name]} IS NULL" if name in empty else f"{by_name[name]} = %s" for name in where
    )
    return f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {held}"  # noqa: S608
