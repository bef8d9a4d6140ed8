"""Rounds in the browser: set up, planned, locked, published; who is let in."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianshu.casework.models import Case
from lianshu.casework.services.publishing import publish_loop
from lianshu.engine.loops import load_loop
from lianshu.engine.sheets import read_table
from lianshu.exchange.models import Project, Recommendation
from lianshu.exchange.services.posts import withdraw_post
from lianshu.jobs.models import Job
from lianshu.jobs.worker import run_queued_jobs
from lianshu.registry.models import LiaisonAssignment, Organisation, Pairing
from lianshu.registry.services import add_chain_member
from lianshu.rounds.models import Participant, Quota, Round, RoundPair, RoundStatus
from lianshu.rounds.services.computing import PLAN_JOB
from lianshu.rounds.services.rounds import Setting, add_participants, create_round
from tests.cast import NOW, SYSTEM, Cast
from tests.rounds.scenes import EXPERTS, NEEDS, Scene, another_firm, dispatch, secondment


@dataclass
class Desk:
    """A client and a round."""

    client: Client
    scene: Scene

    def login(self, name: str = "officer") -> Client:
        self.client.force_login(self.scene.cast.users[name])
        return self.client

    def address(self, what: str = "round", *more: object) -> str:
        return reverse(what, args=[self.scene.round.public_id, *more])

    def page(self, name: str = "officer") -> str:
        return self.login(name).get(self.address()).content.decode()


@pytest.fixture
def desk(client: Client, cast: Cast) -> Desk:
    return Desk(client, secondment(cast))


PAGES = (
    ("round", ()),
    ("round-edit", ()),
    ("round-side", ("left",)),
    ("round-add", ("right",)),
    ("round-quotas", ()),
    ("round-pair-new", ()),
)
DEEDS = ("round-compute", "round-lock", "round-publish", "round-cancel")


def test_only_offices_of_the_place_are_let_in(desk: Desk) -> None:
    lists = [reverse("rounds"), reverse("round-pairs"), reverse("round-new")]
    lists.append(reverse("rounds-export", args=["xlsx"]))
    pages = [desk.address(name, *more) for name, more in PAGES]
    for address in (*lists, *pages):
        assert desk.client.get(address).status_code == 302, address
    for deed in DEEDS:
        assert desk.client.post(desk.address(deed)).status_code == 302
    for name in ("alice", "carol", "eve", "admin"):
        client = desk.login(name)
        for address in (*lists, *pages):
            assert client.get(address).status_code == 403, (name, address)
        for deed in DEEDS:
            assert client.post(desk.address(deed)).status_code == 403
    client = desk.login("yinzhou")  # an office, of another place
    assert client.get(reverse("rounds")).status_code == 200
    for address in pages:
        assert client.get(address).status_code == 404, address
    client = desk.login("officer")
    for address in pages:
        assert client.get(address).status_code == 200, address
    for deed in DEEDS:
        assert client.get(desk.address(deed)).status_code == 405
    assert client.post(desk.address()).status_code == 405
    assert client.get(desk.address("round-side", "middle")).status_code == 404


def test_from_nothing_to_a_job(client: Client, cast: Cast) -> None:
    cast.demand(NEEDS[0][0], summary=NEEDS[0][2])
    cast.resource(EXPERTS[0][0], summary=EXPERTS[0][2], kind="expert")
    client.force_login(cast.users["officer"])
    given = {
        "kind": "secondment",
        "title": "春季一轮",
        "region": cast.regions["ningbo"].public_id,
        "chain": "",
        "floor": "worst",
    }
    wrong = client.post(reverse("round-new"), given | {"stable": "on"})
    assert wrong.status_code == 422 and "不能同时设保底" in wrong.content.decode()
    html = client.post(reverse("round-new"), given, follow=True).content.decode()
    assert "春季一轮" in html and "已新建" in html
    found = Round.objects.get()
    compute = reverse("round-compute", args=[found.public_id])
    assert "还没有参加者" in client.post(compute).content.decode()
    for side in ("left", "right"):
        add = reverse("round-add", args=[found.public_id, side])
        html = client.get(add, {"q": "晶界"}).content.decode()
        key = html.split('name="one" value="')[1].split('"')[0]
        html = client.post(add, {"one": [key]}, follow=True).content.decode()
        assert "已加入 1 个" in html
        assert "没有找到" in client.get(add, {"q": "绝不存在"}).content.decode()
    answer = client.post(compute, follow=True)
    job = Job.objects.get(kind=PLAN_JOB)
    assert job.link == reverse("round", args=[found.public_id])
    assert "计算“春季一轮”的方案" in answer.content.decode()
    assert client.post(compute).status_code == 409  # one is waiting
    run_queued_jobs()
    job.refresh_from_db()
    assert job.result == {"feasible": True, "pairs": 1}
    html = client.get(job.link).content.decode()
    assert NEEDS[0][0] in html and "最差的一对" in html


def test_the_plan_says_with_whom_why_and_who_else(desk: Desk) -> None:
    desk.scene.compute()
    html = desk.page()
    for title in (*(need[0] for need in NEEDS), *(expert[0] for expert in EXPERTS)):
        assert title in html
    assert "已证明最优" in html and "共同关键词" in html
    assert "没有配上的专家和团队" in html
    assert "2 / 2" in html


def test_conflicts_are_told_with_links_to_what_to_change(desk: Desk) -> None:
    client = desk.login()
    lefts = desk.scene.people("left")
    typed = {f"low-{one.pk}": "1" for one in lefts} | {f"high-{one.pk}": "1" for one in lefts}
    assert client.post(desk.address("round-side", "left"), typed).status_code == 302
    bad = client.post(desk.address("round-side", "left"), typed | {f"low-{lefts[0].pk}": "两"})
    assert bad.status_code == 422 and "不是整数" in bad.content.decode()
    quota = {
        "side": "left",
        "group": f"region:{desk.scene.cast.regions['ningbo'].public_id}",
        "low": "",
        "high": "1",
    }
    assert client.post(desk.address("round-quotas"), quota).status_code == 302
    assert client.post(desk.address("round-quotas"), quota | {"high": ""}).status_code == 422
    desk.scene.compute()
    html = desk.page()
    assert "条件冲突，没有能同时满足的方案" in html
    assert "企业需求中属于“宁波市”的合计最多 1 对。" in html
    assert desk.address("round-quotas") in html and desk.address("round-side", "left") in html
    row = Quota.objects.get()
    remove = desk.address("round-quota-remove", row.pk)
    assert client.get(remove).status_code == 405
    assert client.post(remove).status_code == 302 and not Quota.objects.exists()
    assert client.post(remove).status_code == 404
    assert "已不作数" in desk.page()


def test_a_locked_pair_and_what_it_costs_whom(desk: Desk) -> None:
    desk.scene.compute()
    pair = desk.scene.pair(0, 2)
    client = desk.login()
    edit = desk.address("round-pair", pair.pk)
    assert client.get(edit).status_code == 200
    wrong = client.post(edit, {"rule": "forbid", "weight": "5"})
    assert wrong.status_code == 422 and "写明原因" in wrong.content.decode()
    assert client.post(edit, {"rule": "must", "weight": "5"}).status_code == 302
    desk.scene.compute()
    html = desk.page()
    assert "与第 1 次方案相比" in html and "必须配对" in html
    keys = list(RoundPair.objects.filter(chosen=True).values_list("pk", flat=True))
    answer = client.post(desk.address("round-lock"), {"pair": keys})
    assert answer.status_code == 302
    assert Job.objects.filter(kind=PLAN_JOB).count() == 1
    assert set(RoundPair.objects.filter(locked=True).values_list("pk", flat=True)) == set(keys)
    new = client.post(
        desk.address("round-pair-new"),
        {
            "left": str(desk.scene.people("left")[0].pk),
            "right": str(desk.scene.people("right")[1].pk),
            "weight": "12.5",
            "rule": "",
        },
    )
    assert new.status_code == 302 and str(desk.scene.pair(0, 1).weight) == "12.50"


def test_published_pairs_become_projects_where_the_loop_is_not_there(desk: Desk) -> None:
    client = desk.login()
    assert client.post(desk.address("round-publish")).status_code == 403
    desk.scene.compute()
    html = client.post(desk.address("round-publish"), follow=True).content.decode()
    assert "方案已发布" in html and "对接进展" in html
    assert Project.objects.count() == Recommendation.objects.count() == 2
    assert not Case.objects.exists()
    assert Round.objects.get().status == RoundStatus.PUBLISHED
    assert client.post(desk.address("round-publish")).status_code == 403
    assert client.get(desk.address("round-edit")).status_code == 403


def test_published_pairs_become_cases_of_the_secondment_loop(desk: Desk) -> None:
    path = settings.PACKS / "ningbo" / "loops" / "secondment.yaml"
    publish_loop(actor=SYSTEM, loaded=load_loop(path), now=NOW)
    desk.scene.compute()
    desk.login().post(desk.address("round-publish"))
    assert Project.objects.count() == 2
    assert {case.loop_version.loop for case in Case.objects.all()} == {"secondment"}
    pair = desk.scene.pair(0, 0)
    assert (
        pair.recommendation is not None and pair.recommendation.case.asker == pair.left.organisation
    )


def test_nothing_is_published_when_one_pair_cannot_be(desk: Desk) -> None:
    desk.scene.compute()
    withdraw_post(actor=SYSTEM, post=desk.scene.experts[1], now=NOW)
    answer = desk.login().post(desk.address("round-publish"))
    assert answer.status_code == 422
    html = answer.content.decode()
    assert NEEDS[1][0] in html and EXPERTS[1][0] in html
    assert not Project.objects.exists() and Round.objects.get().status == RoundStatus.PLANNED


def test_published_liaisons_serve_their_firms(client: Client, cast: Cast) -> None:
    desk = Desk(client, dispatch(cast))
    desk.scene.compute()
    assert "同一区县" in desk.page()
    desk.login().post(desk.address("round-publish"))
    served = LiaisonAssignment.objects.values_list("liaison__name", "organisation__name")
    assert set(served) == {("周助企", "甬江磁材有限公司"), ("慈小助", "慈湖电机有限公司")}


def test_published_pairings_are_one_plus_n(client: Client, cast: Cast) -> None:
    officer = cast.actor("officer")
    for number, name in enumerate(("鄞江磁钢", "横溪磁材"), start=70):
        another_firm(cast, name, number)
    lead: Organisation = cast.organisations["magnets"]
    add_chain_member(
        actor=officer, chain=cast.chains["magnets"], organisation=lead, role="lead_firm", now=NOW
    )
    setting = Setting("磁材 1+N", cast.regions["ningbo"], cast.chains["magnets"])
    found = create_round(actor=officer, kind="pairing", setting=setting, now=NOW)
    firms = [cast.organisations["鄞江磁钢"], cast.organisations["横溪磁材"]]
    add_participants(actor=officer, found=found, side="left", subjects=firms, now=NOW)
    add_participants(actor=officer, found=found, side="right", subjects=[lead], now=NOW)
    desk = Desk(client, Scene(cast, found))
    desk.scene.compute()
    desk.login().post(desk.address("round-publish"))
    pairing = Pairing.objects.get()
    assert pairing.lead == lead and pairing.topic == "磁材 1+N" and pairing.members.count() == 2
    assert reverse("pairing", args=[pairing.public_id]) in desk.page()


def test_the_lists_cost_the_same_for_one_row_and_three(desk: Desk, cast: Cast) -> None:
    desk.scene.compute()
    client = desk.login()

    def cost(name: str) -> int:
        client.get(reverse(name))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse(name)).status_code == 200
        return len(queries)

    pairs = RoundPair.objects.order_by("pk")
    spare = list(pairs[1:].values_list("pk", flat=True))
    before = cost("rounds"), cost("round-pairs")
    officer = cast.actor("officer")
    for number in range(2):
        setting = Setting(f"又一轮{number}", cast.regions["ningbo"])
        create_round(actor=officer, kind="meeting", setting=setting, now=NOW)
    RoundPair.objects.filter(pk__in=spare[2:]).delete()
    assert cost("rounds") == before[0]
    assert cost("round-pairs") == before[1]


def test_the_page_costs_the_same_for_one_pair_and_two(desk: Desk) -> None:
    desk.scene.compute()
    client = desk.login()

    def cost() -> int:
        client.get(desk.address())
        with CaptureQueriesContext(connection) as queries:
            client.get(desk.address())
        return len(queries)

    two = cost()
    Participant.objects.filter(pk=desk.scene.people("left")[1].pk).delete()
    assert abs(cost() - two) <= 1


def test_the_result_is_exported(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    desk.scene.compute()
    client = desk.login()
    query = f"?round={desk.scene.round.public_id}&chosen=yes"
    html = client.get(reverse("round-pairs") + query).content.decode()
    assert "在方案里" in html
    answer = client.get(reverse("round-pairs-export", args=["csv"]) + query)
    path = tmp_path_factory.mktemp("export") / "pairs.csv"
    path.write_bytes(b"".join(answer))
    rows = list(read_table(path).rows)
    assert {row.cells[0] for row in rows} == {need[0] for need in NEEDS}


def test_an_empty_list_says_what_to_do(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["officer"])
    assert "还没有轮次" in client.get(reverse("rounds")).content.decode()
    assert "还没有配对" in client.get(reverse("round-pairs")).content.decode()
    assert SYSTEM.is_system
