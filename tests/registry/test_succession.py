"""Merging and splitting organisations, and taking it back to the row."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lianshu.accounts.models import Membership
from lianshu.accounts.services import create_user
from lianshu.audit.queries import entries_about
from lianshu.authority import Refusal
from lianshu.engine.tables import Period, Use
from lianshu.exchange.models import Demand, DemandDisclosure, DemandExclusion
from lianshu.exchange.queries import demands_for
from lianshu.records.errors import DomainError
from lianshu.registry.finding import OrganisationFinder
from lianshu.registry.models import (
    Affiliation,
    Fact,
    Organisation,
    SourceKey,
    Succession,
)
from lianshu.registry.queries import organisations_for
from lianshu.registry.services import (
    FactEntry,
    Provenance,
    create_organisation,
    edit_organisation,
    merge_organisation,
    preview_merge,
    record_fact,
    set_identifier,
    split_organisation,
    undo_merge,
)
from tests.cast import NOW, SYSTEM, Cast, credit_code

TODAY = date(2026, 11, 2)
OWN = Provenance("organisation", Use.SERVICE | Use.DECISION)


def fact(organisation: Organisation, value: int, year: int = 2025) -> Fact:
    entry = FactEntry(organisation, "staff", Period.year(year), value, "person", OWN)
    return record_fact(actor=SYSTEM, entry=entry, now=NOW)


def again(cast: Cast, **values: object) -> Organisation:
    """The magnets firm registered once more, under a name somebody mistyped."""
    return create_organisation(
        actor=SYSTEM,
        name="甬江磁才有限公司",
        short_name="甬磁",
        kind="enterprise",
        region=cast.regions["cixi"],
        uscc=credit_code(600),
        source_key=("市经信局", "77"),
        now=NOW,
        **values,  # type: ignore[arg-type]
    )


def merge(cast: Cast, gone: Organisation, stays: Organisation, **how: object) -> Succession:
    values: dict[str, object] = {
        "actor": cast.actor("admin"),
        "kind": "duplicate",
        "reason": "同一家公司登记了两次",
        "on": TODAY,
        "now": NOW,
    }
    return merge_organisation(predecessor=gone, successor=stays, **{**values, **how})  # type: ignore[arg-type]


def rows_of(organisation: Organisation) -> dict[str, list[object]]:
    """Everything that tells where rows stand, to compare before and after."""
    return {
        "demands": list(
            Demand.objects.filter(owner=organisation)
            .order_by("pk")
            .values_list("pk", "search_identity", "region", "chain")
        ),
        "facts": list(
            Fact.objects.filter(organisation=organisation)
            .order_by("pk")
            .values_list("pk", "region", "chain")
        ),
        "members": list(
            Membership.objects.filter(organisation=organisation).order_by("pk").values_list("pk")
        ),
        "numbers": list(
            organisation.identifiers.order_by("pk").values_list("pk", "value", "valid_to")
        ),
        "names": list(organisation.other_names.order_by("pk").values_list("kind", "value")),
        "keys": list(SourceKey.objects.filter(organisation=organisation).values_list("pk")),
        "groups": list(organisation.affiliations.order_by("pk").values_list("pk")),
        "search": [Organisation.objects.get(pk=organisation.pk).search],
    }


def test_a_duplicate_follows_and_an_undo_restores_every_row(cast: Cast) -> None:
    magnets, double = cast.organisations["magnets"], again(cast)
    cast.organisations["double"] = double
    create_user(
        actor=SYSTEM,
        username="dora",
        name="朵拉",
        email="dora@example.test",
        password="correct-horse-battery",
        organisation=double,
        role="handler",
        now=NOW,
    )
    alice = Membership.objects.get(user=cast.users["alice"])
    same_person = Membership.objects.create(
        user=alice.user, organisation=double, role="viewer", valid_from=NOW
    )
    demand = cast.demand("重复单位的需求", by="double")
    moving, staying = fact(double, 40, 2024), fact(double, 41)
    fact(magnets, 42)
    alliance = create_organisation(
        actor=SYSTEM, name="磁材联盟", kind="alliance", region=cast.regions["ningbo"], now=NOW
    )
    groups = [
        Affiliation.objects.create(group=alliance, organisation=each, role="member")
        for each in (magnets, double)
    ]
    before = rows_of(magnets), rows_of(double)
    preview = {
        line.title: (line.moving, line.staying)
        for line in preview_merge(
            actor=SYSTEM, predecessor=double, successor=magnets, kind="duplicate"
        )
    }
    assert (preview["人员"], preview["需求"], preview["数据"]) == ((1, 1), (1, 0), (1, 1))

    succession = merge(cast, double, magnets)
    double.refresh_from_db()
    assert (double.merged_into, double.ended_on) == (magnets, TODAY)
    demand.refresh_from_db()
    assert (demand.owner, demand.region) == (magnets, cast.regions["cixi"])
    assert demand in demands_for(cast.actor("alice"))
    moved = Fact.objects.get(pk=moving.pk)
    assert (moved.organisation, moved.region) == (magnets, magnets.region)
    assert Fact.objects.get(pk=staying.pk).organisation == double
    same_person.refresh_from_db()
    assert same_person.organisation == double
    assert Membership.objects.get(user__username="dora").organisation == magnets
    assert Affiliation.objects.get(pk=groups[1].pk).organisation == double
    assert double.identifiers.get().valid_to == TODAY
    assert {str(name) for name in magnets.other_names.all()} == {"甬江磁才有限公司", "甬磁"}
    assert entries_about(double)[0].changes["successor"] == [None, magnets.name]
    known = OrganisationFinder(cast.actor("officer"), {"奇怪的写法": double.pk})
    for text in ("甬江磁才有限公司", "甬磁", credit_code(600), "奇怪的写法"):
        assert known.find(text) == magnets
    assert list(organisations_for(SYSTEM).found_by("磁才")) == [magnets]

    corrected = record_fact(
        actor=SYSTEM,
        entry=FactEntry(magnets, "staff", Period.year(2024), 39, "person", OWN),
        now=NOW + timedelta(hours=1),
        corrects=moved,
    )
    undo_merge(actor=cast.actor("admin"), succession=succession, now=NOW)
    double.refresh_from_db()
    assert (double.merged_into, double.ended_on) == (None, None)
    assert Fact.objects.get(pk=corrected.pk).organisation == double
    after = rows_of(magnets), rows_of(double)
    after[1]["facts"].remove((corrected.pk, double.region_id, double.chain_id))
    assert after == before
    with pytest.raises(DomainError, match="已经撤销过"):
        undo_merge(actor=SYSTEM, succession=succession, now=NOW)


def test_an_absorbed_firm_keeps_its_figures_and_what_was_confided_to_it(cast: Cast) -> None:
    magnets, motors = cast.organisations["magnets"], cast.organisations["motors"]
    figure = fact(motors, 40)
    confided = cast.demand("高校的需求", by="university")
    DemandDisclosure.objects.create(
        post=confided, organisation=motors, level=3, given_by_name="卡罗", given_at=NOW
    )
    hidden = DemandExclusion.objects.create(
        post=cast.demand("不给电机看的需求", by="university"), organisation=motors
    )
    merge(cast, motors, magnets, kind="absorbed")
    assert Fact.objects.get(pk=figure.pk).organisation == motors
    assert DemandDisclosure.objects.get().organisation == motors
    assert DemandExclusion.objects.get(pk=hidden.pk).organisation == magnets
    assert Membership.objects.get(user=cast.users["bob"]).organisation == magnets
    alias = magnets.other_names.get()
    assert (alias.kind, alias.value, alias.source) == ("alias", "慈湖电机有限公司", "吸收合并")
    motors.refresh_from_db()
    with pytest.raises(DomainError, match="请改选“甬江磁材有限公司”"):
        cast.demand("写给已并入单位的需求", by="motors")


def test_merges_that_cannot_be(cast: Cast) -> None:
    magnets, motors, bank = (cast.organisations[key] for key in ("magnets", "motors", "bank"))
    with pytest.raises(DomainError, match="不能并入自己"):
        merge(cast, magnets, magnets)
    for how, why in (
        ({"reason": " "}, "写明原因"),
        ({"on": date(2027, 1, 1)}, "还没有到"),
        ({"kind": "split"}, "重复登记还是吸收合并"),
    ):
        with pytest.raises(DomainError, match=why):
            merge(cast, motors, magnets, **how)
    for who in ("alice", "officer", "bob"):
        with pytest.raises(Refusal):
            merge(cast, motors, magnets, actor=cast.actor(who))
    first = merge(cast, motors, magnets)
    with pytest.raises(DomainError, match="“慈湖电机有限公司”已于 2026-11-02 并入“甬江磁材"):
        merge(cast, motors, bank)
    with pytest.raises(DomainError, match="并入“甬江磁材"):
        merge(cast, magnets, motors)
    second = merge(cast, magnets, bank)
    with pytest.raises(DomainError, match="并入“港湾银行”"):
        undo_merge(actor=SYSTEM, succession=first, now=NOW)
    undo_merge(actor=SYSTEM, succession=second, now=NOW)
    code = motors.identifiers.get().value
    taken = set_identifier(
        actor=SYSTEM, organisation=bank, kind="uscc", value=code, valid_from=TODAY, now=NOW
    )
    with pytest.raises(DomainError, match="登记给了别的单位"):
        undo_merge(actor=SYSTEM, succession=first, now=NOW)
    taken.delete()
    undo_merge(actor=SYSTEM, succession=first, now=NOW)
    assert Organisation.objects.get(pk=motors.pk).ended_on is None


def test_a_split_names_what_came_of_it_and_moves_nothing(cast: Cast) -> None:
    magnets, motors, bank = (cast.organisations[key] for key in ("magnets", "motors", "bank"))
    how = {"actor": cast.actor("admin"), "reason": "派生分立", "on": TODAY, "now": NOW}

    def split(successors: list[Organisation], *, ends: bool) -> list[Succession]:
        return split_organisation(
            predecessor=magnets,
            successors=successors,
            predecessor_ends=ends,
            **how,  # type: ignore[arg-type]
        )

    demand = cast.demand()
    for successors, ends, why in (
        ([magnets], False, "分立成自己"),
        ([motors], True, "至少要有两家"),
        ([], False, "至少一家"),
    ):
        with pytest.raises(DomainError, match=why):
            split(successors, ends=ends)
    how["now"] = NOW - timedelta(hours=1)
    split([motors], ends=False)
    how["now"] = NOW
    magnets.refresh_from_db()
    assert (magnets.ended_on, magnets.identifiers.get().valid_to) == (None, None)
    made = split([motors, bank], ends=True)
    magnets.refresh_from_db()
    assert (magnets.ended_on, magnets.merged_into) == (TODAY, None)
    demand.refresh_from_db()
    assert demand.owner == magnets
    with pytest.raises(DomainError, match="终止"):
        split([motors, bank], ends=True)
    undo_merge(actor=SYSTEM, succession=made[0], now=NOW)
    magnets.refresh_from_db()
    assert (magnets.ended_on, magnets.identifiers.get().valid_to) == (None, None)
    assert magnets.succeeded_by.filter(undone_at__isnull=True).count() == 1


def test_posts_are_found_by_the_new_name_of_their_owner(cast: Cast) -> None:
    demand = cast.demand()
    edit_organisation(
        actor=SYSTEM,
        organisation=cast.organisations["magnets"],
        changes={"name": "沧海永磁股份有限公司"},
        now=NOW,
    )
    assert "沧海" in Demand.objects.get(pk=demand.pk).search_identity
