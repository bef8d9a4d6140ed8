"""Reading the rows of a database into Arrow, all in one read transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import pyarrow as pa

_BEGIN: Final = {
    # In WAL mode a reader keeps the state in which it first read, and stops no writer.
    "sqlite": "BEGIN",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}
_OPTIONS: Final = {"sqlite": {"adbc.sqlite.query.batch_rows": "65536"}, "postgresql": {}}


@dataclass(frozen=True)
class Database:
    """Where the rows are: a path (SQLite) or a connection string of libpq (PostgreSQL)."""

    vendor: Literal["sqlite", "postgresql"]
    uri: str


class Reader(Protocol):
    """Answers queries as of one moment."""

    def batches(self, query: str) -> pa.RecordBatchReader:
        """The rows as a stream; read it to its end before the next query."""
        ...


@contextmanager
def reading(database: Database) -> Iterator[Reader]:
    """One read transaction; everything read in it is of the same moment."""
    with closing(_connection(database)) as connection:
        reader = _AdbcReader(connection, _OPTIONS[database.vendor])
        reader.run(_BEGIN[database.vendor])
        try:
            yield reader
        finally:
            reader.close()
            reader.run("ROLLBACK")


def _connection(database: Database) -> Any:
    if database.vendor == "sqlite":
        return adbc_driver_sqlite.dbapi.connect(database.uri, autocommit=True)
    return adbc_driver_postgresql.dbapi.connect(database.uri, autocommit=True)


class _AdbcReader:
    def __init__(self, connection: Any, options: dict[str, str]) -> None:
        self._connection = connection
        self._options = options
        self._cursor: Any = None

    def run(self, statement: str) -> None:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement)

    def batches(self, query: str) -> pa.RecordBatchReader:
        self.close()
        self._cursor = self._connection.cursor()
        if self._options:
            self._cursor.adbc_statement.set_options(**self._options)
        self._cursor.execute(query)
        reader: pa.RecordBatchReader = self._cursor.fetch_record_batch()
        return reader

    def close(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None
