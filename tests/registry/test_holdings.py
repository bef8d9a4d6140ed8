"""Holdings: what organisations have, typed by kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lianshu.authority import Refusal
from lianshu.engine.tables import Use
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Holding
from lianshu.registry.queries import holdings_of
from lianshu.registry.services import HoldingEntry, Provenance, record_holding
from tests.cast import NOW, SYSTEM, Cast

OPEN = Use.STATISTICS | Use.SERVICE | Use.DECISION
OWN = Provenance("organisation", OPEN)
OFFICE = Provenance("intellectual_property_office", OPEN)


def patent(cast: Cast, **changes: Any) -> HoldingEntry:
    made = HoldingEntry(
        organisation=cast.organisations["magnets"],
        kind="ip_right",
        provenance=OWN,
        number="ZL202310000001.1",
        name="一种磁钢",
        valid_from=date(2024, 5, 1),
        owner_order=1,
        attributes={"kind": "invention", "class": "I", "applied_on": date(2023, 1, 5)},
    )
    return replace(made, **changes)


def test_a_right_comes_back_typed_and_in_scope(cast: Cast) -> None:
    row = record_holding(actor=cast.actor("alice"), entry=patent(cast), now=NOW)
    assert row.attributes == {"kind": "invention", "class": "I", "applied_on": "2023-01-05"}
    assert (row.region, row.chain) == (cast.regions["yinzhou"], cast.chains["magnets"])
    magnets = cast.organisations["magnets"]
    for who, count in (("alice", 1), ("officer", 1), ("bob", 0), ("eve", 0)):
        assert len(holdings_of(cast.actor(who), magnets)) == count


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "spaceship"}, "字典里没有“spaceship”"),
        ({"number": " "}, "“知识产权”要有编号"),
        ({"valid_to": date(2024, 5, 1)}, "起日 2024-05-01 不早于止日"),
        ({"owner_order": 0}, "权利人次序 0 不对"),
        ({"attributes": {"class": "I"}}, "缺少“种类”"),
        ({"attributes": {"kind": "cooking"}}, "没有代码 cooking"),
        ({"attributes": {"kind": "invention", "smell": "x"}}, "没有“smell”这一项"),
        ({"attributes": {"kind": "invention", "field": "Z99Z"}}, "没有代码 Z99Z"),
        ({"provenance": Provenance("tax", OPEN)}, "不能来自“税务部门”"),
        ({"kind": "shareholder", "attributes": {}}, "没有编号，请删去"),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DomainError, match=sentence):
        record_holding(actor=SYSTEM, entry=patent(cast, **changes), now=NOW)
    assert not Holding.objects.exists()


def test_one_number_is_recorded_once_and_then_corrected(cast: Cast) -> None:
    magnets = cast.organisations["magnets"]
    first = record_holding(actor=SYSTEM, entry=patent(cast), now=NOW)
    with pytest.raises(DomainError, match=r"已有编号为 ZL\S+ 的“知识产权”"):
        record_holding(actor=SYSTEM, entry=patent(cast, owner_order=2), now=NOW)
    later = NOW + timedelta(days=3)
    second = record_holding(
        actor=SYSTEM, entry=patent(cast, owner_order=2), now=later, corrects=first
    )
    first.refresh_from_db()
    assert (first.owner_order, first.superseded_by, second.revision) == (1, second, 2)
    for moment, order in ((NOW, 1), (later, 2), (None, 2)):
        (answer,) = holdings_of(SYSTEM, magnets, known_at=moment)
        assert answer.chosen.owner_order == order
    with pytest.raises(Conflict):
        record_holding(actor=SYSTEM, entry=patent(cast, number="X"), now=later, corrects=first)
    with pytest.raises(DomainError, match="同一单位和种类"):
        wrong = patent(cast, organisation=cast.organisations["motors"])
        record_holding(actor=SYSTEM, entry=wrong, now=later, corrects=second)


def test_a_number_that_was_corrected_away_can_be_recorded_again(cast: Cast) -> None:
    first = record_holding(actor=SYSTEM, entry=patent(cast), now=NOW)
    record_holding(actor=SYSTEM, entry=patent(cast, number="ZL-2"), now=NOW, corrects=first)
    assert record_holding(actor=SYSTEM, entry=patent(cast), now=NOW).revision == 2


def test_the_same_right_by_two_sources_is_one_answer(cast: Cast) -> None:
    record_holding(actor=SYSTEM, entry=patent(cast, owner_order=1), now=NOW)
    record_holding(actor=SYSTEM, entry=patent(cast, owner_order=3, provenance=OFFICE), now=NOW)
    (answer,) = holdings_of(SYSTEM, cast.organisations["magnets"], kind="ip_right")
    assert answer.chosen.owner_order == 3
    assert [other.owner_order for other in answer.others] == [1]


def test_validity_is_half_open(cast: Cast) -> None:
    magnets = cast.organisations["magnets"]
    title = HoldingEntry(
        organisation=magnets,
        kind="certificate",
        provenance=OWN,
        valid_from=date(2023, 12, 8),
        valid_to=date(2026, 12, 8),
        attributes={"kind": "high_tech"},
    )
    record_holding(actor=SYSTEM, entry=title, now=NOW)
    held = [
        len(holdings_of(SYSTEM, magnets, kind="certificate", valid_on=day))
        for day in (date(2023, 12, 7), date(2023, 12, 8), date(2026, 12, 7), date(2026, 12, 8))
    ]
    assert held == [0, 1, 1, 0]


def test_who_may_record(cast: Cast) -> None:
    with pytest.raises(Refusal, match="经办人"):
        record_holding(actor=cast.actor("alice"), entry=patent(cast, provenance=OFFICE), now=NOW)
    with pytest.raises(Refusal, match="经办人"):
        record_holding(actor=cast.actor("bob"), entry=patent(cast), now=NOW)
