"""The API: its operations, its errors and its description."""

from __future__ import annotations

from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from lianshu.api import (
    cases,
    demands,
    imports,
    jobs,
    organisations,
    projects,
    recommendations,
    resources,
)
from lianshu.api.auth import AUTH
from lianshu.api.errors import JsonParser, install

DESCRIPTION = """
Demands, resources, recommendations, projects, cases and imports: the same services and queries as
the web, with the same refusals. See docs/api.md.
"""


class Renderer(JSONRenderer):
    """Chinese stays readable."""

    json_dumps_params = {"ensure_ascii": False}


class LianshuApi(NinjaAPI):
    """Operation ids are the functions' names, so that generated clients read well."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function, which is unique."""
        return operation.view_func.__name__


def build() -> NinjaAPI:
    """The whole API."""
    api = LianshuApi(
        title="链枢 Lianshu",
        version="1",
        description=DESCRIPTION,
        urls_namespace="api",
        auth=AUTH,
        parser=JsonParser(),
        renderer=Renderer(),
        # Without this the page would ask a foreign host to validate the description.
        docs=Swagger(settings={"validatorUrl": None, "persistAuthorization": False}),
    )
    for module in (
        demands,
        resources,
        recommendations,
        projects,
        cases,
        imports,
        organisations,
        jobs,
    ):
        api.add_router("", module.router)
    install(api)
    return api


api = build()
