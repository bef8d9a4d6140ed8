"""Many rows at once: the same values as one by one, all or none, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lianshu.records.bulk import COPIED_FROM, COUNTED_FROM, Planning, insert_rows
from lianshu.registry.models import Holding, SourceKey
from tests.cast import NOW, Cast

NAMES = (
    *("organisation_id", "region_id", "chain_id", "source", "uses", "recorded_at", "revision"),
    *("public_id", "kind", "number", "name", "valid_from", "owner_order", "attributes"),
    *("consent_scope", "evidence_note"),
)


@pytest.mark.parametrize("count", [3, COPIED_FROM + 3])
def test_what_goes_in_comes_back(cast: Cast, count: int) -> None:
    firm = cast.organisations["magnets"]
    said = "一\t二\n三\\N \"四\" '五'"
    insert_rows(
        Holding,
        NAMES,
        (
            (
                *(firm.pk, firm.region_id, firm.chain_id, "organisation", 2, NOW, 1),
                *(f"id{n:010}", "award", f"N{n}", said, date(2026, 1, 2), None),
                *({"level": "national", "说明": said}, "", ""),
            )
            for n in range(count)
        ),
    )
    rows = Holding.objects.all()
    assert len(rows) == count
    for row in (rows[0], rows[count - 1]):
        assert (row.name, row.recorded_at, row.valid_from) == (said, NOW, date(2026, 1, 2))
        assert (row.owner_order, row.attributes["说明"]) == (None, said)


def test_one_row_too_many_and_none_is_there(cast: Cast) -> None:
    firm = cast.organisations["magnets"]
    rows = [(firm.pk, "市科技局", f"E{n % (COPIED_FROM + 1)}") for n in range(COPIED_FROM + 2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(SourceKey, ("organisation_id", "source", "external_id"), rows)
    assert not SourceKey.objects.exists()


@pytest.mark.django_db
def test_the_planner_is_told_whenever_the_rows_have_doubled() -> None:
    planning = Planning(Holding)
    with CaptureQueriesContext(connection) as asked:
        for _ in range(8):
            planning.wrote(COUNTED_FROM // 2)
    counted = [query["sql"] for query in asked if query["sql"].startswith("ANALYZE")]
    assert len(counted) == (3 if connection.vendor == "postgresql" else 0)
