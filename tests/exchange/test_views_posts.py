"""Pages of demands and resources: works, wrong method, other organisation, not logged in."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import Demand, PostStatus, Resource
from lianshu.exchange.services.confidentiality import disclose_to
from tests.cast import NOW, Cast

DEEDS = ("publish", "renew", "withdraw", "delete", "match", "disclose", "exclude", "attach")
TYPED = {"title": "高速电主轴", "kind": "technology", "owner": "甬江磁材有限公司"}


def login(client: Client, cast: Cast, name: str) -> Client:
    client.force_login(cast.users[name])
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def of(post: Demand | Resource, what: str = "") -> str:
    name = post._meta.model_name
    return reverse(f"{name}-{what}" if what else str(name), args=[post.public_id])


def test_strangers_log_in_and_methods_are_kept(client: Client, cast: Cast) -> None:
    demand = cast.demand()
    for address in (of(demand), of(demand, "edit"), reverse("demand-new")):
        assert client.get(address).status_code == 302
    for deed in (*DEEDS, "autosave"):
        assert client.post(of(demand, deed)).headers["Location"].startswith("/accounts/login/")
    login(client, cast, "alice")
    for deed in (*DEEDS, "autosave"):
        assert client.get(of(demand, deed)).status_code == 405
    assert client.post(of(demand)).status_code == 405


def test_a_post_nobody_may_see_is_not_found(client: Client, cast: Cast) -> None:
    draft = cast.demand(publish=False)
    login(client, cast, "bob")
    for what in ("", "edit"):
        assert client.get(of(draft, what)).status_code == 404
    for deed in DEEDS:
        assert client.post(of(draft, deed)).status_code == 404
    assert client.get(reverse("demand", args=["nothing"])).status_code == 404


def test_others_may_not_do_what_is_the_owners(client: Client, cast: Cast) -> None:
    demand = cast.demand()
    for name in ("bob", "anna", "eve"):
        login(client, cast, name)
        for deed in ("renew", "withdraw", "match", "exclude", "autosave"):
            assert client.post(of(demand, deed), TYPED).status_code == 403, (name, deed)
        assert client.get(of(demand, "edit")).status_code == 403
    assert Demand.objects.get().status == PostStatus.PUBLISHED


# --- what a reader knows ---


def test_each_level_shows_its_text_and_says_what_is_hidden(client: Client, cast: Cast) -> None:
    demand = cast.demand(
        summary="公开的话", detail="内里的话", contact_name="艾联系", budget_max=5_000_000
    )
    html = page(login(client, cast, "carol"), of(demand))
    assert "公开的话" in html
    assert "详情未向您披露" in html
    assert "发布单位暂不公开" in html
    for secret in ("内里的话", "艾联系", "0574-0000-0001", "5 万元", "甬江磁材"):
        assert secret not in html
    alice, carols = cast.actor("alice"), cast.organisations["university"]
    disclose_to(actor=alice, post=demand, organisation=carols, level=Disclosure.IDENTITY, now=NOW)
    html = page(client, of(demand))
    assert "艾联系" in html
    assert "内里的话" not in html
    disclose_to(actor=alice, post=demand, organisation=carols, level=Disclosure.DETAIL, now=NOW)
    html = page(client, of(demand))
    assert "内里的话" in html
    assert "5 万元" in html


def test_the_owner_sees_who_read_the_detail(client: Client, cast: Cast) -> None:
    demand = cast.demand(detail="内里的话")
    assert "还没有人看过详情" in page(login(client, cast, "alice"), of(demand))
    page(login(client, cast, "officer"), of(demand))
    page(client, of(demand))
    html = page(login(client, cast, "alice"), of(demand))
    assert "欧阳链" in html
    assert "共 2 次" in html
    assert demand.readings.count() == 2


def test_an_auditor_reads_the_record_without_the_wording(client: Client, cast: Cast) -> None:
    demand = cast.demand(detail="内里的话")
    login(client, cast, "alice").post(
        of(demand, "edit"),
        {
            "title": demand.title,
            "kind": "technology",
            "contact": "1",
            "detail": "新的内里",
            "version": "1",
        },
    )
    html = page(client, of(demand))
    assert "新的内里" in html
    assert "修改历史" in html
    html = page(login(client, cast, "admin"), of(demand))
    assert "操作记录" in html
    assert "修改历史" not in html
    assert "内里" not in html


def test_what_is_written_is_shown_as_text(client: Client, cast: Cast) -> None:
    demand = cast.demand("<script>alert(1)</script>", summary="<img src=x onerror=alert(1)>")
    html = page(login(client, cast, "alice"), of(demand))
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;alert(1)" in html


# --- writing ---


def test_one_sentence_and_a_contact_are_enough(client: Client, cast: Cast) -> None:
    login(client, cast, "alice")
    done = client.post(reverse("demand-new"), TYPED | {"contact": "微信 ali", "then": "publish"})
    demand = Demand.objects.get()
    assert done.headers["Location"] == of(demand)
    assert (demand.status, demand.title, demand.region.name) == (
        "published",
        "高速电主轴",
        "鄞州区",
    )
    assert demand.chain == cast.chains["magnets"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"title": ""}, "这个字段是必填项"),
        ({"owner": ""}, "请填写单位"),
        ({"owner": "没有这家"}, "不是已登记的单位"),
        ({"owner": "慈湖电机有限公司"}, "您不是“慈湖电机有限公司”的经办人"),
        ({"kind": "zzz"}, "zzz"),
        ({"budget_min": "很多"}, "输入一个数字"),
        ({"budget_min": "9", "budget_max": "1"}, "预算下限高于上限"),
        ({"deadline": "2026-02-30"}, "输入一个有效的日期"),
        ({"trl_level": "12"}, "12"),
        ({"then": "publish"}, "请填写联系方式后再发布"),
        ({"region": "zzz"}, "zzz"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    client: Client, cast: Cast, change: dict[str, str], says: str
) -> None:
    login(client, cast, "alice")
    response = client.post(reverse("demand-new"), TYPED | {"detail": "打了很久的字"} | change)
    html = response.content.decode()
    assert response.status_code == 422
    assert says in html
    assert "打了很久的字" in html
    assert not Demand.objects.exists()


def test_a_resource_keeps_the_facets_of_its_kind(client: Client, cast: Cast) -> None:
    login(client, cast, "carol")
    client.post(
        reverse("resource-new"),
        {
            "title": "扫描电镜",
            "kind": "instrument",
            "owner": "东海大学",
            "contact": "1",
            "facet-instrument-performance": "分辨率 1 nm",
            "facet-instrument-price_per_hour": "350.5",
            "facet-patent-ipc": "H01F",
            "then": "publish",
        },
    )
    resource = Resource.objects.get()
    assert resource.facets == {"performance": "分辨率 1 nm", "price_per_hour": 35_050}
    html = page(client, of(resource))
    assert "350.5 元" in html
    form = page(client, of(resource, "edit"))
    assert 'name="facet-instrument-price_per_hour" value="350.5"' in form


def test_a_draft_saves_itself_and_stays_one_draft(client: Client, cast: Cast) -> None:
    login(client, cast, "alice")
    first = client.post(
        reverse("demand-autosave-new"),
        {
            "title": "",
            "detail": "半句话",
            "kind": "technology",
            "owner": "甬江磁材有限公司",
            "version": "0",
        },
    )
    draft = Demand.objects.get()
    assert (draft.title, draft.detail, draft.status) == ("未命名需求", "半句话", "draft")
    assert first.headers["HX-Replace-Url"] == of(draft, "edit")
    assert "草稿已自动保存" in first.content.decode()
    typed = {"title": "一句话", "detail": "一整句话", "kind": "technology", "version": "1"}
    second = client.post(of(draft, "autosave"), typed).content.decode()
    draft.refresh_from_db()
    assert (draft.title, draft.detail, draft.version) == ("一句话", "一整句话", 2)
    assert 'name="version" value="2"' in second
    stale = client.post(of(draft, "autosave"), typed | {"title": "别的窗口"}).content.decode()
    assert "被修改过" in stale
    draft.refresh_from_db()
    assert draft.title == "一句话"


def test_autosave_says_which_field_is_wrong_and_leaves_published_posts(
    client: Client, cast: Cast
) -> None:
    login(client, cast, "alice")
    wrong = client.post(reverse("demand-autosave-new"), TYPED | {"budget_min": "x"})
    assert "预算下限（万元）" in wrong.content.decode()
    assert not Demand.objects.exists()
    demand = cast.demand()
    said = client.post(of(demand, "autosave"), TYPED | {"version": "1"}).content.decode()
    assert "请点“保存”" in said
    demand.refresh_from_db()
    assert demand.title != TYPED["title"]


def test_a_conflict_keeps_both_texts_and_the_second_save_wins(client: Client, cast: Cast) -> None:
    demand = cast.demand(detail="原来的")
    login(client, cast, "alice")
    mine = {"title": demand.title, "kind": "technology", "contact": "1", "version": "1"}
    client.post(of(demand, "edit"), mine | {"detail": "同事写的"})
    clash = client.post(of(demand, "edit"), mine | {"detail": "我写的"})
    html = clash.content.decode()
    assert clash.status_code == 409
    assert "<del>同事写的</del>" in html
    assert "<ins>我写的</ins>" in html
    version = re.search(r'name="version" value="(\d+)"', html)
    assert version is not None
    again = client.post(of(demand, "edit"), mine | {"detail": "我写的", "version": version[1]})
    assert again.status_code == 302
    demand.refresh_from_db()
    assert demand.detail == "我写的"


# --- deeds ---


def test_publish_renew_withdraw_and_back(client: Client, cast: Cast) -> None:
    draft = cast.demand(publish=False)
    login(client, cast, "alice")

    def done(deed: str) -> str:
        html = client.post(of(draft, deed), follow=True).content.decode()
        draft.refresh_from_db()
        return html

    assert "已发布，有效至" in done("publish")
    assert "已续期至" in done("renew")
    html = done("withdraw")
    assert draft.status == PostStatus.WITHDRAWN
    assert f'action="{of(draft, "publish")}"' in html  # the way back stands in the toast
    assert client.post(of(draft, "renew")).status_code == 403
    assert client.post(of(draft, "delete")).status_code == 422


def test_a_draft_can_be_deleted(client: Client, cast: Cast) -> None:
    draft = cast.demand(publish=False)
    login(client, cast, "alice")
    assert client.post(of(draft, "delete")).headers["Location"] == "/demands/"
    assert not Demand.objects.exists()


def test_matching_shows_ranked_partners_with_reasons(client: Client, cast: Cast) -> None:
    demand = cast.demand("稀土永磁晶界扩散")
    resource = cast.resource("稀土永磁晶界扩散技术")
    cast.resource("食堂承包服务", by="bank")
    login(client, cast, "alice")
    html = client.post(of(demand, "match"), follow=True).content.decode()
    assert "共同关键词" in html
    assert html.index("稀土永磁晶界扩散技术") < (html + "食堂承包服务").index("食堂承包服务")
    assert "东海大学" not in html  # who offers it is not hers to know yet
    login(client, cast, "officer").post(of(resource, "match"))
    assert "稀土永磁晶界扩散" in page(client, of(resource))


def test_nothing_to_match_says_what_to_do(client: Client, cast: Cast) -> None:
    demand = cast.demand()
    login(client, cast, "alice")
    html = client.post(of(demand, "match"), follow=True).content.decode()
    assert "没有找到可以推荐的资源" in html


# --- sharing and papers ---


def test_the_owner_lets_one_organisation_read_more_and_takes_it_back(
    client: Client, cast: Cast
) -> None:
    demand = cast.demand(detail="内里的话")
    login(client, cast, "alice")
    client.post(of(demand, "disclose"), {"organisation": "东海大学", "level": "3"})
    assert demand.disclosures.get().level == Disclosure.DETAIL
    assert "东海大学" in page(client, of(demand))
    client.post(of(demand, "disclose"), {"organisation": "东海大学", "level": "1"})
    assert not demand.disclosures.exists()
    for wrong in ({"organisation": "没有这家", "level": "3"}, {"organisation": "", "level": "3"}):
        assert client.post(of(demand, "disclose"), wrong).status_code == 422
    assert (
        client.post(of(demand, "disclose"), {"organisation": "东海大学", "level": "9"}).status_code
        == 422
    )
    login(client, cast, "officer")
    refused = client.post(of(demand, "disclose"), {"organisation": "港湾银行", "level": "3"})
    assert refused.status_code == 403


def test_an_excluded_organisation_sees_nothing(client: Client, cast: Cast) -> None:
    demand = cast.demand()
    login(client, cast, "alice")
    client.post(of(demand, "exclude"), {"organisation": "慈湖电机有限公司"})
    assert "慈湖电机" in page(client, of(demand))
    login(client, cast, "bob")
    assert client.get(of(demand)).status_code == 404
    assert demand.title not in page(client, reverse("demands"))
    motors = cast.organisations["motors"].public_id
    login(client, cast, "alice").post(of(demand, "exclude"), {"remove": motors})
    assert not demand.exclusions.exists()
    assert client.post(of(demand, "exclude"), {"organisation": ""}).status_code == 422


def test_papers_belong_to_the_detail(client: Client, cast: Cast) -> None:
    demand = cast.demand()
    login(client, cast, "alice")
    paper = SimpleUploadedFile("图纸.txt", "尺寸".encode())
    html = client.post(of(demand, "attach"), {"file": paper}, follow=True).content.decode()
    found = re.search(r'href="(/files/\w+/)"', html)
    assert found is not None
    assert "图纸.txt" in html
    paper_back = client.get(found[1])
    assert b"".join(paper_back.streaming_content) == "尺寸".encode()  # type: ignore[attr-defined]
    login(client, cast, "bob")
    assert client.get(found[1]).status_code == 403
    assert "图纸.txt" not in page(client, of(demand))
    assert client.post(of(demand, "attach"), {"file": paper}).status_code == 403
    login(client, cast, "alice")
    stored = found[1].strip("/").split("/")[1]
    client.post(of(demand, "attach"), {"remove": stored})
    assert "图纸.txt" not in page(client, of(demand)).split("操作记录")[0].split('id="files"')[1]
    assert client.post(of(demand, "attach"), {"remove": stored}).status_code == 404
    assert client.post(of(demand, "attach")).status_code == 422
