"""The cast, assembled once for a database and put before each test by copying its rows.

Assembling it through services takes as long as most tests; copying some hundred rows does not.
The copies lie in tables of their own, which no test sees.
"""

from __future__ import annotations

import copy

from django.apps import apps
from django.db import connection, models, transaction

from tests.cast import Cast, assemble

PREFIX = "standing_"


class StandingCast:
    """The cast of one test database."""

    def __init__(self) -> None:
        self._tables: list[str] = []
        self._cast: Cast | None = None

    def prepare(self) -> None:
        """Assemble the cast, keep its rows aside and leave the database as it was."""
        with transaction.atomic():
            before = _counts()
            self._cast = assemble()
            after = _counts()
            self._tables = [table for table, count in after.items() if count > before[table]]
            filled = [table for table in self._tables if before[table]]
            assert not filled, f"{filled} had rows of their own"
            with connection.cursor() as cursor:
                for table in self._tables:
                    cursor.execute(f'DROP TABLE IF EXISTS "{PREFIX}{table}"')
                    cursor.execute(f'CREATE TABLE "{PREFIX}{table}" AS SELECT * FROM "{table}"')
                for table in self._tables:
                    cursor.execute(f'DELETE FROM "{table}"')

    def enter(self) -> Cast:
        """Put the rows back, in the caller's transaction. Their keys were given out when the cast
        was assembled, so no later row gets one of them."""
        assert self._cast is not None
        with connection.cursor() as cursor:
            for table in self._tables:
                cursor.execute(f'INSERT INTO "{table}" SELECT * FROM "{PREFIX}{table}"')
        return copy.deepcopy(self._cast)


def _counts() -> dict[str, int]:
    tables: dict[str, type[models.Model]] = {
        model._meta.db_table: model for model in apps.get_models() if model._meta.managed
    }
    return {table: model._base_manager.count() for table, model in tables.items()}
