"""The download view: works, wrong method, somebody else, not logged in, no longer there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from lianshu.audit.models import AuditEntry
from lianshu.authority import Actor, Verdict
from lianshu.files import access
from lianshu.files.models import StoredFile
from lianshu.files.services import remove_file, store_file
from lianshu.files.sniffing import DOCUMENTS
from tests.cast import NOW, Cast
from tests.files import samples


def members_only(actor: Actor, organisation_id: int) -> Verdict:
    """The rule of the owner app in these tests."""
    if organisation_id in actor.organisation_ids:
        return Verdict.yes()
    return Verdict.no("只有本单位的成员可以下载，请向对方索取。")


@pytest.fixture
def stored(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoredFile]:
    """A PDF of Alice's firm."""
    monkeypatch.setattr(access, "_rules", {})
    access.register("registry.organisation", members_only)
    yield store_file(
        actor=cast.actor("alice"),
        upload=SimpleUploadedFile('磁材 "A".pdf', samples.PDF),
        owner=cast.organisations["magnets"],
        allowed=DOCUMENTS,
        max_bytes=10_000,
        now=NOW,
    )


def get(client: Client, cast: Cast, name: str, stored: StoredFile) -> HttpResponseBase:
    client.force_login(cast.users[name])
    response: HttpResponseBase = client.get(reverse("files:download", args=[stored.public_id]))
    return response


def downloads(stored: StoredFile) -> list[str]:
    entries = AuditEntry.objects.filter(action="files.downloaded", object_id=stored.pk)
    return list(entries.values_list("actor_name", flat=True))


def test_whoever_may_gets_the_file_as_an_attachment_and_is_noted(
    client: Client, cast: Cast, stored: StoredFile
) -> None:
    response = get(client, cast, "anna", stored)
    assert response.status_code == 200
    assert b"".join(response) == samples.PDF
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E7%A3%81%E6%9D%90%20A.pdf"
    )
    assert "no-store" in response.headers["Cache-Control"]
    assert downloads(stored) == ["安娜"]


def test_another_organisation_is_told_why_not(
    client: Client, cast: Cast, stored: StoredFile
) -> None:
    response = get(client, cast, "bob", stored)
    assert response.status_code == 403
    assert "只有本单位的成员可以下载" in response.content.decode()  # type: ignore[attr-defined]
    assert downloads(stored) == []


def test_without_a_rule_nobody_downloads(
    client: Client, cast: Cast, stored: StoredFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_rules", {})
    assert get(client, cast, "alice", stored).status_code == 403


def test_a_stranger_is_sent_to_log_in(client: Client, stored: StoredFile) -> None:
    response = client.get(reverse("files:download", args=[stored.public_id]))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


def test_only_get(client: Client, cast: Cast, stored: StoredFile) -> None:
    client.force_login(cast.users["alice"])
    address = reverse("files:download", args=[stored.public_id])
    assert client.post(address).status_code == 405
    assert client.delete(address).status_code == 405
    assert downloads(stored) == []


def test_removed_and_unknown_files_are_not_there(
    client: Client, cast: Cast, stored: StoredFile
) -> None:
    remove_file(actor=cast.actor("alice"), stored=stored, now=NOW)
    assert get(client, cast, "alice", stored).status_code == 404
    assert client.get(reverse("files:download", args=["nosuchfile"])).status_code == 404


def test_two_rules_for_one_kind_of_object_are_a_mistake(stored: StoredFile) -> None:
    access.register("registry.organisation", members_only)
    with pytest.raises(ValueError, match="two access rules"):
        access.register("registry.organisation", lambda _actor, _id: Verdict.yes())
