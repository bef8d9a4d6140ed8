"""The same search on both databases."""

from __future__ import annotations

import pytest
from django.db import connection

from lianshu.records.search import fts_table
from lianshu.registry.queries import organisations_for
from lianshu.registry.services import create_organisation, edit_organisation
from tests.cast import NOW, SYSTEM, Cast


def names(cast: Cast, query: str) -> list[str]:
    return [o.name for o in organisations_for(cast.actor("alice")).found_by(query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("甬江", ["甬江磁材有限公司"]),
        ("yjcc", ["甬江磁材有限公司"]),
        ("大学", ["东海大学"]),
        ("链办", ["新材料产业链链办", "鄞州区链办"]),
        ('"; DROP', []),
        ("*", 7),
        ("   ", 7),
    ],
)
def test_finds_what_people_type(cast: Cast, query: str, expected: list[str] | int) -> None:
    found = names(cast, query)
    assert (len(found) if isinstance(expected, int) else found) == expected


def test_a_changed_name_is_found_at_once_and_the_old_one_as_a_former_one(cast: Cast) -> None:
    edit_organisation(
        actor=SYSTEM,
        organisation=cast.organisations["bank"],
        changes={"name": "海曙银行"},
        now=NOW,
    )
    assert names(cast, "海曙") == ["海曙银行"]
    assert names(cast, "港湾") == ["海曙银行"]


def test_a_deleted_row_leaves_the_index(cast: Cast) -> None:
    made = create_organisation(
        actor=SYSTEM, name="短命联盟", kind="alliance", region=cast.regions["cixi"], now=NOW
    )
    assert names(cast, "短命") == ["短命联盟"]
    made.delete()
    assert names(cast, "短命") == []


def test_the_index_is_used(cast: Cast) -> None:
    plan = organisations_for(cast.actor("alice")).found_by("甬江").order_by().explain()
    if connection.vendor == "sqlite":
        assert fts_table("registry_organisation") in plan
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexdef FROM pg_indexes WHERE tablename='registry_organisation'"
            )
            assert any("USING gin" in row[0] for row in cursor.fetchall())
