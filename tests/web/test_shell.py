"""The shell around every page, and what each person's home says."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from lianshu.accounts.models import ApiToken, User
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.services.confidentiality import disclose_to
from lianshu.registry.models import Organisation
from tests.cast import NOW, PASSWORD, Cast, credit_code


def login(client: Client, cast: Cast, name: str) -> Client:
    client.force_login(cast.users[name])
    return client


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def menu(html: str) -> list[str]:
    nav = html.split("<nav aria-label=")[1].split("</nav>")[0]
    return re.findall(r'<a href="([^"]+)"', nav)


def test_a_stranger_gets_the_login_page_in_either_language(client: Client, db: None) -> None:
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"
    html = text_of(client, "/accounts/login/")
    assert '<html lang="zh-hans">' in html
    client.post("/accounts/language/", {"language": "en", "next": "/accounts/login/"})
    assert '<html lang="en">' in text_of(client, "/accounts/login/")
    assert client.get("/accounts/language/").status_code == 405


def test_logging_in_and_out(client: Client, cast: Cast) -> None:
    wrong = client.post("/accounts/login/", {"login": "alice", "password": "nope"})
    assert 'role="alert"' in wrong.content.decode()
    done = client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert done.headers["Location"] == "/"
    assert "艾丽，您好" in text_of(client, "/")
    assert client.get("/accounts/logout/").status_code == 200
    assert client.post("/accounts/logout/").headers["Location"] == "/accounts/login/"
    assert client.get("/").status_code == 302
    assert "不开放自行注册" in text_of(client, "/accounts/signup/")


def test_the_menu_has_what_the_person_may_do(client: Client, cast: Cast) -> None:
    everybody = ["/", "/inbox/", "/demands/", "/resources/", "/projects/", "/recommendations/"]
    everybody += ["/organisations/", "/tasks/", "/cases/", "/board/", "/loops/"]
    everybody += ["/chains/", "/groups/", "/pairings/", "/liaisons/"]
    everybody += ["/chain-map/", "/chainmap/inputs/", "/chainmap/sourcing/"]
    everybody += ["/regions/", "/dictionary/", "/policies/", "/ladders/"]
    of_a_firm = ["/policy-firms/", "/ladder-firms/", "/opinions/", "/ratings/", "/imports/"]
    of_a_firm += ["/jobs/", "/claims/", "/chainmap/mine/"]
    for name, more in {
        "eve": [],
        "alice": of_a_firm,
        "admin": [
            *of_a_firm,
            "/invitations/",
            *("/accounts/users/", "/webhooks/", "/chainmap/quality/", "/coverage/duplicates/"),
        ],
    }.items():
        entries = menu(text_of(login(client, cast, name), "/"))
        assert sorted(entries) == sorted([*everybody, *more]), name


def test_every_page_is_strict_about_what_runs_on_it(client: Client, cast: Cast) -> None:
    login(client, cast, "officer")
    for address in ("/", "/demands/", "/demands/new/", "/imports/", "/inbox/", "/jobs/"):
        response = client.get(address)
        html = response.content.decode()
        policy = response["Content-Security-Policy"]
        assert "unsafe" not in policy
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert nonce is not None
        for script in re.findall(r"<script[^>]*>", html):
            data = 'type="application/json"' in script
            assert data or f'nonce="{nonce[1]}"' in script or 'src="/static/' in script
        assert not re.search(r"<[a-z][^>]* style=", html)
        assert not re.search(r"<[a-z][^>]* on[a-z]+=", html)
        assert "http://" not in html.replace("http://www.w3.org", "")
        assert "https://" not in html


@pytest.mark.parametrize("address", ["/nothing/", "/demands/nothing/", "/organisations/nothing/"])
def test_what_is_not_there_says_where_to_go(client: Client, cast: Cast, address: str) -> None:
    response = login(client, cast, "alice").get(address)
    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()


def test_a_refused_part_of_a_page_becomes_a_toast(client: Client, cast: Cast) -> None:
    demand = cast.demand()
    login(client, cast, "bob")
    address = reverse("demand-withdraw", args=[demand.public_id])
    response = client.post(address, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Retarget"]) == (403, "#toasts")
    assert "<html" not in response.content.decode()
    assert "note-error" in response.content.decode()


def test_a_forged_form_is_refused_in_words(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.users["alice"])
    response = client.post("/accounts/tokens/", {"label": "x", "days": "30"})
    assert response.status_code == 403
    assert "刷新后再提交一次" in response.content.decode()


def test_the_error_page_needs_nothing_that_could_fail(client: Client, cast: Cast) -> None:
    login(client, cast, "alice")
    client.raise_request_exception = False
    broken = client.get("/demands/", {"q": "x"}, headers={"Host": "testserver"})
    assert broken.status_code == 200
    from django.template.loader import get_template

    assert "Something went wrong" in get_template("500.html").render()


# --- home ---


def test_each_home_says_what_waits(client: Client, cast: Cast) -> None:
    demand = cast.demand("没人管的需求")
    html = text_of(login(client, cast, "officer"), "/")
    assert "还没有推荐的需求" in html
    assert "没人管的需求" in html
    assert 'data-chart="funnel"' in html
    assert "没人管的需求" in text_of(login(client, cast, "yinzhou"), "/")
    html = text_of(login(client, cast, "alice"), "/")
    assert "我的需求" in html
    assert demand.title in html
    assert demand.title not in text_of(login(client, cast, "carol"), "/")
    assert "平台运行" in text_of(login(client, cast, "admin"), "/")
    assert "您还不属于任何单位" in text_of(login(client, cast, "eve"), "/")


def test_an_officer_of_a_district_sees_the_district(client: Client, cast: Cast) -> None:
    cast.demand("慈溪的需求", by="motors")
    assert "慈溪的需求" not in text_of(login(client, cast, "yinzhou"), "/")
    assert "慈溪的需求" in text_of(login(client, cast, "officer"), "/")


# --- organisations ---


def test_an_organisations_page_shows_only_posts_known_to_be_its_own(
    client: Client, cast: Cast
) -> None:
    demand = cast.demand("不知是谁的需求")
    magnets = cast.organisations["magnets"]
    address = reverse("organisation", args=[magnets.public_id])
    assert client.get(address).status_code == 302
    assert demand.title not in text_of(login(client, cast, "carol"), address)
    disclose_to(
        actor=cast.actor("alice"),
        post=demand,
        organisation=cast.organisations["university"],
        level=Disclosure.IDENTITY,
        now=NOW,
    )
    assert demand.title in text_of(client, address)
    assert "操作记录" not in text_of(client, address)
    assert "操作记录" in text_of(login(client, cast, "alice"), address)
    assert client.post(address).status_code == 405


def test_an_organisation_is_corrected_by_its_people(client: Client, cast: Cast) -> None:
    magnets = cast.organisations["magnets"]
    address = reverse("organisation-edit", args=[magnets.public_id])
    typed = {"name": "甬江磁材股份有限公司", "kind": "enterprise", "short_name": "甬磁"}
    for name in ("bob", "anna", "eve"):
        assert login(client, cast, name).post(address, typed).status_code == 403
    login(client, cast, "alice")
    assert "甬江磁材有限公司" in text_of(client, address)
    assert client.post(address, typed | {"name": " "}).status_code == 422
    assert client.post(address, typed).status_code == 302
    magnets.refresh_from_db()
    assert magnets.short_name == "甬磁"


def test_an_organisation_is_registered_by_a_manager(client: Client, cast: Cast) -> None:
    address = reverse("organisation-new")
    region = cast.regions["cixi"].public_id
    typed = {"name": "新厂", "kind": "enterprise", "region": region, "uscc": credit_code(900)}
    assert login(client, cast, "alice").get(address).status_code == 403
    login(client, cast, "admin")
    assert client.post(address, typed | {"region": "x"}).status_code == 422
    assert client.post(address, typed).status_code == 302
    again = client.post(address, typed | {"name": "冒名厂"})
    assert "已属于“新厂”" in again.content.decode()
    assert Organisation.objects.filter(name="冒名厂").count() == 0


def test_names_are_suggested_while_typing(client: Client, cast: Cast) -> None:
    address = reverse("organisation-names")
    assert client.get(address).status_code == 302
    login(client, cast, "alice")
    assert "东海大学" in text_of(client, f"{address}?organisation=dhdx")
    assert text_of(client, f"{address}?organisation=").strip() == ""
    assert text_of(client, f"{address}?owner=%00").strip() == ""


# --- accounts ---


def test_a_token_is_shown_once_and_revoked(client: Client, cast: Cast) -> None:
    address = reverse("tokens")
    assert client.get(address).status_code == 302
    login(client, cast, "alice")
    assert client.post(address, {"label": "", "days": "90"}).status_code == 422
    assert client.post(address, {"label": "同步", "days": "9999"}).status_code == 422
    shown = client.post(address, {"label": "同步", "days": "90"}).content.decode()
    assert "lianshu_" in shown
    assert "lianshu_" not in text_of(client, address)
    token = ApiToken.objects.get()
    revoke = reverse("token-revoke", args=[token.pk])
    assert login(client, cast, "bob").post(revoke).status_code == 404
    assert login(client, cast, "alice").get(revoke).status_code == 405
    client.post(revoke)
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_my_account_says_what_i_may(client: Client, cast: Cast) -> None:
    html = text_of(login(client, cast, "officer"), reverse("account"))
    assert "链办撮合" in html
    assert "全部产业链" in html
    assert "您还不属于任何单位" in text_of(login(client, cast, "eve"), reverse("account"))


def test_an_administrator_makes_accounts(client: Client, cast: Cast) -> None:
    address = reverse("user-new")
    typed = {
        "username": "frank",
        "name": "弗兰克",
        "organisation": "慈湖电机有限公司",
        "role": "handler",
        "password": "a-long-enough-one",
    }
    assert login(client, cast, "officer").get(address).status_code == 403
    login(client, cast, "admin")
    for wrong, says in [
        ({"organisation": "没有"}, "没有名称完全一致的单位"),
        ({"username": "alice"}, "已被使用"),
        ({"password": "1234567890"}, ""),
        ({"username": "a b"}, ""),
    ]:
        response = client.post(address, typed | wrong)
        assert (response.status_code, says in response.content.decode()) == (422, True)
    assert client.post(address, typed).headers["Location"] == reverse("users")
    assert User.objects.get(username="frank").check_password("a-long-enough-one")
    html = text_of(client, reverse("users"))
    assert "弗兰克" in html
    assert "弗兰克" not in text_of(login(client, cast, "alice"), reverse("users"))


def test_the_language_is_remembered_for_mail(client: Client, cast: Cast) -> None:
    login(client, cast, "alice").post("/accounts/language/", {"language": "en"})
    assert User.objects.get(username="alice").language == "en"
    client.post("/accounts/language/", {"language": "xx"})
    assert User.objects.get(username="alice").language == "en"
