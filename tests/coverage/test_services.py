"""Linking, deciding, incremental comparing, bulk acceptance, campaigns and doubles."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.audit.models import AuditEntry
from lianshu.authority import Refusal
from lianshu.casework.models import Case
from lianshu.coverage.models import (
    BulkRow,
    CampaignFirm,
    DuplicatePair,
    LinkDecision,
    ListRow,
    PairState,
    RowCandidate,
    RowState,
)
from lianshu.coverage.queries.covering import Cover, enterprises, firms_of
from lianshu.coverage.queries.figures import Narrowing, changes_between, figures_of, uncovered
from lianshu.coverage.reading import RowIn, read_list
from lianshu.coverage.sampling import estimate
from lianshu.coverage.services.bulk import accept_check, begin_check, judge_sample, undo_check
from lianshu.coverage.services.campaigns import Wish, begin_campaign, open_cases
from lianshu.coverage.services.deciding import decide_row, undo_decision
from lianshu.coverage.services.duplicates import (
    find_duplicates,
    keep_apart,
    merge_pair,
    reopen_pair,
)
from lianshu.coverage.services.linking import relink_changed
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.services import edit_organisation, merge_organisation, move_organisation
from tests.casework.loops import order_loop
from tests.cast import NOW, SYSTEM, Cast
from tests.coverage.scenes import FIRST, SECOND, CoverScene, covering, firm, listed

LATER = NOW + timedelta(days=1)


@pytest.fixture
def scene(cast: Cast) -> CoverScene:
    return covering(cast)


def names_of(scene: CoverScene, cover: Cover) -> set[str]:
    """The firms of a group, as the office sees them."""
    rows = enterprises(scene.cast.actor("officer")).filter(
        firms_of(scene.cast.actor("officer"), cover)
    )
    return set(rows.values_list("name", flat=True))


# --- reading ---------------------------------------------------------------------------------


def read(text: str) -> object:
    """A CSV file as it comes."""
    return read_list(io.BytesIO(text.encode()), name="名单.csv")


def test_a_file_says_what_is_odd_about_it() -> None:
    found = read_list(
        io.BytesIO(
            "企业名称,统一社会信用代码,曾用名\n甲厂,,老甲厂|旧甲厂\n,,\n，,,\n乙厂,9133,\n丙厂,9133,\n".encode()
        ),
        name="名单.csv",
    )
    assert found.rows[0].name == "甲厂"
    assert found.rows[0].former_names == ("老甲厂", "旧甲厂")
    assert any("9133" in note and "2 个不同的名称" in note for note in found.notes)


def test_a_file_without_a_usable_column_is_refused() -> None:
    with pytest.raises(DomainError, match="没有“名称”或"):
        read("电话,传真\n1,2\n")
    with pytest.raises(DomainError):
        read("名称\n")


def test_equal_names_are_told() -> None:
    same = "名称\n" + "甲厂\n" * 30
    assert "同一个名称" in read_list(io.BytesIO(same.encode()), name="名单.csv").notes[0]
    many = same + "乙厂\n"
    assert "出现 30 次" in read_list(io.BytesIO(many.encode()), name="名单.csv").notes[0]


def test_width_and_blanks_do_not_change_the_key() -> None:
    assert RowIn(1, "甲厂（宁波）").key == RowIn(9, "甲厂 (宁波)").key
    assert RowIn(1, "甲厂").key != RowIn(1, "甲厂", "91").key


# --- linking and deciding --------------------------------------------------------------------


def test_rows_are_linked_or_wait_or_are_nobody(scene: CoverScene) -> None:
    rows = [*listed(scene.firms[0]), RowIn(3, "云外天边有限公司")]
    edition = scene.edition(FIRST, rows)
    linked, nobody = scene.row(edition, 2), scene.row(edition, 3)
    assert (linked.state, linked.entity, linked.region) == (
        RowState.MATCH,
        scene.firms[0],
        scene.firms[0].region,
    )
    assert linked.reasons and RowCandidate.objects.filter(row=linked, rank=1).exists()
    assert nobody.state in (RowState.NEW, RowState.REVIEW) and nobody.entity is None


def test_a_decision_holds_for_every_edition_and_can_be_undone(scene: CoverScene) -> None:
    officer = scene.cast.actor("officer")
    first = scene.edition(FIRST, [RowIn(2, "赤霄的老客户")])
    row = scene.row(first, 2)
    decide_row(actor=officer, row=row, entity=scene.firms[0], now=NOW)
    second = scene.edition(SECOND, [RowIn(7, "赤霄的老客户")])
    for edition, number in ((first, 2), (second, 7)):
        held = scene.row(edition, number)
        assert (held.entity, held.by_person, held.state) == (scene.firms[0], True, RowState.MATCH)
    decide_row(actor=officer, row=row, entity=scene.firms[1], now=NOW)
    assert scene.row(second, 7).entity == scene.firms[1]
    undo_decision(actor=officer, row=row, now=NOW)
    assert scene.row(second, 7).entity == scene.firms[0]
    undo_decision(actor=officer, row=row, now=NOW)
    assert scene.row(first, 2).by_person is False
    with pytest.raises(Conflict):
        undo_decision(actor=officer, row=row, now=NOW)
    assert LinkDecision.objects.count() == 2, "none is removed"
    told = AuditEntry.objects.filter(object_type="coverage.firmlist")
    assert told.filter(action="coverage.decided").count() == 2


def test_a_contradicted_decision_goes_back_to_the_queue(scene: CoverScene) -> None:
    officer = scene.cast.actor("officer")
    edition = scene.edition(FIRST, [RowIn(2, "宁波龙泉锻造有限公司")])
    decide_row(actor=officer, row=scene.row(edition, 2), entity=None, now=NOW)
    assert scene.row(edition, 2).state == RowState.NEW
    made = firm(scene.cast, "宁波龙泉锻造有限公司", 850)
    edit_organisation(
        actor=SYSTEM, organisation=made, changes={"short_name": "龙泉锻造"}, now=LATER
    )
    assert relink_changed(now=LATER) == 1
    row = scene.row(edition, 2)
    assert (row.state, row.conflict, row.by_person, row.entity) == (
        RowState.REVIEW,
        True,
        True,
        None,
    )
    assert LinkDecision.objects.get().undone_at is None, "the person's word stands"
    # Looked at again and held to: what was refused now is not asked again.
    decide_row(actor=officer, row=row, entity=None, now=LATER)
    assert scene.row(edition, 2).state == RowState.NEW


def test_only_what_a_change_touches_is_compared_again(scene: CoverScene) -> None:
    edition = scene.edition(FIRST, [*listed(*scene.firms), RowIn(9, "宁波承影光学有限公司")])
    ListRow.objects.filter(edition=edition, number=3).update(probability=Decimal("0.1111"))
    firm(scene.cast, "宁波承影光学有限公司", 851, now=LATER)
    assert relink_changed(now=LATER) == 1
    assert scene.row(edition, 9).state == RowState.MATCH
    assert scene.row(edition, 3).probability == Decimal("0.1111"), "untouched"
    relink_changed(now=LATER + timedelta(days=1))  # of the moment itself nothing is missed
    assert relink_changed(now=LATER + timedelta(days=2)) == 0


def test_merging_two_records_moves_the_link_and_absorption_does_not(scene: CoverScene) -> None:
    edition = scene.edition(FIRST, listed(*scene.firms))
    first, second, third = scene.firms
    for gone, kind in ((second, "duplicate"), (third, "absorbed")):
        merge_organisation(
            actor=SYSTEM,
            predecessor=gone,
            successor=first,
            kind=kind,
            reason="合并",
            on=NOW.date(),
            now=LATER,
        )
    assert scene.row(edition, 3).entity == first
    assert scene.row(edition, 4).entity == third
    relink_changed(now=LATER)
    assert scene.row(edition, 4).entity == third, "the id stays"
    assert names_of(scene, Cover(edition, "merged")) == {third.name}


# --- coverage --------------------------------------------------------------------------------


def test_each_firm_is_in_one_group(scene: CoverScene) -> None:
    officer = scene.cast.actor("officer")
    edition = scene.edition(FIRST, [*listed(scene.firms[0]), RowIn(9, "青霭老厂")])
    waiting = scene.row(edition, 9)
    ListRow.objects.filter(pk=waiting.pk).update(state=RowState.REVIEW)
    RowCandidate.objects.filter(row=waiting).delete()
    RowCandidate.objects.create(
        row=waiting, organisation=scene.firms[1], rank=1, probability=Decimal("0.6")
    )
    figures = figures_of(officer, edition, Narrowing())
    assert dict(figures.whole.counts) == {"covered": 1, "doubtful": 1, "open": 3}
    assert (figures.whole.total, figures.waiting, figures.rows) == (5, 1, 2)
    assert names_of(scene, Cover(edition, "covered")) == {scene.firms[0].name}
    assert names_of(scene, Cover(edition, "doubtful")) == {scene.firms[1].name}
    assert scene.firms[2].name in names_of(scene, Cover(edition, "open"))
    assert {line.label: line.total for line in figures.by_district} == {"鄞州区": 3, "慈溪市": 2}
    assert [line.label for line in figures.by_size] == ["规模未知"]
    narrow = Narrowing(district=scene.cast.regions["cixi"], size="unknown")
    assert figures_of(officer, edition, narrow).whole.total == 2
    assert figures_of(officer, edition, Narrowing(size="large")).whole.total == 0


def test_figures_agree_with_the_rows_they_open_to(scene: CoverScene) -> None:
    officer = scene.cast.actor("officer")
    edition = scene.edition(FIRST, listed(*scene.firms[:2]))
    whole = figures_of(officer, edition, Narrowing()).whole
    for status in ("covered", "open", "doubtful", "closed", "merged", "moved"):
        assert whole.counts[status] == len(names_of(scene, Cover(edition, status))), status
    assert whole.total == len(names_of(scene, Cover(edition, "all")))


def test_changes_between_two_dates(scene: CoverScene) -> None:
    officer = scene.cast.actor("officer")
    before = scene.edition(FIRST, listed(scene.firms[0], scene.firms[2]))
    after = scene.edition(SECOND, listed(scene.firms[1], scene.firms[2]))
    found = changes_between(officer, before, after, Narrowing())
    assert found == {"gained": 1, "dropped": 1, "gone": 0}
    assert names_of(scene, Cover(after, "gained", before)) == {scene.firms[1].name}
    assert names_of(scene, Cover(after, "dropped", before)) == {scene.firms[0].name}


def test_a_firm_that_moved_out_is_lost_to_its_district(cast: Cast) -> None:
    scene = covering(cast, region="yinzhou")
    edition = scene.edition(FIRST, listed(scene.firms[0]))
    move_organisation(
        actor=SYSTEM,
        organisation=scene.firms[0],
        region=cast.regions["cixi"],
        chain=scene.firms[0].chain,
        now=LATER,
    )
    relink_changed(now=LATER)
    assert names_of(scene, Cover(edition, "moved")) == {scene.firms[0].name}
    assert names_of(scene, Cover(edition, "covered")) == set()
    place = cast.regions["yinzhou"]
    assert names_of(scene, Cover(edition, "lost", place=place)) == {scene.firms[0].name}


# --- many at once ----------------------------------------------------------------------------


def waiting_rows(scene: CoverScene, count: int) -> None:
    """Rows in the queue with a likely candidate."""
    edition = scene.edition(FIRST, [RowIn(at, f"某某客户{at}号") for at in range(2, count + 2)])
    rows = ListRow.objects.filter(edition=edition)
    rows.update(state=RowState.REVIEW, said=RowState.REVIEW, entity=None)
    RowCandidate.objects.filter(row__in=rows).delete()
    RowCandidate.objects.bulk_create(
        RowCandidate(row=row, organisation=scene.firms[0], rank=1, probability=Decimal("0.95"))
        for row in rows
    )


def test_nothing_is_accepted_before_the_sample_is_judged(scene: CoverScene) -> None:
    waiting_rows(scene, 34)
    officer = scene.cast.actor("officer")
    with pytest.raises(DomainError, match="没有概率达到"):
        begin_check(actor=officer, firm_list=scene.list, threshold=Decimal("0.99"), seed=1, now=NOW)
    check = begin_check(
        actor=officer, firm_list=scene.list, threshold=Decimal("0.9"), seed=1, now=NOW
    )
    sample = list(BulkRow.objects.filter(check_of=check, sampled=True).select_related("row"))
    assert len(sample) == 30
    for at, one in enumerate(sample):
        with pytest.raises(Conflict, match="还没有判断完"):
            accept_check(actor=officer, check=check, now=NOW)
        one.row.edition.firm_list = scene.list
        judge_sample(actor=officer, check=check, one=one, right=at > 0, now=NOW)
    assert accept_check(actor=officer, check=check, now=NOW) == 4
    assert ListRow.objects.filter(state=RowState.MATCH).count() == 33
    with pytest.raises(Conflict):
        accept_check(actor=officer, check=check, now=NOW)
    assert undo_check(actor=officer, check=check, now=NOW) == 4
    assert ListRow.objects.filter(state=RowState.MATCH).count() == 29


def test_the_seed_decides_the_sample(scene: CoverScene) -> None:
    waiting_rows(scene, 40)
    officer = scene.cast.actor("officer")

    def drawn(seed: int) -> set[int]:
        check = begin_check(
            actor=officer, firm_list=scene.list, threshold=Decimal("0.9"), seed=seed, now=NOW
        )
        return set(check.rows.filter(sampled=True).values_list("row_id", flat=True))

    assert drawn(1) == drawn(1) != drawn(2)


@given(st.integers(1, 200), st.data())
def test_the_interval_holds_the_share(sampled: int, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, sampled))
    found = estimate(sampled, errors)
    assert 0 <= found.low <= found.share + Decimal("0.1") and found.share <= found.high <= 100
    assert found.high > 0, "no sample is certain of none"
    more = estimate(sampled * 4, errors * 4)
    assert more.high - more.low <= found.high - found.low


def test_no_error_in_thirty_is_up_to_eleven_per_cent() -> None:
    assert (estimate(30, 0).low, estimate(30, 0).high) == (Decimal("0.0"), Decimal("11.4"))


# --- campaigns and doubles -------------------------------------------------------------------


def test_a_campaign_opens_a_case_for_each_and_ends_as_they_are_covered(scene: CoverScene) -> None:
    officer = scene.cast.actor("officer")
    edition = scene.edition(FIRST, listed(scene.firms[0]))
    firms = uncovered(officer, edition, Narrowing(district=scene.cast.regions["yinzhou"]))
    assert {each.name for each in firms} == {scene.firms[1].name, "甬江磁材有限公司"}
    campaign = begin_campaign(
        actor=officer, edition=edition, firms=firms, wish=Wish("清零", order_loop()), now=NOW
    )
    assert open_cases(actor=officer, campaign=campaign, now=NOW) == 2
    assert open_cases(actor=officer, campaign=campaign, now=NOW) == 0
    assert set(Case.objects.values_list("asker__name", flat=True)) == {f.name for f in firms}
    assert not CampaignFirm.objects.filter(covered_on__isnull=False).exists()
    scene.edition(SECOND, listed(scene.firms[1]))
    done = CampaignFirm.objects.get(covered_on__isnull=False)
    assert (done.organisation, done.covered_on) == (scene.firms[1], SECOND)


def test_a_list_for_information_opens_no_campaign(cast: Cast) -> None:
    scene = covering(cast, purpose="party")
    assert scene.list.for_information
    edition = scene.edition(FIRST, listed(scene.firms[0]))
    with pytest.raises(Refusal, match="仅供了解"):
        begin_campaign(
            actor=cast.actor("officer"),
            edition=edition,
            firms=scene.firms,
            wish=Wish("清零", order_loop()),
            now=NOW,
        )


def test_doubles_are_found_merged_and_split_again(scene: CoverScene) -> None:
    twin = firm(scene.cast, "宁波赤霄精密仪器公司", 860)
    assert find_duplicates(now=NOW) >= 1
    pair = DuplicatePair.objects.get(first=scene.firms[0], second=twin)
    assert pair.reasons and find_duplicates(now=NOW) == 0
    edition = scene.edition(FIRST, listed(twin))
    officer = scene.cast.actor("officer")
    decide_row(actor=officer, row=scene.row(edition, 2), entity=twin, now=NOW)
    admin = scene.cast.actor("admin")
    merged = merge_pair(
        actor=admin, pair=pair, stays=scene.firms[0], reason="重复", on=NOW.date(), now=NOW
    )
    assert (merged.state, merged.second_id) == (PairState.MERGED, twin.pk)
    assert scene.row(edition, 2).entity == scene.firms[0]
    with pytest.raises(Conflict):
        keep_apart(actor=admin, pair=pair, note="不是", now=NOW)
    reopen_pair(actor=admin, pair=pair, now=NOW)
    twin.refresh_from_db()
    assert twin.merged_into is None and scene.row(edition, 2).entity == twin
    keep_apart(actor=admin, pair=pair, note="两家", now=NOW)
    assert find_duplicates(now=NOW) == 0, "what a person said is not asked again"
    with pytest.raises(Refusal):
        merge_pair(
            actor=officer,
            pair=pair,
            stays=twin,
            reason="重复",
            on=NOW.date(),
            now=NOW,
        )
