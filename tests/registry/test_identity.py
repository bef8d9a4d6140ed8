"""Codes, names and links: what is refused and why, what is kept, how it is found again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianshu.audit.queries import entries_about
from lianshu.authority import Refusal
from lianshu.records.errors import DomainError
from lianshu.registry.finding import OrganisationFinder
from lianshu.registry.models import Identifier, Organisation
from lianshu.registry.naming import OrganisationNames
from lianshu.registry.queries import organisations_for, related_parties
from lianshu.registry.services import (
    add_link,
    add_name,
    create_organisation,
    edit_organisation,
    end_identifier,
    end_link,
    move_organisation,
    remove_name,
    set_identifier,
)
from tests.cast import NOW, SYSTEM, Cast, credit_code

TODAY = date(2026, 11, 2)
GOOD = credit_code(501)


def numbers(organisation: Organisation) -> list[tuple[str, date | None, date | None]]:
    rows = organisation.identifiers.order_by("pk")
    return [(row.value, row.valid_from, row.valid_to) for row in rows]


def give(cast: Cast, value: str, to: str = "magnets", **how: object) -> Identifier:
    return set_identifier(
        actor=cast.actor("admin"),
        organisation=cast.organisations[to],
        kind=str(how.pop("kind", "uscc")),
        value=value,
        now=NOW,
        **how,  # type: ignore[arg-type]
    )


def test_a_new_code_is_normalised_and_ends_the_one_before(cast: Cast) -> None:
    magnets = cast.organisations["magnets"]
    ((first, _from, _to),) = numbers(magnets)
    wide = "".join(chr(ord(one) + 0xFEE0) for one in GOOD.lower())
    made = give(cast, f" {wide[:8]}-{wide[8:]} ")
    assert (made.value, made.override_reason) == (GOOD, "")
    assert numbers(magnets) == [(first, None, TODAY), (GOOD, TODAY, None)]
    assert entries_about(magnets)[0].changes == {"uscc": [first, GOOD]}
    assert give(cast, GOOD) == made
    give(cast, "330200000000001", kind="registration", valid_to=date(2016, 1, 1))
    give(cast, "600000", kind="stock")
    give(cast, "00700", kind="stock")
    assert magnets.identifiers.filter(kind="stock", valid_to__isnull=True).count() == 2
    end_identifier(actor=SYSTEM, identifier=made, on=TODAY, now=NOW)
    with pytest.raises(DomainError, match="已于"):
        end_identifier(actor=SYSTEM, identifier=made, now=NOW)


def test_what_a_code_is_refused_for_names_the_check_and_the_look_alike(cast: Cast) -> None:
    with pytest.raises(DomainError, match=r"形近|改为“0”") as look_alike:
        give(cast, GOOD[:8] + "O" + GOOD[9:])
    assert look_alike.value.field == "uscc"
    assert "字母 I、O、S、V、Z" in look_alike.value.message
    with pytest.raises(DomainError, match=r"已属于“慈湖电机有限公司”.*合并"):
        give(cast, cast.organisations["motors"].identifiers.get().value)
    with pytest.raises(DomainError, match="不认识的号码种类"):
        give(cast, "1", kind="passport")
    with pytest.raises(DomainError, match="停用日期"):
        give(cast, "1", kind="own", valid_to=date(2027, 1, 1))
    with pytest.raises(Refusal, match="单位管理员"):
        set_identifier(
            actor=cast.actor("alice"),
            organisation=cast.organisations["magnets"],
            kind="uscc",
            value=GOOD,
            now=NOW,
        )
    assert cast.organisations["magnets"].identifiers.count() == 1
    wrong = GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")
    kept = give(cast, wrong, override_reason="执照原件如此")
    assert (kept.value, kept.override_reason) == (wrong, "执照原件如此")


def test_who_needs_a_code_and_who_may_lack_one(cast: Cast) -> None:
    def register(kind: str, *, form: str = "") -> Organisation:
        return create_organisation(
            actor=cast.actor("admin"),
            name="新单位",
            kind=kind,
            region=cast.regions["cixi"],
            now=NOW,
            form=form,
        )

    with pytest.raises(DomainError, match="企业都有") as missing:
        register("enterprise")
    assert missing.value.field == "uscc"
    with pytest.raises(DomainError, match="没有“楼宇型社区”"):
        register("alliance", form="building")
    assert not Organisation.objects.filter(name="新单位").exists()
    alliance = register("alliance", form="interest")
    with pytest.raises(DomainError, match="先在“身份与名称”里登记代码"):
        edit_organisation(
            actor=SYSTEM, organisation=alliance, changes={"kind": "bank", "form": ""}, now=NOW
        )


def test_former_names_and_aliases_are_found_until_another_bears_them(cast: Cast) -> None:
    magnets = cast.organisations["magnets"]
    alice = cast.actor("alice")
    edit_organisation(
        actor=alice, organisation=magnets, changes={"name": "甬江永磁股份有限公司"}, now=NOW
    )
    former = magnets.other_names.get()
    assert (former.kind, former.value, former.valid_to) == ("former", "甬江磁材有限公司", TODAY)
    alias = add_name(actor=alice, organisation=magnets, kind="alias", value="甬磁", now=NOW)
    for typed in ("甬江磁材", "yjcc", "甬磁"):
        assert list(organisations_for(alice).found_by(typed)) == [magnets]
    assert OrganisationFinder(alice).find("甬江磁材有限公司") == magnets
    assert "曾用" not in OrganisationNames().candidates(alice, "甬江磁材公司")[0].label
    assert "甬江磁材有限公司" in OrganisationNames().candidates(alice, "甬江磁材公司")[0].label
    edit_organisation(
        actor=SYSTEM,
        organisation=cast.organisations["motors"],
        changes={"short_name": "甬磁"},
        now=NOW,
    )
    assert OrganisationFinder(alice).find("甬磁") == cast.organisations["motors"]
    for value, why in (("甬磁", "已经登记过"), ("甬江永磁股份有限公司", "不必再登记")):
        with pytest.raises(DomainError, match=why):
            add_name(actor=alice, organisation=magnets, kind="alias", value=value, now=NOW)
    with pytest.raises(Refusal):
        remove_name(actor=cast.actor("bob"), name=alias, now=NOW)
    remove_name(actor=alice, name=alias, now=NOW)
    assert list(organisations_for(alice).found_by("甬磁")) == [cast.organisations["motors"]]
    old = magnets.identifiers.get().value
    give(cast, GOOD)
    assert OrganisationFinder(alice).find(old.lower()) == magnets


def test_shares_parents_and_controllers(cast: Cast) -> None:
    admin = cast.actor("admin")
    bank, magnets, motors, university = (
        cast.organisations[each] for each in ("bank", "magnets", "motors", "university")
    )

    def link(holder: Organisation, subject: Organisation, kind: str, share: str = "") -> None:
        add_link(
            actor=admin,
            holder=holder,
            subject=subject,
            kind=kind,
            share=Decimal(share) if share else None,
            now=NOW,
        )

    link(bank, magnets, "shareholder", "60")
    for holder, kind, share, why in (
        (motors, "shareholder", "0", "大于 0"),
        (motors, "shareholder", "100.5", "不超过 100"),
        (motors, "shareholder", "1.00001", "四位小数"),
        (motors, "shareholder", "40.0001", "合计 100.0001%，超过 100%"),
        (bank, "shareholder", "60", "不必再登记"),
        (magnets, "shareholder", "1", "两家单位之间"),
        (motors, "parent", "1", "没有持股比例"),
        (motors, "friend", "", "不认识的关系"),
    ):
        with pytest.raises(DomainError, match=why):
            link(holder, magnets, kind, share)
    link(bank, magnets, "shareholder", "49.9")
    assert magnets.links_up.count() == 2
    assert related_parties([magnets.pk], on=TODAY) == {magnets.pk: frozenset()}
    link(bank, magnets, "shareholder", "51")
    link(magnets, motors, "controller")
    link(university, motors, "parent")
    with pytest.raises(DomainError, match="直接或间接管着"):
        link(motors, magnets, "controller")
    with CaptureQueriesContext(connection) as captured:
        found = related_parties([bank.pk, cast.organisations["office"].pk], on=TODAY)
    assert found == {
        bank.pk: {magnets.pk, motors.pk, university.pk},
        cast.organisations["office"].pk: frozenset(),
    }
    assert len(captured) == 4
    end_link(actor=admin, link=motors.links_up.get(kind="controller"), on=TODAY, now=NOW)
    assert related_parties([bank.pk], on=TODAY) == {bank.pk: {magnets.pk}}
    with pytest.raises(Refusal):
        end_link(actor=cast.actor("alice"), link=motors.links_up.get(kind="parent"), now=NOW)


def test_moving_needs_both_scopes(cast: Cast) -> None:
    magnets = cast.organisations["magnets"]
    how = {"organisation": magnets, "region": cast.regions["cixi"], "chain": None, "now": NOW}
    with pytest.raises(Refusal):
        move_organisation(actor=cast.actor("alice"), **how)  # type: ignore[arg-type]
    move_organisation(actor=cast.actor("admin"), **how)  # type: ignore[arg-type]
    moved = Organisation.objects.get(pk=magnets.pk)
    assert (moved.region, moved.chain) == (cast.regions["cixi"], None)
    assert entries_about(magnets)[0].changes["region"] == ["鄞州区", "慈溪市"]
