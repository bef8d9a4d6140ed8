"""The description and its page work offline and under the content security policy."""

from __future__ import annotations

import re

from django.contrib.staticfiles import finders
from django.test import Client


def test_the_description_names_every_error_and_both_logins(client: Client, db: None) -> None:
    document = client.get("/api/openapi.json").json()
    assert set(document["components"]["securitySchemes"]) == {"Token", "Session"}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            codes = set(operation["responses"])
            assert "401" in codes, path
            assert ("404" in codes) == ("{" in path or method != "get"), path
            if method != "get":
                assert {"400", "403", "409", "413", "422"} <= codes, path
    ids = [op["operationId"] for ops in document["paths"].values() for op in ops.values()]
    assert len(ids) == len(set(ids))


def test_the_page_loads_only_our_own_files_and_runs_nothing_inline(
    client: Client, db: None
) -> None:
    response = client.get("/api/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert "'unsafe-inline'" not in response.headers["Content-Security-Policy"]
    for tag in re.findall(r"<script\b[^>]*>", page):
        assert 'src="/static/' in tag or 'type="application/json"' in tag, tag
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert address.startswith("/static/"), address
        assert finders.find(address.removeprefix("/static/")), address
    assert '"validatorUrl": null' in page
    assert not re.search(r"\son\w+=|<style|style=", page)
