"""What is for statistics only is in no answer about a firm, and in no small total."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lianshu.engine.tables import Period, Use
from lianshu.records.errors import DomainError
from lianshu.registry.models import Fact, Organisation
from lianshu.registry.queries import (
    aggregate_fact,
    facts_known_on,
    facts_page_rows,
    facts_valid_on,
    holdings_of,
    value_of,
)
from lianshu.registry.services import (
    FactEntry,
    HoldingEntry,
    Provenance,
    create_organisation,
    record_facts,
    record_holding,
)
from tests.cast import NOW, SYSTEM, Cast, credit_code

Y2025 = Period.year(2025)
SECRET = 987_654_321
STATISTICS = Provenance("statistics_bureau", Use.STATISTICS)


def secret(organisation: Organisation, value: int = SECRET) -> FactEntry:
    return FactEntry(organisation, "revenue", Y2025, value, "fen", STATISTICS)


def firms(cast: Cast, count: int) -> list[Organisation]:
    return [
        create_organisation(
            actor=SYSTEM,
            name=f"第{n}厂",
            kind="enterprise",
            region=cast.regions["cixi"],
            uscc=credit_code(100 + n),
            now=NOW,
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("who", ["system", "alice", "officer", "yinzhou", "admin", "eve"])
def test_no_answer_about_a_firm_reads_it(cast: Cast, who: str) -> None:
    actor = SYSTEM if who == "system" else cast.actor(who)
    magnets = cast.organisations["magnets"]
    record_facts(actor=SYSTEM, entries=[secret(magnets)], now=NOW)
    record_holding(
        actor=SYSTEM,
        entry=HoldingEntry(
            magnets,
            "equity_round",
            Provenance("organisation", Use.STATISTICS),
            attributes={"round": "A", "amount": SECRET},
        ),
        now=NOW,
    )
    assert Fact.objects.get().whole == SECRET
    every = [
        value_of(actor, magnets, "revenue", Y2025, use=use)
        for use in (Use.SERVICE, Use.DECISION, Use.PUBLICATION, Use(15))
    ]
    answers = (
        every,
        list(facts_known_on(actor, magnets, NOW + timedelta(days=1)).values()),
        list(facts_valid_on(actor, magnets, date(2025, 5, 5)).values()),
        facts_page_rows(actor, magnets),
        holdings_of(actor, magnets),
        list(Fact.objects.visible_to(actor).values()),
        list(Fact.objects.for_use(Use.STATISTICS).values()),
    )
    assert str(SECRET) not in repr(answers)
    assert [answer.knowledge for answer in every] == ["unknown"] * len(every)
    assert answers[1:] == ([],) * 6


def test_five_firms_make_a_total_and_four_do_not(cast: Cast) -> None:
    made = firms(cast, 5)
    record_facts(actor=SYSTEM, entries=[secret(one) for one in made[:4]], now=NOW)
    officer = cast.actor("officer")
    few = aggregate_fact(officer, "revenue", Y2025)
    assert (few.firms, few.total, few.mean) == (None, None, None)
    assert "不足 5 家" in few.reason
    record_facts(actor=SYSTEM, entries=[secret(made[4])], now=NOW + timedelta(days=1))
    enough = aggregate_fact(officer, "revenue", Y2025)
    assert (enough.firms, enough.total) == (5, 5 * SECRET)
    assert enough.mean is not None and enough.mean.fraction == SECRET
    assert aggregate_fact(officer, "revenue", Y2025, known_at=NOW).total is None
    assert aggregate_fact(officer, "revenue", Period.year(2024)).total is None


def test_a_total_counts_each_firm_once_by_its_best_source(cast: Cast) -> None:
    made = firms(cast, 5)
    audited = Provenance("audited_report", Use.STATISTICS | Use.SERVICE)
    entries = [secret(one, 10) for one in made]
    entries.append(replace(entries[0], value=1000, provenance=audited))
    record_facts(actor=SYSTEM, entries=entries, now=NOW)
    assert aggregate_fact(SYSTEM, "revenue", Y2025).total == 1040


def test_a_total_is_of_the_scope_of_whoever_asks(cast: Cast) -> None:
    made = firms(cast, 5)
    record_facts(actor=SYSTEM, entries=[secret(one) for one in made], now=NOW)
    for who, total in (("officer", 5 * SECRET), ("yinzhou", None), ("alice", None), ("eve", None)):
        assert aggregate_fact(cast.actor(who), "revenue", Y2025).total == total
    officer = cast.actor("officer")
    for region, total in (("cixi", 5 * SECRET), ("ningbo", 5 * SECRET), ("yinzhou", None)):
        asked = aggregate_fact(officer, "revenue", Y2025, region=cast.regions[region])
        assert asked.total == total
    assert aggregate_fact(officer, "revenue", Y2025, chain=cast.chains["magnets"]).total is None


def test_only_counts_and_amounts_are_totalled(cast: Cast) -> None:
    with pytest.raises(DomainError, match="不是数量或金额"):
        aggregate_fact(SYSTEM, "resident", Y2025)
    with pytest.raises(DomainError, match="字典里没有"):
        aggregate_fact(SYSTEM, "stuff", Y2025)
