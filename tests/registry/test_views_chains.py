"""Pages of chains, groups, pairings and liaisons: works, wrong method, others, not logged in."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianshu.registry.models import (
    Affiliation,
    Chain,
    ChainMember,
    Liaison,
    LiaisonAssignment,
    Organisation,
    Pairing,
    PairingMember,
    Segment,
)
from lianshu.registry.services import (
    AssignmentRow,
    ChainMemberRow,
    SegmentRow,
    add_affiliation,
    add_chain_members,
    add_segments,
    assign_liaisons,
    create_liaison,
    create_organisation,
    create_pairing,
)
from tests.cast import NOW, SYSTEM, Cast

SPRING = date(2026, 3, 1)
ENDED = {"on": "2026-06-01"}


def login(client: Client, cast: Cast, name: str) -> Client:
    client.force_login(cast.users[name])
    return client


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


class Furnished:
    """A chain with segments and members, an alliance, a pairing and a liaison."""

    def __init__(self, cast: Cast) -> None:
        self.chain = cast.chains["magnets"]
        self.firm, self.motors = cast.organisations["magnets"], cast.organisations["motors"]
        rows = [
            SegmentRow("up", "稀土原料", "upstream"),
            SegmentRow("mid", "永磁材料", "midstream"),
            SegmentRow("part", "钕铁硼", "midstream", parent="mid"),
        ]
        self.segments = add_segments(actor=SYSTEM, chain=self.chain, rows=rows, now=NOW)
        members = [
            ChainMemberRow(self.chain, self.firm, "lead_firm", self.segments["part"], SPRING),
            ChainMemberRow(self.chain, self.motors, "member", None, SPRING),
            ChainMemberRow(self.chain, cast.organisations["university"], "chain_innovator"),
        ]
        add_chain_members(actor=SYSTEM, rows=members, now=NOW)
        self.alliance = create_organisation(
            actor=SYSTEM,
            name="磁性材料产业联盟",
            kind="alliance",
            form="alliance",
            region=cast.regions["ningbo"],
            chain=self.chain,
            now=NOW,
        )
        self.affiliation = add_affiliation(
            actor=SYSTEM, group=self.alliance, organisation=self.firm, role="lead", now=NOW
        )
        self.pairing = create_pairing(
            actor=SYSTEM,
            lead=self.firm,
            members=[self.motors, cast.organisations["university"]],
            topic="高端磁钢联合攻关",
            chain=self.chain,
            valid_from=SPRING,
            now=NOW,
        )
        self.liaison = create_liaison(
            actor=SYSTEM,
            kind="helper",
            name="梅助",
            phone="0574-00000010",
            organisation=cast.organisations["office"],
            now=NOW,
        )
        rows_served = [AssignmentRow(self.liaison, self.firm, SPRING)]
        assign_liaisons(actor=SYSTEM, rows=rows_served, now=NOW)

    def pages(self) -> list[str]:
        """Every page that can be read."""
        return [
            reverse("chains"),
            reverse("chain-table"),
            reverse("chain", args=[self.chain.code]),
            reverse("chain-members"),
            reverse("groups"),
            reverse("pairings"),
            reverse("pairing", args=[self.pairing.public_id]),
            reverse("liaisons"),
            reverse("liaison", args=[self.liaison.public_id]),
            reverse("organisation-chains", args=[self.firm.public_id]),
            reverse("organisation-chains", args=[self.alliance.public_id]),
        ]

    def forms(self) -> list[str]:
        """Every page that writes."""
        code, pairing, liaison = self.chain.code, self.pairing.public_id, self.liaison.public_id
        return [
            reverse("chain-new"),
            reverse("chain-edit", args=[code]),
            reverse("segment-new", args=[code]),
            reverse("segment-edit", args=[self.segments["up"].public_id]),
            reverse("chain-member-new", args=[code]),
            reverse("affiliation-new", args=[self.alliance.public_id]),
            reverse("pairing-new"),
            reverse("pairing-join", args=[pairing]),
            reverse("liaison-new"),
            reverse("liaison-edit", args=[liaison]),
            reverse("liaison-assign", args=[liaison]),
        ]

    def deeds(self) -> list[str]:
        """Every address that only takes a POST."""
        served = LiaisonAssignment.objects.get()
        return [
            reverse("chain-member-end", args=[ChainMember.objects.earliest("pk").pk]),
            reverse("affiliation-end", args=[self.affiliation.pk]),
            reverse("pairing-end", args=[self.pairing.public_id]),
            reverse("liaison-hand-over", args=[self.liaison.public_id]),
            reverse("liaison-end", args=[self.liaison.public_id]),
            reverse("assignment-end", args=[served.pk]),
        ]


@pytest.fixture
def furnished(cast: Cast) -> Furnished:
    return Furnished(cast)


def test_who_may_open_what(client: Client, cast: Cast, furnished: Furnished) -> None:
    for address in (*furnished.pages(), *furnished.forms(), *furnished.deeds()):
        assert client.get(address).headers["Location"].startswith("/accounts/login/"), address
    login(client, cast, "officer")
    for address in (*furnished.pages(), *furnished.forms()):
        text(client, address)
    for address in furnished.pages():
        assert client.post(address).status_code == 405, address
    for address in furnished.deeds():
        assert client.get(address).status_code == 405, address
    # The firm that is served knows its liaison; it changes nothing.
    login(client, cast, "alice")
    for address in furnished.pages():
        html = text(client, address)
        assert "data-confirm=" not in html, address
    for address in furnished.forms():
        assert client.get(address).status_code == 403, address
    for address in furnished.deeds():
        answer = client.post(address, {**ENDED, "successor": furnished.liaison.public_id})
        assert answer.status_code in (403, 422), address
    login(client, cast, "bob")
    for address in furnished.pages():
        hidden = address == reverse("liaison", args=[furnished.liaison.public_id])
        text(client, address, 404 if hidden else 200)
    for address in ("/chains/none/", "/pairings/none/", "/liaisons/none/", "/segments/none/"):
        text(client, address, 404)
    for name in ("chain-member-end", "affiliation-end", "assignment-end"):
        assert client.post(reverse(name, args=[999]), ENDED).status_code == 404


def test_a_chain_shows_its_segments_and_firms(
    client: Client, cast: Cast, furnished: Furnished
) -> None:
    cast.demand(chain=furnished.chain)
    login(client, cast, "officer")
    html = text(client, reverse("chain", args=["magnets"]))
    assert "中游" in html and "下游" not in html.split("<main")[1]
    assert html.index("永磁材料") < html.index("钕铁硼")
    assert f'href="/demands/?chain={furnished.chain.public_id}&amp;status=published"' in html
    assert "高端磁钢联合攻关" in html and "磁性材料产业联盟" in html and "助企专员" not in html
    whole = reverse("chain-members") + "?over=0&segment=" + furnished.segments["mid"].public_id
    listed = text(client, whole)
    assert furnished.firm.name in listed and furnished.motors.name not in listed.split("<main")[1]
    board = text(client, reverse("chains"))
    assert "层级尚未确定" in board and "链长尚未登记" in board
    # What a segment's page reads does not grow with its firms.
    with CaptureQueriesContext(
        connection,
    ) as few:
        text(client, reverse("chain", args=["magnets"]))
    rows = [
        ChainMemberRow(furnished.chain, cast.organisations[key], role, furnished.segments["up"])
        for key in ("bank", "platform", "office")
        for role in ("lead_firm", "member")
    ]
    add_chain_members(actor=SYSTEM, rows=rows, now=NOW)
    with CaptureQueriesContext(connection) as many:
        text(client, reverse("chain", args=["magnets"]))
    assert len(few) == len(many)


def test_who_serves_a_firm_is_shown_to_it_alone(
    client: Client, cast: Cast, furnished: Furnished
) -> None:
    tab = reverse("organisation-chains", args=[furnished.firm.public_id])
    for who, sees in (("alice", True), ("anna", True), ("yinzhou", True), ("bob", False)):
        html = text(login(client, cast, who), tab)
        assert ("0574-00000010" in html) is sees, who
        assert ("只向它本单位、派出单位和负责它的链办开放" in html) is not sees, who
    assert "服务我们的专员" in text(login(client, cast, "alice"), "/")
    assert "服务我们的专员" not in text(login(client, cast, "bob"), "/")
    export = b"".join(client.get("/liaisons/export/csv/").streaming_content)  # type: ignore[attr-defined]
    assert "梅助" not in export.decode()


def test_an_officer_keeps_a_chain(client: Client, cast: Cast, furnished: Furnished) -> None:
    login(client, cast, "officer")
    new = {"code": "robots", "name": "机器人", "tier": "core", "office": "新材料产业链链办"}
    assert client.post(reverse("chain-new"), new).headers["Location"] == "/chains/robots/"
    twice = client.post(reverse("chain-new"), new)
    assert twice.status_code == 422 and "已有产业链在用" in twice.content.decode()
    edited = {"name": "智能机器人", "office": "没有这家", "chief": "周明"}
    wrong = client.post("/chains/robots/edit/", edited)
    assert wrong.status_code == 422 and "不是已登记的单位" in wrong.content.decode()
    client.post("/chains/robots/edit/", {**edited, "office": ""})
    chain = Chain.objects.get(code="robots")
    assert (chain.name, chain.chief, chain.office) == ("智能机器人", "周明", None)
    client.post("/chains/robots/segments/new/", {"name": "减速器", "stream": "upstream"})
    segment = Segment.objects.get(chain=chain)
    address = reverse("segment-edit", args=[segment.public_id])
    client.post(address, {"name": "精密减速器", "stream": "midstream", "position": "3"})
    segment.refresh_from_db()
    assert (segment.name, segment.stream, segment.position) == ("精密减速器", "midstream", 3)
    member = {
        "organisation": "慈湖电机有限公司",
        "role": "lead_firm",
        "segment": segment.public_id,
        "valid_from": "2026-03-01",
    }
    add = reverse("chain-member-new", args=["robots"])
    assert client.post(add, member).status_code == 302
    again = client.post(add, {**member, "valid_from": "2026-05-01"})
    assert again.status_code == 422 and "2026-03-01 起" in again.content.decode()
    assert client.post(address, {"remove": "1"}).status_code == 422
    stored = ChainMember.objects.get(chain=chain)
    end = reverse("chain-member-end", args=[stored.pk])
    assert client.post(end, {"on": "soon"}).status_code == 422
    assert client.post(end, ENDED).status_code == 302
    tab = text(client, reverse("organisation-chains", args=[furnished.motors.public_id]))
    assert "以前的角色" in tab
    other = Segment.objects.create(chain=chain, code="x", name="空", stream="upstream")
    gone = client.post(reverse("segment-edit", args=[other.public_id]), {"remove": "1"})
    assert gone.headers["Location"] == "/chains/robots/"
    # Many roles end at once from the list.
    chosen = ChainMember.objects.get(organisation=furnished.firm)
    bulk = reverse("chain-members-bulk", args=["end"])
    preview = client.post(bulk, {"row": chosen.pk})
    assert "不再是“磁性材料”的链主企业" in preview.content.decode()
    client.post(bulk, {"row": chosen.pk, "step": "run", **ENDED})
    chosen.refresh_from_db()
    assert chosen.valid_to == date(2026, 6, 1)


def test_an_officer_keeps_groups_and_pairings(
    client: Client, cast: Cast, furnished: Furnished
) -> None:
    login(client, cast, "officer")
    add = reverse("affiliation-new", args=[furnished.alliance.public_id])
    joined = client.post(add, {"organisation": "港湾银行", "role": "member", "valid_from": ""})
    assert joined.status_code == 302
    assert client.post(add, {"organisation": "港湾银行", "role": "member"}).status_code == 422
    added = Affiliation.objects.get(organisation__name="港湾银行")
    assert client.post(reverse("affiliation-end", args=[added.pk]), ENDED).status_code == 302
    groups = text(client, "/groups/?kind=alliance&form=alliance")
    assert "磁性材料产业联盟" in groups and "<b>1</b>" in groups
    pairing = {
        "topic": "电机联合攻关",
        "lead": "慈湖电机有限公司",
        "members": "甬江磁材有限公司\n没有这家",
        "chain": furnished.chain.public_id,
        "valid_from": "2026-03-01",
    }
    wrong = client.post("/pairings/new/", pairing)
    assert wrong.status_code == 422 and "“没有这家”" in wrong.content.decode()
    client.post("/pairings/new/", {**pairing, "members": "甬江磁材有限公司\n\n东海大学"})
    made = Pairing.objects.get(topic="电机联合攻关")
    assert (made.region.code, made.members.count()) == ("cixi", 2)
    join = reverse("pairing-join", args=[made.public_id])
    client.post(join, {"organisation": "港湾银行", "valid_from": "2026-04-01"})
    end = reverse("pairing-end", args=[made.public_id])
    bank = PairingMember.objects.get(organisation__name="港湾银行")
    assert client.post(end, {**ENDED, "member": 0}).status_code == 404
    client.post(end, {**ENDED, "member": bank.pk})
    html = text(client, reverse("pairing", args=[made.public_id]))
    assert "以前的结对单位" in html and "1 + 2" in html
    client.post(end, ENDED)
    made.refresh_from_db()
    assert made.valid_to == date(2026, 6, 1)
    assert "电机联合攻关" in text(client, "/pairings/?over=1")


def test_an_officer_keeps_liaisons(client: Client, cast: Cast, furnished: Furnished) -> None:
    login(client, cast, "officer")
    given = {"kind": "helper", "name": "兰助", "organisation": "鄞州区链办", "valid_from": ""}
    client.post("/liaisons/new/", given)
    lan = Liaison.objects.get(name="兰助")
    assert (lan.region.code, lan.valid_from) == ("yinzhou", None)
    edit = reverse("liaison-edit", args=[lan.public_id])
    client.post(edit, {"name": "兰助理", "phone": "1", "organisation": "鄞州区链办"})
    lan.refresh_from_db()
    assert (lan.name, lan.phone) == ("兰助理", "1")
    assign = reverse("liaison-assign", args=[lan.public_id])
    assert client.post(assign, {"organisation": "慈湖电机有限公司"}).status_code == 302
    assert client.post(assign, {"organisation": "慈湖电机有限公司"}).status_code == 422
    source = furnished.liaison.public_id
    hand_over = reverse("liaison-hand-over", args=[source])
    assert client.post(reverse("liaison-end", args=[source]), ENDED).status_code == 422
    assert client.post(hand_over, ENDED).status_code == 422
    client.post(hand_over, {**ENDED, "successor": lan.public_id})
    assert client.post(reverse("liaison-end", args=[source]), ENDED).status_code == 302
    html = text(client, reverse("liaison", args=[lan.public_id]))
    assert "甬江磁材有限公司" in html and "2026-06-01 起" in html
    served = LiaisonAssignment.objects.get(
        liaison=lan, organisation=Organisation.objects.get(name="慈湖电机有限公司")
    )
    client.post(reverse("assignment-end", args=[served.pk]), {"on": "2027-01-01"})
    served.refresh_from_db()
    assert served.valid_to == date(2027, 1, 1)
    # A district officer sees and keeps only what lies in the district.
    login(client, cast, "yinzhou")
    assert "兰助理" in text(client, "/liaisons/") and client.get(assign).status_code == 200
    refused = client.post(assign, {"organisation": "慈湖电机有限公司"})
    assert refused.status_code == 403


@pytest.mark.parametrize("name", ["chain-table", "chain-members", "groups", "pairings", "liaisons"])
def test_lists_read_a_constant_number_of_times(
    client: Client, cast: Cast, furnished: Furnished, name: str
) -> None:
    login(client, cast, "officer")
    text(client, reverse(name))
    with CaptureQueriesContext(connection) as few:
        text(client, reverse(name))
    for number in range(3):
        group = create_organisation(
            actor=SYSTEM,
            name=f"第{number}社区",
            kind="community",
            form="industrial",
            region=cast.regions["yinzhou"],
            now=NOW,
        )
        add_affiliation(
            actor=SYSTEM, group=group, organisation=furnished.firm, role="resident", now=NOW
        )
        others = [furnished.motors]
        create_pairing(
            actor=SYSTEM, lead=furnished.firm, members=others, topic=f"第{number}件", now=NOW
        )
        liaison = create_liaison(
            actor=SYSTEM,
            kind="agent",
            name=f"第{number}位",
            organisation=cast.organisations["yinzhou_office"],
            chain=furnished.chain,
            now=NOW,
        )
        assign_liaisons(actor=SYSTEM, rows=[AssignmentRow(liaison, furnished.motors)], now=NOW)
        role = ("lead_firm", "member", "chain_innovator")[number]
        row = ChainMemberRow(furnished.chain, cast.organisations["bank"], role)
        add_chain_members(actor=SYSTEM, rows=[row], now=NOW)
    with CaptureQueriesContext(connection) as many:
        text(client, reverse(name))
    assert len(few) == len(many), name
