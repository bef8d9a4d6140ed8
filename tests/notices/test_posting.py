"""Where webhooks may be sent: what is refused when it is set up, and what when it is sent."""

from __future__ import annotations

import socket

import pytest
from pytest_django import Settings

from lianshu.notices.posting import check_url, post
from lianshu.records.errors import DomainError
from tests.notices.sink import open_sink


@pytest.fixture
def production(settings: Settings) -> Settings:
    """As in production, with one host listed."""
    settings.PRODUCTION = True
    settings.WEBHOOK_HOSTS = frozenset({"oa.example.cn", "10.2.3.4:8443"})
    return settings


@pytest.mark.parametrize(
    "url",
    [
        "oa.example.cn/hook",
        "ftp://oa.example.cn/",
        "https://",
        "https://user:pass@oa.example.cn/",
        "https://oa.example.cn/#x",
        "https://oa.example.cn/a b",
        "https://oa.example.cn/\r\nX: y",
        "https://oa.example.cn:99999/",
        "https://oa.example.cn:0/",
        "https://例子.cn/",
        "http://oa.example.cn/",  # a public name in the clear
        "http://8.8.8.8/",
        "http://[::ffff:8.8.8.8]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://0.0.0.0/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[::ffff:169.254.169.254]/",
        "https://192.0.0.192/",
        "https://224.0.0.1/",
    ],
)
def test_what_is_refused_everywhere(url: str) -> None:
    with pytest.raises(DomainError) as caught:
        check_url(url)
    assert caught.value.field == "url"


@pytest.mark.parametrize(
    "url",
    [
        "https://oa.example.cn/hook?x=1",
        "https://oa.example.cn:8443/",
        "http://127.0.0.1:8000/",
        "http://localhost:8000/",
        "http://[::1]:8000/",
        "http://10.1.2.3/",
        "http://sink:8000/",
    ],
)
def test_what_the_demo_allows(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://oa.example.cn/hook", True),
        ("https://OA.example.cn:443/hook", True),
        ("https://10.2.3.4:8443/hook", True),
        ("https://oa.example.cn:8443/hook", False),
        ("https://10.2.3.4/hook", False),
        ("https://evil.example.cn/", False),
        ("https://oa.example.cn.evil.test/", False),
        ("http://oa.example.cn/", False),
        ("http://127.0.0.1/", False),
    ],
)
def test_production_sends_to_listed_hosts_only(
    production: Settings, url: str, allowed: bool
) -> None:
    if allowed:
        check_url(url)
        return
    with pytest.raises(DomainError):
        check_url(url)


def test_production_without_a_list_sends_nowhere(production: Settings) -> None:
    production.WEBHOOK_HOSTS = frozenset()
    with pytest.raises(DomainError, match="LIANSHU_WEBHOOK_HOSTS"):
        check_url("https://oa.example.cn/")


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "100.64.0.1"])
def test_a_listed_name_that_leads_inside_is_not_followed(
    production: Settings, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    monkeypatch.setattr(socket, "create_connection", None)
    answer = post("https://oa.example.cn/", b"{}", {})
    assert answer.unreachable and "不能推送" in answer.problem


def test_one_bad_address_among_good_ones_is_enough(
    production: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
        for address in ("8.8.8.8", "127.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    monkeypatch.setattr(socket, "create_connection", None)
    assert "127.0.0.1" in post("https://oa.example.cn/", b"{}", {}).problem


def test_numbers_that_only_the_resolver_reads_are_caught_when_sent(production: Settings) -> None:
    production.WEBHOOK_HOSTS = frozenset({"2130706433"})  # 127.0.0.1 written as one number
    answer = post("https://2130706433/", b"{}", {})
    assert answer.unreachable and answer.status is None


def test_a_certificate_nobody_vouches_for_is_refused() -> None:
    with open_sink() as sink:  # speaks no TLS at all
        answer = post(f"https://127.0.0.1:{sink.port}/", b"{}", {})
    assert answer.unreachable and "连不上" in answer.problem and sink.arrived == []


def test_the_answer_in_words() -> None:
    with open_sink() as sink:
        sink.next = [200, 301, 410, 500]
        answers = [post(sink.url, b"{}", {}) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 301, 410, 500]
    assert [bool(answer.problem) for answer in answers] == [False, True, True, True]
    assert not any(answer.unreachable for answer in answers)
