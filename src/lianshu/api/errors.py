"""Every refusal and error of the API has one shape, and each operation declares which it gives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, cast

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from pydantic import Field

from lianshu.authority import Refusal
from lianshu.records.errors import Conflict, DomainError, NotFound

Code = Literal[
    "bad_request",
    "unauthenticated",
    "refused",
    "not_found",
    "method_not_allowed",
    "conflict",
    "too_large",
    "invalid",
]
CODES: Final[Mapping[int, Code]] = {
    400: "bad_request",
    401: "unauthenticated",
    403: "refused",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    422: "invalid",
}


class Error(Schema):
    """What happened and what to do about it."""

    code: Code = Field(description="stable, for programs")
    message: str = Field(description="for people, in the language of Accept-Language")
    field: str | None = Field(None, description="the input that can be changed, when there is one")


def declared(*codes: int) -> dict[int, type[Error]]:
    """These codes with the one error shape, to be added to an operation's responses."""
    return dict.fromkeys(codes, Error)


READS: Final = declared(401, 422)
READS_ONE: Final = declared(401, 404)
WRITES: Final = declared(400, 401, 403, 404, 409, 413, 422)


def error_response(status: int, message: str, *, field: str | None = None) -> HttpResponse:
    """An error as every client gets it."""
    body = {"code": CODES[status], "message": message, "field": field}
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=status,
        content_type="application/json; charset=utf-8",
    )


class JsonParser(Parser):
    """Bodies that can be stored: no NUL and no half of a surrogate pair in any text."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body; `ValueError` when it is not JSON or holds what no database can keep."""
        body = json.loads(request.body, parse_constant=_refuse_constant)
        _check_texts(body)
        return cast(dict[str, Any], body)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _check_texts(value: Any) -> None:
    match value:
        case str():
            if "\x00" in value:
                raise ValueError("NUL in a text")
            value.encode()  # UnicodeEncodeError, a ValueError, for half a surrogate pair
        case dict():
            for key, each in value.items():
                _check_texts(key)
                _check_texts(each)
        case list():
            for each in value:
                _check_texts(each)


# pydantic's kinds of problem, as sentences; %(name)s are the limits it gives.
SENTENCES: Final[Mapping[str, str | Promise]] = {
    "missing": lazy("这一项必须填写"),
    "extra_forbidden": lazy("没有这一项，请核对名称"),
    "string_type": lazy("应是文字"),
    "string_too_long": lazy("文字超过 %(max_length)s 个字的上限"),
    "string_too_short": lazy("文字少于 %(min_length)s 个字"),
    "string_pattern_mismatch": lazy("格式不对"),
    "int_type": lazy("应是整数"),
    "int_parsing": lazy("应是整数"),
    "int_from_float": lazy("应是整数"),
    "int_parsing_size": lazy("数字太大"),
    "bool_type": lazy("应是 true 或 false"),
    "bool_parsing": lazy("应是 true 或 false"),
    "enum": lazy("只能是：%(expected)s"),
    "literal_error": lazy("只能是：%(expected)s"),
    "greater_than_equal": lazy("不能小于 %(ge)s"),
    "less_than_equal": lazy("不能大于 %(le)s"),
    "list_type": lazy("应是列表"),
    "too_long": lazy("多于 %(max_length)s 项"),
    "dict_type": lazy("应是对象"),
    "model_attributes_type": lazy("应是对象"),
}
SHOWN_PROBLEMS = 5


def _place(problem: Mapping[str, Any]) -> str:
    """Where the problem is, as the client wrote it: without `body` and our parameter's name."""
    places = [str(part) for part in problem["loc"]]
    source, rest = places[0], places[1:]
    if source == "body":
        rest = rest[1:]
    return ".".join(rest) or source


def _sentence(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    known = SENTENCES.get(problem["type"])
    if known is None:
        return _("填写的内容不合要求")
    limits = dict(problem.get("ctx", {}))
    if "expected" in limits:
        limits["expected"] = limits["expected"].replace("' or '", "', '").replace("'", "")
    return str(known) % limits


def describe(problems: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """One message for all problems, and the place of the first."""
    shown = [f"{_place(each)}：{_sentence(each)}" for each in problems[:SHOWN_PROBLEMS]]
    more = len(problems) - len(shown)
    if more:
        shown.append(_("另有 %(count)d 处") % {"count": more})
    return "；".join(shown), _place(problems[0])


def unauthenticated() -> HttpResponse:
    """401, and how to do better."""
    response = error_response(
        401, _("请先登录，或在 Authorization 头中带上有效的接口令牌（Bearer lianshu_…）。")
    )
    response.headers["WWW-Authenticate"] = 'Bearer realm="lianshu"'
    return response


def answer(error: Exception) -> HttpResponse:
    """The response for what a service, query or the framework raised."""
    match error:
        case ValidationError():
            message, field = describe(error.errors)
            return error_response(422, message, field=field)
        case AuthenticationError():
            return unauthenticated()
        case RequestDataTooBig():
            return error_response(413, _("请求正文太大，请分成几次提交。"))
        case HttpError() | SuspiciousOperation() | MultiPartParserError():
            return error_response(
                400, _("请求正文无法读取：应是有效的 JSON（UTF-8，不含 NUL）或完整的表单。")
            )
        case Refusal():
            return error_response(403, error.reason)
        case NotFound() | Http404():
            return error_response(404, str(error) or nothing_here())
        case Conflict():
            return error_response(409, error.message, field=error.field)
        case DomainError():
            return error_response(422, error.message, field=error.field)
        case _:
            raise error


def nothing_here() -> str:
    """The one sentence for what does not exist and for what the caller may not know of."""
    return _("没有找到。请核对编号，或确认您有权查看。")


HANDLED: Final = (
    AuthenticationError,
    HttpError,
    ValidationError,
    SuspiciousOperation,
    MultiPartParserError,
    Refusal,
    Http404,
    DomainError,
)


def install(api: NinjaAPI) -> None:
    """Let `api` answer every expected error in the one shape; others stay errors."""
    for kind in HANDLED:
        api.add_exception_handler(kind, _handle)


def _handle(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return answer(error if isinstance(error, Exception) else error())
