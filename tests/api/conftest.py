"""The API as somebody of the cast calls it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from lianshu.accounts.services import issue_token
from tests.cast import NOW, Cast

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


@dataclass
class Caller:
    """A program with a token (or none): `call("POST", "/demands", {...})`."""

    token: str | None = None
    language: str = "zh-hans"
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """The response to `method /api<path>`; `body` is sent as JSON."""
        sent = {"Accept-Language": self.language, **headers}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        return self.client.generic(
            method,
            f"/api{path}",
            data="" if body is None else json_text(body),
            content_type="application/json",
            headers=sent,
        )

    def get(self, path: str) -> Any:
        """The answer of a GET that must succeed."""
        response = self.call("GET", path)
        assert response.status_code == 200, response.content.decode()
        return response.json()

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str, str | None]:
        """Status, code and field of an answer that must be an error in the one shape."""
        response = self.call(method, path, body)
        answer = response.json()
        assert set(answer) == {"code", "message", "field"}, answer
        assert answer["message"]
        return response.status_code, answer["code"], answer["field"]


def json_text(body: Any) -> str:
    """As a client sends it; text is taken to be written already."""
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


@pytest.fixture
def _fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cast lives at `NOW`."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@dataclass
class Callers:
    """Programs of the cast; `by("alice")` may read and write."""

    cast: Cast

    def by(self, name: str, *, may_write: bool = True, language: str = "zh-hans") -> Caller:
        """A caller with a new token of this person."""
        _row, secret = issue_token(
            actor=self.cast.actor(name), label="测试", may_write=may_write, days=1, now=NOW
        )
        return Caller(token=secret, language=language)


@pytest.fixture
def callers(cast: Cast, _fixed_time: None) -> Callers:
    """Everybody of the cast as a program."""
    return Callers(cast)
