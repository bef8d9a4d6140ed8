"""Substitutes and agents: who may act for whom, until when, and under which name."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile

from lianshu.accounts.models import Mandate, Substitution
from lianshu.accounts.queries import actor_by_user_id, actor_of
from lianshu.accounts.queries_standing import why_not_standing
from lianshu.accounts.rules_standing import can_see_mandate, can_see_mandates
from lianshu.accounts.services import create_user, give_grant, issue_token
from lianshu.accounts.services.standing_in import (
    ask_for_correction,
    end_substitution,
    name_substitute,
    record_mandate,
    revoke_mandate,
)
from lianshu.audit.models import AuditEntry
from lianshu.audit.queries import entries_under
from lianshu.authority import Actor, Capability, Matter, Refusal
from lianshu.files.queries import files_of, readable_file
from lianshu.notices.models import Notice
from lianshu.records.errors import Conflict, DomainError
from tests.cast import NOW, SYSTEM, Cast

TODAY = date(2026, 11, 2)
WEEK = TODAY + timedelta(days=6)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def proof() -> ContentFile[bytes]:
    return ContentFile(PDF, name="委托书.pdf")


def colleague(cast: Cast, key: str, organisation: str = "office", role: str = "handler") -> Actor:
    cast.users[key], _membership = create_user(
        actor=SYSTEM,
        username=key,
        name=f"同事{key}",
        password="correct-horse-battery",
        organisation=cast.organisations[organisation],
        role=role,
        now=NOW - timedelta(days=3),
    )
    return cast.actor(key)


def substitution(cast: Cast, **values: Any) -> Substitution:
    given = {
        "actor": cast.actor("officer"),
        "absent": cast.users["officer"],
        "substitute": cast.users["olga"],
        "first": TODAY,
        "last": WEEK,
        "note": "出差",
        "now": NOW,
        **values,
    }
    return name_substitute(**given)


def mandate(cast: Cast, *matters: Matter, **values: Any) -> Mandate:
    given = {
        "actor": cast.actor("alice"),
        "organisation": cast.organisations["magnets"],
        "agent": cast.users["yinzhou"],
        "matters": matters or tuple(Matter),
        "first": TODAY,
        "last": WEEK,
        "note": "厂里没有人会用电脑",
        "now": NOW,
        **values,
    }
    return record_mandate(**given)


def under(cast: Cast, row: Mandate | Substitution, *, days: int = 0) -> Actor:
    """The actor of whoever the row lets act, so many days later."""
    kind, who = ("mandate", "agent") if isinstance(row, Mandate) else ("substitution", "substitute")
    user = getattr(row, who)
    return actor_of(user, now=NOW + timedelta(days=days), standing=f"{kind}:{row.pk}")


def test_a_substitute_has_what_the_absent_has_and_both_names_stand(cast: Cast) -> None:
    colleague(cast, "olga")
    row = substitution(cast)
    acting, absent = under(cast, row), cast.actor("officer")
    assert (acting.memberships, acting.grants) == (absent.memberships, absent.grants)
    assert acting.user_id == cast.users["olga"].pk
    assert acting.name == "同事olga"
    assert acting.stands_for == {cast.users["olga"].pk, cast.users["officer"].pk}
    assert all(acting.covers(matter) for matter in Matter)
    assert {n.recipient_id for n in Notice.objects.all()} == {cast.users["olga"].pk}
    # On the last day still, on the next no more, and never for somebody else.
    assert under(cast, row, days=6).behalf is not None
    assert under(cast, row, days=7).behalf is None
    assert under(cast, row, days=-1).behalf is None
    other = actor_of(cast.users["bob"], now=NOW, standing=f"substitution:{row.pk}")
    assert other == cast.actor("bob")
    for nonsense in ("substitution:0", "substitution:x", "mandate", "x:1", f"mandate:{row.pk}"):
        assert actor_of(cast.users["olga"], now=NOW, standing=nonsense).behalf is None
    end_substitution(actor=cast.actor("olga"), substitution=row, now=NOW)
    assert under(cast, row).behalf is None
    assert "提前结束" in why_not_standing(cast.users["olga"].pk, f"substitution:{row.pk}", now=NOW)
    with pytest.raises(Conflict):
        end_substitution(actor=cast.actor("olga"), substitution=row, now=NOW)


def test_periods_and_persons_of_a_substitution(cast: Cast) -> None:
    colleague(cast, "olga")
    colleague(cast, "petra")
    bad: tuple[tuple[dict[str, Any], str, str], ...] = (
        (
            {"first": TODAY - timedelta(days=9), "last": TODAY - timedelta(days=2)},
            "last",
            "已经过去",
        ),
        ({"first": TODAY - timedelta(days=1)}, "first", "今天以前"),
        ({"first": WEEK, "last": TODAY}, "last", "早于"),
        ({"last": TODAY + timedelta(days=400)}, "last", "一年"),
        ({"note": " "}, "note", "原因"),
        ({"substitute": cast.users["officer"]}, "substitute", "本人"),
        ({"substitute": cast.users["bob"]}, "substitute", "同一单位"),
    )
    for values, field, words in bad:
        with pytest.raises(DomainError, match=words) as refused:
            substitution(cast, **values)
        assert refused.value.field == field
    substitution(cast)
    with pytest.raises(DomainError, match="2026-11-02 至 2026-11-08 已由同事olga代班"):
        substitution(cast, substitute=cast.users["petra"], first=WEEK, last=WEEK)
    with pytest.raises(DomainError, match="正在代欧阳链值班"):
        substitution(
            cast,
            actor=cast.actor("olga"),
            absent=cast.users["olga"],
            substitute=cast.users["petra"],
        )
    after = WEEK + timedelta(days=1)
    substitution(
        cast,
        actor=cast.actor("petra"),
        absent=cast.users["petra"],
        substitute=cast.users["olga"],
        first=after,
        last=after,
    )
    with pytest.raises(DomainError, match="自己也请人代班"):
        substitution(cast, substitute=cast.users["petra"], first=after, last=after)
    assert Substitution.objects.count() == 2


def test_what_a_substitute_may_not_do(cast: Cast) -> None:
    colleague(cast, "olga")
    row = substitution(cast)
    acting = under(cast, row)
    with pytest.raises(Refusal, match="自己的身份"):
        substitution(cast, actor=acting, substitute=cast.users["olga"])
    with pytest.raises(Refusal, match="自己的身份"):
        end_substitution(actor=acting, substitution=row, now=NOW)
    with pytest.raises(Refusal, match="令牌"):
        issue_token(actor=acting, label="x", may_write=True, days=30, now=NOW)
    # What the absent may, except for oneself or for the absent.
    for agent in ("olga", "officer"):
        with pytest.raises(Refusal, match="给自己"):
            mandate(cast, actor=acting, agent=cast.users[agent], proof=proof())
    colleague(cast, "deputy", "platform")
    stands_in = substitution(
        cast,
        actor=cast.actor("admin"),
        absent=cast.users["admin"],
        substitute=cast.users["deputy"],
    )
    with pytest.raises(Refusal, match="给自己授权"):
        give_grant(
            actor=under(cast, stands_in),
            membership=cast.users["deputy"].memberships.get(),
            capability=Capability.MANAGE_ACCOUNTS,
            region=cast.regions["yinzhou"],
            every_chain=True,
            now=NOW,
        )


def test_an_account_manager_names_a_substitute_for_somebody_ill(cast: Cast) -> None:
    colleague(cast, "olga")
    with pytest.raises(Refusal, match="只能为自己"):
        substitution(cast, actor=cast.actor("yinzhou"))
    row = substitution(cast, actor=cast.actor("admin"))
    assert {n.recipient_id for n in Notice.objects.all()} == {row.absent_id, row.substitute_id}
    colleague(cast, "manager", "yinzhou_office", "owner")
    give_grant(
        actor=SYSTEM,
        membership=cast.users["manager"].memberships.get(),
        capability=Capability.MANAGE_ACCOUNTS,
        region=cast.regions["yinzhou"],
        every_chain=True,
        now=NOW,
    )
    # A district's manager gives nothing away of the city, and nothing to himself.
    with pytest.raises(Refusal):
        later = WEEK + timedelta(days=2)
        substitution(cast, actor=cast.actor("manager"), first=later, last=later)
    with pytest.raises(Refusal, match="把自己设为"):
        substitution(
            cast,
            actor=cast.actor("manager"),
            absent=cast.users["yinzhou"],
            substitute=cast.users["manager"],
        )


def test_an_agent_is_a_handler_of_one_organisation_and_nothing_else(cast: Cast) -> None:
    row = mandate(cast, Matter.POSTS)
    agent = under(cast, row)
    magnets = cast.organisations["magnets"].pk
    assert agent.grants == ()
    assert agent.acting_organisation_ids == {magnets}
    assert agent.acting_in(Matter.POSTS) == {magnets}
    assert agent.acting_in(Matter.RECORDS) == frozenset()
    assert agent.reading_in(Matter.RECORDS, Matter.ANSWERS) == frozenset()
    demand = cast.demand()
    entry = AuditEntry.objects.create(
        at=NOW, action="x", object_type="y", object_id=1, object_label="", standing=""
    )
    assert list(entries_under("")) == []
    assert entry not in entries_under(f"mandate:{row.pk}")
    assert demand.owner_id == magnets
    expired = under(cast, row, days=7)
    assert expired == cast.actor("yinzhou", now=NOW + timedelta(days=7))
    assert "2026-11-08 到期" in why_not_standing(
        row.agent_id, f"mandate:{row.pk}", now=NOW + timedelta(days=7)
    )
    early = mandate(cast, first=WEEK + timedelta(days=1), last=WEEK + timedelta(days=1))
    assert "起生效" in why_not_standing(early.agent_id, f"mandate:{early.pk}", now=NOW)
    firm = cast.organisations["magnets"]
    firm.ended_on = TODAY
    firm.save()
    assert under(cast, row).behalf is None
    assert "已终止或并入" in why_not_standing(row.agent_id, f"mandate:{row.pk}", now=NOW)
    with pytest.raises(DomainError, match="终止"):
        mandate(cast, actor=SYSTEM)
    cast.users["yinzhou"].is_active = False
    cast.users["yinzhou"].save()
    assert not actor_by_user_id(row.agent_id, NOW, standing=f"mandate:{row.pk}").is_known


def test_bad_mandates_are_refused_and_nothing_is_written(cast: Cast) -> None:
    bad: tuple[tuple[dict[str, Any], str, str], ...] = (
        ({"matters": ()}, "matters", "至少勾选"),
        ({"note": ""}, "note", "事由"),
        ({"last": TODAY + timedelta(days=366)}, "last", "一年"),
        ({"agent": cast.users["alice"], "actor": SYSTEM}, "agent", "已经是"),
        ({"actor": cast.actor("yinzhou"), "agent": cast.users["carol"]}, "proof", "委托书"),
        ({"proof": ContentFile(b"MZ\x90", name="a.exe")}, "file", "类型"),
    )
    for values, field, words in bad:
        with pytest.raises(DomainError, match=words) as refused:
            mandate(cast, **values)
        assert refused.value.field == field
    for who, words in (("bob", "负责人登记"), ("anna", "负责人登记"), ("yinzhou", "给自己")):
        with pytest.raises(Refusal, match=words):
            mandate(cast, actor=cast.actor(who), proof=proof())
    assert not Mandate.objects.exists()
    assert not Notice.objects.exists()
    row = mandate(cast)
    with pytest.raises(DomainError, match="2026-11-02 至 2026-11-08 已有一份"):
        mandate(cast, Matter.RECORDS, first=WEEK, last=WEEK)
    with pytest.raises(Refusal, match="受托办理"):
        mandate(cast, actor=under(cast, row), agent=cast.users["carol"], proof=proof())


def test_the_organisation_is_told_reads_the_proof_asks_and_revokes(cast: Cast) -> None:
    row = mandate(cast, actor=cast.actor("officer"), proof=proof())
    told = {n.recipient_id: n.wording for n in Notice.objects.all()}
    assert set(told) == {cast.users["alice"].pk, cast.users["yinzhou"].pk}
    assert "甬江磁材有限公司" in told[cast.users["alice"].pk].title
    paper = files_of(row).get()
    for who, allowed in (("anna", True), ("yinzhou", True), ("officer", True), ("bob", False)):
        actor = cast.actor(who)
        assert can_see_mandate(actor, row).allowed is allowed
        if allowed:
            assert readable_file(actor, paper.public_id) == paper
        else:
            with pytest.raises(Refusal):
                readable_file(actor, paper.public_id)
    assert not can_see_mandates(under(cast, row), cast.organisations["magnets"]).allowed

    alice = cast.actor("alice")
    ask_for_correction(actor=alice, mandate=row, text="期限应到月底", now=NOW)
    asked = Notice.objects.get(kind="accounts.mandate_correction")
    assert asked.recipient_id == cast.users["officer"].pk
    assert "期限应到月底" in asked.wording.body
    for who in ("anna", "bob"):
        with pytest.raises(Refusal):
            revoke_mandate(actor=cast.actor(who), mandate=row, reason="不需要了", now=NOW)
    with pytest.raises(DomainError, match="原因"):
        revoke_mandate(actor=alice, mandate=row, reason="", now=NOW)
    revoke_mandate(actor=alice, mandate=row, reason="不需要了", now=NOW)
    assert under(cast, row).behalf is None
    assert "已被撤销：不需要了" in why_not_standing(row.agent_id, f"mandate:{row.pk}", now=NOW)
    gone = {n.recipient_id for n in Notice.objects.filter(kind="accounts.mandate_revoked")}
    assert gone == {cast.users["yinzhou"].pk, cast.users["officer"].pk}
    with pytest.raises(Conflict):
        revoke_mandate(actor=alice, mandate=row, reason="再撤一次", now=NOW)
