"""schemathesis calls every operation with valid and invalid data: no server error, and nothing
that the OpenAPI document does not say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lianshu.api.app import api
from lianshu.exchange.queries import demand_by_id, recommendations_for
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.recommendations import accept_recommendation
from lianshu.imports.services.checking import check_run
from lianshu.imports.services.requests import upload_import
from tests.api.conftest import Callers
from tests.casework.loops import order
from tests.cast import NOW, Cast

CHECKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
Operation = APIOperation[Any, Any, Any, Any]


@dataclass
class Scene:
    """A seeded city: the ids that paths lead to, and an organisation to write for."""

    ids: dict[str, str]
    owner: str


@pytest.fixture
def scene(cast: Cast, _fixed_time: None) -> Scene:
    officer = cast.actor("officer")
    asked, other = cast.demand(detail="配方"), cast.demand("晶界扩散设备")
    offered = cast.resource(detail="工艺")
    for post in (asked, other):
        row = demand_by_id(officer, post.public_id)
        assert row is not None
        match_post(actor=officer, post=row, now=NOW)
    open_pair, taken = recommendations_for(officer).order_by("demand_id")
    project = accept_recommendation(actor=officer, recommendation=taken, now=NOW)
    run = upload_import(
        actor=officer,
        target_id="demands",
        source="市科技局",
        upload=SimpleUploadedFile(
            "需求.csv", "需求编号,标题,单位\n1,磁钢,甬江磁材有限公司\n2,,\n".encode()
        ),
        now=NOW,
    )
    check_run(actor=officer, run=run, now=NOW, progress=lambda _done, _total, _text: None)
    assert run.job is not None
    return Scene(
        ids={
            "demand_id": asked.public_id,
            "resource_id": offered.public_id,
            "recommendation_id": open_pair.public_id,
            "project_id": project.public_id,
            "organisation_id": cast.organisations["bank"].public_id,
            "import_id": run.public_id,
            "job_id": run.job.public_id,
            "case_id": order(cast).public_id,
        },
        owner=cast.organisations["magnets"].public_id,
    )


def operations() -> list[Operation]:
    """Every operation of the document, called in this process."""
    loaded = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
    loaded.app = InTransaction()
    found = list(loaded.get_all_operations())
    assert all(isinstance(each, Ok) for each in found)
    return [each.ok() for each in found if isinstance(each, Ok)]


class InTransaction(WSGIHandler):
    """Answers within the test's transaction: the real handler would close a connection that is
    not in autocommit at the end of each request, as Django's own test client knows."""

    def __call__(self, *args: Any) -> Any:
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        try:
            response = super().__call__(*args)
            body = b"".join(response)
            response.close()
            return [body]
        finally:
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections)


def explore(
    operation: Operation, scene: Scene, mode: GenerationMode, headers: dict[str, str], examples: int
) -> Counter[int]:
    """Call it with examples drawn from its own description; the status codes it answered with."""
    answered: Counter[int] = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case[Any]) -> None:
        if mode is GenerationMode.POSITIVE:
            lead_somewhere(case, scene)
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)  # each example meets the same city
        answered[response.status_code] += 1
        case.validate_response(response, checks=CHECKED)

    check()
    return answered


def lead_somewhere(case: schemathesis.Case[Any], scene: Scene) -> None:
    """Random ids all end in 404: put in those of the scene."""
    case.path_parameters = {
        name: scene.ids.get(name, value) for name, value in case.path_parameters.items()
    }
    if isinstance(case.body, dict):
        known: dict[str, Any] = {
            "owner": scene.owner,
            "asker": scene.owner,
            "version": 1,
            "loop": "order",
            "action": "withdraw",
        }
        case.body |= {name: known[name] for name in known.keys() & case.body.keys()}


def test_what_an_officers_token_gets_is_documented(scene: Scene, callers: Callers) -> None:
    headers = {"Authorization": f"Bearer {callers.by('officer').token}"}
    valid = {
        each.label: explore(each, scene, GenerationMode.POSITIVE, headers, 4)
        for each in operations()
    }
    assert len(valid) > 30
    assert [label for label, got in valid.items() if label.startswith("GET") and not got[200]] == []


def test_what_invalid_requests_get_is_documented(scene: Scene, callers: Callers) -> None:
    headers = {"Authorization": f"Bearer {callers.by('officer').token}"}
    for each in operations():
        got = explore(each, scene, GenerationMode.NEGATIVE, headers, 4)
        assert all(status < 500 for status in got), each.label


def test_what_a_stranger_gets_is_documented(scene: Scene) -> None:
    for each in operations():
        assert set(explore(each, scene, GenerationMode.POSITIVE, {}, 1)) == {401}, each.label
