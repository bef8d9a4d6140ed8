"""Pages of acting for somebody: choosing, the banner, falling back, substitutes, mandates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from lianshu.accounts.models import Mandate, Substitution
from lianshu.accounts.queries import actor_of
from lianshu.accounts.services import create_user
from lianshu.accounts.services.standing_in import record_mandate, revoke_mandate
from lianshu.authority import Matter
from lianshu.exchange.models import Demand
from lianshu.exchange.services.posts import create_post
from lianshu.imports.models import ImportRun
from lianshu.imports.rules import can_confirm, can_read_content
from lianshu.imports.services.requests import upload_import
from lianshu.jobs.models import Job, JobStatus
from lianshu.jobs.worker import run_queued_jobs
from tests.accounts.test_standing_in import PDF
from tests.cast import NOW, SYSTEM, Cast

SHEET = "标题,类型,单位,联系方式\n缺晶界扩散工艺,技术,甬江磁材有限公司,138\n".encode()


def days() -> dict[str, str]:
    today = timezone.localdate()
    return {"first": today.isoformat(), "last": (today + timedelta(days=9)).isoformat()}


def mandate(cast: Cast, agent: str = "yinzhou", **values: Any) -> Mandate:
    today = timezone.localdate()
    given: dict[str, Any] = {
        "actor": cast.actor("alice"),
        "organisation": cast.organisations["magnets"],
        "agent": cast.users[agent],
        "matters": tuple(Matter),
        "first": today,
        "last": today + timedelta(days=9),
        "note": "代办",
        "now": timezone.now(),
        **values,
    }
    return record_mandate(**given)


def start(client: Client, cast: Cast, row: Mandate) -> None:
    client.force_login(row.agent)
    answer = client.post(reverse("acting-start"), {"standing": f"mandate:{row.pk}"}, follow=True)
    assert "您正在代 <b>甬江磁材有限公司</b> 办理" in answer.content.decode()


def test_an_agent_chooses_acts_goes_back_and_falls_back(client: Client, cast: Cast) -> None:
    row = mandate(cast, "carol")
    start(client, cast, row)
    new = {
        "title": "找晶界扩散工艺",
        "kind": "technology",
        "owner": "甬江磁材有限公司",
        "contact": "138",
    }
    client.post(reverse("demand-new"), new, follow=True)
    demand = Demand.objects.get()
    assert demand.owner == cast.organisations["magnets"]
    client.post(reverse("acting-stop"))
    assert "您正在代" not in client.get("/").content.decode()
    client.force_login(cast.users["alice"])
    shown = client.get(reverse("demand", args=[demand.public_id])).content.decode()
    assert "卡罗 代 甬江磁材有限公司" in shown
    assert "由卡罗代办" in shown

    start(client, cast, row)
    revoke_mandate(actor=cast.actor("alice"), mandate=row, reason="收回", now=timezone.now())
    # What was meant for the firm is not done in the agent's own name.
    refused = client.post(reverse("demand-new"), {**new, "owner": "东海大学"})
    assert refused.status_code == 403
    assert "已被撤销：收回" in refused.content.decode()
    assert "没有执行" in refused.content.decode()
    assert Demand.objects.count() == 1
    assert "您正在代" not in client.get("/").content.decode()
    for wrong in (f"mandate:{row.pk}", "mandate:0", "", "substitution:1"):
        assert client.post(reverse("acting-start"), {"standing": wrong}).status_code == 403


def test_an_expired_mandate_says_so_on_the_next_page(client: Client, cast: Cast) -> None:
    row = mandate(cast)
    start(client, cast, row)
    past = timezone.now() - timedelta(days=1)
    Mandate.objects.filter(pk=row.pk).update(valid_from=past - timedelta(days=1), valid_to=past)
    page = client.get("/").content.decode()
    assert "到期。如需继续" in page
    assert "您已回到自己的身份" in page
    assert "到期。如需继续" not in client.get("/").content.decode()


def test_who_opens_which_page(client: Client, cast: Cast) -> None:
    row = mandate(cast)
    firm = cast.organisations["magnets"].public_id
    pages = {
        reverse("substitutes"): {"alice": 200, "bob": 200, "eve": 200},
        reverse("mandates"): {"alice": 200, "bob": 200},
        reverse("acts"): {"alice": 200, "bob": 200},
        reverse("organisation-mandates", args=[firm]): {"alice": 200, "bob": 200},
        reverse("mandate-new", args=[firm]): {"alice": 200, "officer": 200, "bob": 403},
        reverse("mandate-agents", args=[firm]): {"alice": 200, "bob": 403},
        reverse("mandate", args=[row.public_id]): {"alice": 200, "yinzhou": 200, "bob": 403},
        reverse("substitute-for", args=[cast.users["dan"].memberships.get().pk]): {
            "admin": 200,
            "alice": 403,
        },
        reverse("account_change_password"): {"alice": 200},
    }
    posts = (
        reverse("acting-start"),
        reverse("acting-stop"),
        reverse("mandate-revoke", args=[row.public_id]),
        reverse("mandate-correct", args=[row.public_id]),
        reverse("substitution-end", args=[1]),
    )
    for address in (*pages, *posts):
        assert client.get(address).status_code == 302, address
    for address, expected in pages.items():
        for who, status in expected.items():
            client.force_login(cast.users[who])
            assert client.get(address).status_code == status, (address, who)
    for address in posts:
        assert client.get(address).status_code == 405, address
    client.force_login(cast.users["bob"])
    assert client.post(posts[2], {"reason": "x"}).status_code == 403
    told = client.get(reverse("organisation-mandates", args=[firm])).content.decode()
    assert "尹舟" not in told
    assert "只向本单位" in told
    client.force_login(cast.users["yinzhou"])
    client.post(reverse("acting-start"), {"standing": f"mandate:{row.pk}"})
    assert client.get(reverse("account_change_password")).status_code == 403


def test_an_officer_records_with_the_paper_and_the_firm_asks_and_revokes(
    client: Client, cast: Cast
) -> None:
    firm = cast.organisations["magnets"].public_id
    client.force_login(cast.users["officer"])
    near = client.get(reverse("mandate-agents", args=[firm]), {"agent": "尹"}).content.decode()
    assert "尹舟（鄞州区链办）" in near
    address = reverse("mandate-new", args=[firm])
    form: dict[str, Any] = {"agent": "尹舟（鄞州区链办）", "note": "代办", **days()}
    bad = client.post(address, form)
    assert bad.status_code == 422
    for words in ("请至少勾选一项委托事项", "盖章或签字"):
        assert words in bad.content.decode()
    form["matters"] = ["posts", "answers"]
    for agent, words in (("没有此人", "没有找到"), ("alice", "已经是"), ("officer", "给自己")):
        paper = ContentFile(PDF, name="委托书.pdf")
        answer = client.post(address, {**form, "agent": agent, "proof": paper})
        assert answer.status_code in (422, 403)
        assert words in answer.content.decode()
    # A paper that is none is named at its own field.
    wrong = client.post(address, {**form, "proof": ContentFile(b"MZ", name="a.exe")})
    assert "不是可以上传的类型" in wrong.content.decode()
    assert not Mandate.objects.exists()
    good = client.post(address, {**form, "proof": ContentFile(PDF, name="委托书.pdf")}, follow=True)
    assert "需求与资源、答复推荐与项目" in good.content.decode()
    row = Mandate.objects.get()

    client.force_login(cast.users["alice"])
    page = reverse("mandate", args=[row.public_id])
    for words in ("委托书.pdf", "欧阳链", "请登记人更正"):
        assert words in client.get(page).content.decode()
    assert client.post(f"{page}correct/", {"reason": ""}).status_code == 422
    client.post(f"{page}correct/", {"reason": "只需要发布需求"})
    assert client.post(f"{page}revoke/", {"reason": " "}).status_code == 422
    done = client.post(f"{page}revoke/", {"reason": "另找了人"}, follow=True).content.decode()
    assert "另找了人" in done
    assert "只需要发布需求" in done
    assert "撤销这份委托？" not in done


def test_a_colleague_stands_in_and_the_page_says_for_whom(client: Client, cast: Cast) -> None:
    olga, _membership = create_user(
        actor=SYSTEM,
        username="olga",
        name="奥尔加",
        password="correct-horse-battery",
        organisation=cast.organisations["office"],
        role="viewer",
        now=NOW,
    )
    client.force_login(cast.users["officer"])
    address = reverse("substitutes")
    assert "奥尔加" in client.get(address).content.decode()
    bad = client.post(address, {"substitute": olga.pk, **days(), "note": ""})
    assert bad.status_code == 422
    assert not Substitution.objects.exists()
    wrong = client.post(address, {"substitute": cast.users["bob"].pk, **days(), "note": "出差"})
    assert wrong.status_code == 422
    client.post(address, {"substitute": olga.pk, **days(), "note": "出差"})
    row = Substitution.objects.get()
    client.force_login(olga)
    client.post(reverse("acting-start"), {"standing": f"substitution:{row.pk}"})
    home = client.get("/").content.decode()
    assert "您正在代 <b>欧阳链</b> 值班" in home
    assert "待匹配的需求" in home
    assert client.post(reverse("substitution-end", args=[row.pk])).status_code == 403
    client.post(reverse("acting-stop"))
    client.post(reverse("substitution-end", args=[row.pk]))
    row.refresh_from_db()
    assert row.revoked_at is not None
    client.force_login(cast.users["admin"])
    member = cast.users["officer"].memberships.get()
    named = client.post(
        reverse("substitute-for", args=[member.pk]),
        {"substitute": olga.pk, **days(), "note": "本人请假"},
    )
    assert named.status_code == 302
    assert Substitution.objects.count() == 2


def test_what_was_done_is_listed_for_the_firm_with_links(
    client: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row = mandate(cast)
    counts = []
    for number in range(4):
        post = create_post(
            actor=under_now(cast, row),
            model=Demand,
            owner=cast.organisations["magnets"],
            values={"title": f"需求{number}", "kind": "technology", "contact": "1"},
            now=timezone.now(),
        )
        client.force_login(cast.users["alice"])
        with django_assert_max_num_queries(60) as captured:
            page = client.get(reverse("acts"), {"standing": f"mandate:{row.pk}"})
        counts.append(len(captured))
        assert reverse("demand", args=[post.public_id]) in page.content.decode()
    assert counts[0] == counts[-1]
    shown = page.content.decode()
    assert "尹舟" in shown
    assert "甬江磁材有限公司" in shown
    one = client.get(reverse("mandate", args=[row.public_id])).content.decode()
    assert "全部 4 件" in one
    assert "需求3" in one
    client.force_login(cast.users["bob"])
    assert "需求3" not in client.get(reverse("acts")).content.decode()
    assert "尹舟" not in client.get(reverse("mandates")).content.decode()


def under_now(cast: Cast, row: Mandate) -> Any:
    """At this very moment: whole days after `NOW` would be yesterday in the early hours."""
    return actor_of(row.agent, now=timezone.now(), standing=f"mandate:{row.pk}")


@pytest.mark.parametrize("revoked", [False, True])
def test_an_import_runs_as_it_was_asked_for_or_not_at_all(cast: Cast, revoked: bool) -> None:
    row = mandate(cast)
    run = upload_import(
        actor=under_now(cast, row),
        target_id="demands",
        source="厂里",
        upload=ContentFile(SHEET, name="需求.csv"),
        now=timezone.now(),
    )
    assert Job.objects.get().standing == f"mandate:{row.pk}"
    if revoked:
        revoke_mandate(actor=cast.actor("alice"), mandate=row, reason="收回", now=timezone.now())
    run_queued_jobs()
    job, run = Job.objects.get(), ImportRun.objects.get(pk=run.pk)
    if revoked:
        assert job.status == JobStatus.FAILED
        assert "委托或代班已经结束" in job.error
    else:
        assert job.status == JobStatus.DONE, job.error
        assert run.to_create == 1, (run.notes, run.problem)
        # What was read for the firm is read by its agent alone, and only as such.
        assert can_confirm(under_now(cast, row), run).allowed
        for verdict in (can_confirm, can_read_content):
            assert "另一个身份" in verdict(cast.actor("yinzhou"), run).reason
