"""Statements that are made once say and do the same as those of the ORM."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext

from lianshu.accounts.models import Membership
from lianshu.audit.models import AuditEntry
from lianshu.casework.models import CaseEvent
from lianshu.records.prepared import KEY_BEFORE, Prepared, change, insert, insertion, send, update
from lianshu.registry.models import Organisation, RegionAncestry
from tests.casework.loops import order
from tests.cast import NOW, Cast


def entry(name: str, **values: object) -> AuditEntry:
    return AuditEntry(actor_name=name, action="tests.said", object_id=7, at=NOW, **values)


def test_rows_come_back_as_they_went_in_with_their_keys(db: None) -> None:
    rows = [entry("一\t'二'%s", changes={"说明": ["%", '"五"']}), entry("二")]
    with CaptureQueriesContext(connection) as told:
        insert(*rows)
    assert len(told) == 1
    for row in rows:
        assert not row._state.adding
        kept = AuditEntry.objects.get(pk=row.pk)
        fields = [field.attname for field in AuditEntry._meta.concrete_fields]
        assert [getattr(kept, name) for name in fields] == [getattr(row, name) for name in fields]


def test_a_row_that_breaks_a_rule_is_refused_as_usual(cast: Cast) -> None:
    known = RegionAncestry.objects.first()
    assert known is not None
    again = RegionAncestry(ancestor_id=known.ancestor_id, descendant_id=known.descendant_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(again)


def test_only_the_rows_meant_change(cast: Cast) -> None:
    membership = Membership.objects.first()
    assert membership is not None
    others = Membership.objects.exclude(pk=membership.pk)
    before = list(others.order_by("pk").values_list())
    changed = update(
        Membership, {"role": "viewer", "valid_to": NOW}, pk=membership.pk, valid_to=None
    )
    assert (changed, list(others.order_by("pk").values_list())) == (1, before)
    membership.refresh_from_db()
    assert (membership.role, membership.valid_to) == ("viewer", NOW)
    assert update(Membership, {"role": "owner"}, pk=membership.pk, valid_to=None) == 0
    other = cast.organisations["bank"]
    assert update(Membership, {"organisation": other, "valid_to": None}, pk=membership.pk) == 1
    membership.refresh_from_db()
    assert (membership.organisation, membership.valid_to) == (other, None)


def members(role: object, organisation: int, user: int) -> models.QuerySet[Membership]:
    standing = Membership.objects.filter(organisation=OuterRef("organisation"), role=role)
    return (
        Membership.objects.select_related("organisation__region", "user")
        .defer("user__password")
        .annotate(has_owner=Exists(standing))
        .filter(organisation=organisation, user=user)
    )


def test_a_query_gives_what_the_orm_gives(cast: Cast) -> None:
    query = Prepared(members, holes=2)
    pairs = [(cast.organisations["magnets"].pk, cast.users[name].pk) for name in ("alice", "anna")]
    for organisation, user in [*pairs, *pairs]:
        with CaptureQueriesContext(connection) as told:
            got = query.rows(organisation, user, shape="owner")
        assert len(told) == 1
        wanted = list(members("owner", organisation, user))
        assert got == wanted
        with CaptureQueriesContext(connection) as told:
            assert got[0].organisation.region == wanted[0].organisation.region
            assert got[0].user.name == wanted[0].user.name
            assert got[0].valid_from == wanted[0].valid_from
        assert told.captured_queries == []
        assert got[0].has_owner is True  # type: ignore[attr-defined]
    assert query.first(*pairs[0], shape="nobody").has_owner is False  # type: ignore[union-attr]
    assert query.first(pairs[0][0], -1, shape="owner") is None


def test_a_value_can_be_text(cast: Cast) -> None:
    query = Prepared(lambda _shape, name: Organisation.objects.filter(name=name))
    for each in (cast.organisations["bank"], cast.organisations["magnets"]):
        assert query.rows(each.name) == [each]


def test_several_are_sent_in_order(cast: Cast) -> None:
    membership = Membership.objects.first()
    assert membership is not None
    first, second = entry("一%s"), entry("二")
    counts = send(
        change(Membership, {"role": "viewer"}, pk=membership.pk),
        change(Membership, {"role": "viewer"}, pk=-1),
        insertion(first, second),
        change(Membership, {"role": "owner"}, pk=membership.pk, role="viewer"),
    )
    assert counts == [1, 0, 2, 1]
    for row, name in ((first, "一%s"), (second, "二")):
        row.refresh_from_db()
        assert row.actor_name == name
    membership.refresh_from_db()
    assert membership.role == "owner"


def test_a_row_named_after_the_one_before_brings_no_key_of_its_own(cast: Cast) -> None:
    event = CaseEvent.objects.get(case=order(cast))
    assert event.payload.salt and event.payload.pk == event.pk
    with pytest.raises(ValueError, match="key of its own"):
        insertion(entry("二"), object_id=KEY_BEFORE)
