"""Facts: recorded once, corrected by superseding, answered with their source."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lianshu.audit.queries import entries_about
from lianshu.authority import Refusal
from lianshu.engine.tables import KNOWN_ABSENT, Period, Ratio, Use
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.answers import Knowledge
from lianshu.registry.models import Fact
from lianshu.registry.queries import (
    facts_known_on,
    facts_page_rows,
    facts_valid_on,
    value_of,
)
from lianshu.registry.services import (
    FactEntry,
    FactsRefused,
    Provenance,
    follow_organisation,
    record_fact,
    record_facts,
)
from tests.cast import NOW, SYSTEM, Cast

OPEN = Use.STATISTICS | Use.SERVICE | Use.DECISION
Y2025 = Period.year(2025)
AUDITED = Provenance("audited_report", OPEN)
OWN = Provenance("organisation", OPEN)


def entry(cast: Cast, fact: str = "staff", value: Any = 120, **changes: Any) -> FactEntry:
    units = {"staff": "person", "revenue": "fen", "rd_domestic_share": "share"}
    made = FactEntry(
        organisation=cast.organisations[changes.pop("by", "magnets")],
        fact=fact,
        period=Y2025,
        value=value,
        unit=units.get(fact, "none"),
        provenance=OWN,
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("fact", "value", "period"),
    [
        ("staff", 0, Y2025),
        ("revenue", 12_345_678_900, Period.quarter(2025, 3)),
        ("rd_domestic_share", Ratio(95, 100), Y2025),
        ("registered_on", date(2015, 6, 1), Period.instant(date(2015, 6, 1))),
        ("resident", False, Y2025),
        ("legal_form", "limited", Period.instant(date(2015, 6, 1))),
        ("industry", "3562", Y2025),
        ("staff", KNOWN_ABSENT, Y2025),
    ],
)
def test_each_type_comes_back_as_it_was(cast: Cast, fact: str, value: Any, period: Period) -> None:
    record_fact(actor=SYSTEM, entry=entry(cast, fact, value, period=period), now=NOW)
    row = Fact.objects.get()
    assert (row.value, row.period) == (value, period)
    assert (row.region, row.chain) == (cast.regions["yinzhou"], cast.chains["magnets"])
    answer = value_of(SYSTEM, row.organisation, fact, period, use=Use.DECISION)
    assert answer.knowledge == ("known_absent" if value is KNOWN_ABSENT else "known")
    assert answer.value == (None if value is KNOWN_ABSENT else value)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fact": "stuff"}, "字典里没有“stuff”"),
        ({"value": -1}, "不能小于 0"),
        ({"unit": "fen"}, "单位是人，不是分"),
        ({"fact": "rd_domestic_share", "value": Ratio(3, 2)}, "不能超过 100%"),
        ({"period": Period.instant(date(2025, 1, 1))}, "按月、季度、年记录，不按时点"),
        ({"period": Period.year(2027)}, "还没有开始"),
        ({"provenance": AUDITED}, "不能来自“经审计的财务报告”；可用的来源：社会保险部门"),
        ({"provenance": Provenance("nobody", OPEN)}, "不能来自“nobody”"),
        ({"provenance": Provenance("organisation", Use(0))}, "请写明允许的用途"),
        ({"provenance": Provenance("statistics_bureau", OPEN)}, "不允许这种用途；最多允许：统计"),
        ({"provenance": Provenance("social_insurance", OPEN)}, "要有企业的同意"),
        (
            {"provenance": Provenance("social_insurance", OPEN, date(2027, 1, 1), "补贴")},
            "同意日期 2027-01-01 还没有到",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    cast: Cast, changes: dict[str, Any], sentence: str
) -> None:
    wrong = entry(cast, **changes)
    with pytest.raises(DomainError, match=sentence):
        record_fact(actor=SYSTEM, entry=wrong, now=NOW)
    with pytest.raises(FactsRefused, match="全部没有写入。第 2 条") as refused:
        record_facts(actor=SYSTEM, entries=[entry(cast, "revenue", 5), wrong], now=NOW)
    assert [problem.index for problem in refused.value.problems] == [1]
    assert not Fact.objects.exists()
    assert not entries_about(cast.organisations["magnets"]).filter(action__startswith="fact")


def test_the_database_itself_wants_exactly_one_value(cast: Cast) -> None:
    good = record_fact(actor=SYSTEM, entry=entry(cast), now=NOW)

    def planted(**columns: Any) -> Fact:
        names = (f.attname for f in Fact._meta.concrete_fields if not f.primary_key)
        values = {name: getattr(good, name) for name in names}
        return Fact(**(values | {"revision": 9} | columns))

    for columns in (
        {"whole": None},
        {"flag": True},
        {"known_absent": True},
        {"whole": None, "numerator": 1},
        {"whole": None, "numerator": 1, "denominator": 0},
        {"denominator": 2},
        {"period_end": good.period_start},
        {"uses": 0},
        {"uses": 16},
        {"superseded_at": NOW},
        {"revision": 1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            planted(**columns).save()
    planted().save()


def test_a_correction_supersedes_and_both_dates_can_be_asked(cast: Cast) -> None:
    magnets = cast.organisations["magnets"]
    later = NOW + timedelta(days=10)
    first = record_fact(actor=SYSTEM, entry=entry(cast, value=120), now=NOW)
    with pytest.raises(DomainError, match="已有这个来源的记录，期间重叠"):
        record_fact(actor=SYSTEM, entry=entry(cast, value=130), now=later)
    second = record_fact(actor=SYSTEM, entry=entry(cast, value=130), now=later, corrects=first)
    first.refresh_from_db()
    assert (first.whole, first.superseded_by, first.superseded_at) == (120, second, later)
    between = NOW + timedelta(days=5)
    for moment, expected in ((NOW - timedelta(1), None), (NOW, 120), (between, 120), (later, 130)):
        answer = value_of(SYSTEM, magnets, "staff", Y2025, use=Use.DECISION, known_at=moment)
        assert answer.value == expected
        rows = facts_known_on(SYSTEM, magnets, moment)
        assert [row.whole for row in rows] == ([] if expected is None else [expected])
    day = date(2025, 7, 1)
    assert [row.whole for row in facts_valid_on(SYSTEM, magnets, day)] == [130]
    assert [row.whole for row in facts_valid_on(SYSTEM, magnets, day, known_at=NOW)] == [120]
    assert not facts_valid_on(SYSTEM, magnets, date(2026, 1, 1)).exists()
    with pytest.raises(Conflict, match="更正过"):
        record_fact(actor=SYSTEM, entry=entry(cast, value=140), now=later, corrects=first)


def test_a_correction_is_about_the_same_thing(cast: Cast) -> None:
    first = record_fact(actor=SYSTEM, entry=entry(cast), now=NOW)
    for changes in ({"period": Period.year(2024)}, {"by": "motors"}, {"fact": "rd_staff"}):
        wrong = replace(entry(cast, **changes), unit="person")
        with pytest.raises(DomainError, match="同一单位、事实、期间和来源"):
            record_fact(actor=SYSTEM, entry=wrong, now=NOW, corrects=first)


def test_rows_are_append_only(cast: Cast) -> None:
    row = record_fact(actor=SYSTEM, entry=entry(cast), now=NOW)
    row.whole = 5
    for act in (
        row.save,
        row.delete,
        Fact.objects.all().delete,
        lambda: Fact.objects.update(whole=5),
    ):
        with pytest.raises(TypeError, match="append-only"):
            act()


def test_where_sources_disagree_the_rank_decides_and_both_are_shown(cast: Cast) -> None:
    magnets = cast.organisations["magnets"]
    own = entry(cast, "revenue", 100)
    record_fact(actor=SYSTEM, entry=own, now=NOW)
    alone = value_of(SYSTEM, magnets, "revenue", Y2025, use=Use.DECISION)
    assert (alone.value, alone.disagrees, alone.reason) == (100, False, "单位自报，2026-11-02 记录")
    record_fact(actor=SYSTEM, entry=replace(own, value=90, provenance=AUDITED), now=NOW)
    both = value_of(SYSTEM, magnets, "revenue", Y2025, use=Use.DECISION)
    assert (both.value, both.disagrees) == (90, True)
    assert [other.value for other in both.others] == [100]
    assert "单位自报 的值不同" in both.reason


def test_known_absent_of_a_better_source_beats_a_value(cast: Cast) -> None:
    own = entry(cast, "revenue", 100)
    record_facts(
        actor=SYSTEM,
        entries=[own, replace(own, value=KNOWN_ABSENT, provenance=AUDITED)],
        now=NOW,
    )
    answer = value_of(SYSTEM, own.organisation, "revenue", Y2025, use=Use.DECISION)
    assert (answer.knowledge, answer.value, answer.disagrees) == ("known_absent", None, True)
    assert answer.reason.startswith("明确没有：经审计的财务报告")


def test_unknown_says_who_could_tell(cast: Cast) -> None:
    answer = value_of(SYSTEM, cast.organisations["magnets"], "staff", Y2025, use=Use.DECISION)
    assert (answer.knowledge, answer.value) == (Knowledge.UNKNOWN, None)
    assert answer.reason == "没有可用的“职工总数”2025 数据；可由 社会保险部门、单位自报 提供"


def test_a_use_that_was_not_permitted_is_unknown(cast: Cast) -> None:
    service = Provenance("organisation", Use.STATISTICS | Use.SERVICE)
    record_fact(actor=SYSTEM, entry=entry(cast, provenance=service), now=NOW)
    magnets = cast.organisations["magnets"]
    known = [
        value_of(SYSTEM, magnets, "staff", Y2025, use=use).knowledge
        for use in (Use.SERVICE, Use.DECISION, Use.PUBLICATION)
    ]
    assert known == [Knowledge.KNOWN, Knowledge.UNKNOWN, Knowledge.UNKNOWN]
    for use in (Use.STATISTICS, Use(0)):
        with pytest.raises(DomainError, match="请用汇总"):
            value_of(SYSTEM, magnets, "staff", Y2025, use=use)


def test_who_sees_what(cast: Cast) -> None:
    published = Provenance("organisation", Use(15), date(2026, 1, 1), "官网")
    record_facts(
        actor=SYSTEM,
        entries=[
            entry(cast, "staff", 1, provenance=published),
            entry(cast, "revenue", 2),
            entry(cast, "staff", 3, by="motors"),
        ],
        now=NOW,
    )

    def seen(who: str) -> list[object]:
        return [
            answer.value
            for organisation in ("magnets", "motors")
            for answer in facts_page_rows(cast.actor(who), cast.organisations[organisation])
        ]

    assert seen("alice") == seen("anna") == [1, 2]
    assert seen("officer") == seen("admin") == [1, 2, 3]
    assert seen("yinzhou") == [1, 2]
    assert seen("bob") == [1, 3]
    assert seen("carol") == seen("eve") == [1]


def test_a_district_sees_a_firm_that_moved_there(cast: Cast) -> None:
    motors = cast.organisations["motors"]
    record_fact(actor=SYSTEM, entry=entry(cast, by="motors"), now=NOW)
    assert facts_page_rows(cast.actor("yinzhou"), motors) == []
    motors.region = cast.regions["yinzhou"]
    follow_organisation(motors)
    assert len(facts_page_rows(cast.actor("yinzhou"), motors)) == 1


def test_who_may_record(cast: Cast) -> None:
    insured = Provenance("social_insurance", OPEN, date(2026, 1, 1), "补贴")
    assert record_fact(actor=cast.actor("alice"), entry=entry(cast), now=NOW).recorded_by_id
    record_fact(actor=cast.actor("yinzhou"), entry=entry(cast, provenance=insured), now=NOW)
    for who, by, given in (
        ("alice", "magnets", insured),
        ("anna", "magnets", OWN),
        ("bob", "magnets", OWN),
        ("yinzhou", "motors", OWN),
    ):
        with pytest.raises(Refusal, match="经办人"):
            record_fact(actor=cast.actor(who), entry=entry(cast, by=by, provenance=given), now=NOW)
    with pytest.raises(FactsRefused, match="经办人"):
        record_facts(actor=cast.actor("bob"), entries=[entry(cast)], now=NOW)


def test_the_audit_names_the_fact_and_not_its_value(cast: Cast) -> None:
    first = record_fact(actor=SYSTEM, entry=entry(cast, value=987_654), now=NOW)
    record_fact(actor=SYSTEM, entry=entry(cast, value=987_655), now=NOW, corrects=first)
    about = entries_about(cast.organisations["magnets"])
    assert [(one.action, one.changes) for one in about[:2]] == [
        ("fact.corrected", {"staff@2025 organisation": [1, 2]}),
        ("fact.recorded", {"staff@2025 organisation": [None, 1]}),
    ]


def test_many_at_once(cast: Cast, django_assert_max_num_queries: Any) -> None:
    entries = [
        entry(cast, fact, 10, by=by, period=Period.year(year))
        for by in ("magnets", "motors")
        for fact in ("staff", "revenue")
        for year in (2023, 2024, 2025)
    ]
    with django_assert_max_num_queries(10):
        done = record_facts(actor=SYSTEM, entries=entries, now=NOW)
    assert (done.new, done.corrected, done.unchanged) == (12, 0, 0)
    again = [replace(entries[0], value=11), *entries[1:]]
    with pytest.raises(FactsRefused, match="已有这个来源的记录"):
        record_facts(actor=SYSTEM, entries=again, now=NOW)
    later = NOW + timedelta(days=1)
    done = record_facts(actor=SYSTEM, entries=again, now=later, correct=True)
    assert (done.new, done.corrected, done.unchanged) == (0, 1, 11)
    old, new = Fact.objects.filter(
        fact="staff", period_start=date(2023, 1, 1), organisation=cast.organisations["magnets"]
    ).order_by("revision")
    assert (old.superseded_by, old.superseded_at, new.whole) == (new, later, 11)
    with pytest.raises(FactsRefused, match="出现了两次"):
        record_facts(actor=SYSTEM, entries=[entries[0], entries[0]], now=later, correct=True)
    counts = entries_about(cast.organisations["magnets"]).filter(action="fact.recorded_many")
    assert [one.changes for one in counts] == [{"facts": [None, 1]}, {"facts": [None, 6]}]
