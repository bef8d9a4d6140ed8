"""A tree against a model: every pydantic error as a finding at its place, in words."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lianshu.engine.definitions.findings import Finding, finding_at
from lianshu.engine.definitions.nodes import MapNode, place_of, to_plain

T = TypeVar("T", bound=BaseModel)

# pydantic error type → (rule, sentence); the braces take the error's own context.
_SENTENCES: dict[str, tuple[str, str]] = {
    "string_type": ("D032", "应为文字；数字、true、null 作文字用时请加引号"),
    "int_type": ("D032", "应为整数"),
    "int_parsing": ("D032", "应为整数，请只写数字，不带单位和逗号"),
    "int_from_float": ("D032", "应为整数，不能有小数"),
    "decimal_type": ("D032", "应为数字"),
    "decimal_parsing": ("D032", "应为数字，请只写数字，不带单位和逗号"),
    "finite_number": ("D032", "应为数字"),
    "bool_type": ("D032", "应为 true 或 false"),
    "bool_parsing": ("D032", "应为 true 或 false"),
    "list_type": ("D032", "应为列表，每项以“- ”开头"),
    "tuple_type": ("D032", "应为列表，每项以“- ”开头"),
    "set_type": ("D032", "应为列表，每项以“- ”开头"),
    "frozen_set_type": ("D032", "应为列表，每项以“- ”开头"),
    "dict_type": ("D032", "应为“键: 值”"),
    "model_type": ("D032", "应为“键: 值”"),
    "date_type": ("D032", "应为日期，例如 2026-01-31"),
    "literal_error": ("D033", "只能是 {expected} 之一"),
    "enum": ("D033", "只能是 {expected} 之一"),
    "union_tag_invalid": ("D033", "{discriminator} 只能是 {expected_tags} 之一"),
    "union_tag_not_found": ("D031", "缺少必填的键 {discriminator}"),
    "string_too_short": ("D034", "文字不能少于 {min_length} 个字"),
    "string_too_long": ("D034", "文字不能超过 {max_length} 个字"),
    "too_short": ("D034", "至少要有 {min_length} 项"),
    "too_long": ("D034", "最多 {max_length} 项"),
    "greater_than": ("D034", "应大于 {gt}"),
    "greater_than_equal": ("D034", "应不小于 {ge}"),
    "less_than": ("D034", "应小于 {lt}"),
    "less_than_equal": ("D034", "应不大于 {le}"),
    "decimal_max_places": ("D034", "最多 {decimal_places} 位小数"),
    "decimal_max_digits": ("D034", "最多 {max_digits} 位数字"),
    "string_pattern_mismatch": ("D035", "写法不合要求，应符合 {pattern}"),
    "date_parsing": ("D035", "应为日期，例如 2026-01-31"),
    "date_from_datetime_parsing": ("D035", "应为日期，例如 2026-01-31"),
    "date_from_datetime_inexact": ("D035", "应为日期，不带时间，例如 2026-01-31"),
    "time_parsing": ("D035", "应为时间，例如 09:00"),
}


def validate(node: MapNode, model: type[T]) -> tuple[T | None, list[Finding]]:
    """The model of ``node``, or None and every defect in reading order."""
    try:
        return model.model_validate(to_plain(node)), []
    except ValidationError as error:
        details = [d for d in error.errors(include_url=False) if not _follows(d)]
        unique = dict.fromkeys(_finding(detail, node, model) for detail in details)
        return None, sorted(unique, key=lambda f: (f.file, f.line or 0, f.column or 0))


def _follows(detail: ErrorDetails) -> bool:
    """A list called too short only because its items, reported on their own, were dropped."""
    given = detail["input"]
    least = detail.get("ctx", {}).get("min_length", 0)
    return detail["type"] == "too_short" and isinstance(given, list) and len(given) >= least


def _finding(detail: ErrorDetails, node: MapNode, model: type[BaseModel]) -> Finding:
    location = detail["loc"]
    kind = detail["type"]
    path = [part for part in location if isinstance(part, int | str)]
    if kind == "extra_forbidden":
        rule, message = "D030", _unknown_key(path, model)
        return finding_at(place_of(node, path, key=True), rule=rule, message=message)
    dotted = _shown(path)
    if kind == "missing":
        rule, message = "D031", f"缺少必填的键 {path[-1]}（{dotted}），请补上"
    elif kind in _SENTENCES:
        rule, sentence = _SENTENCES[kind]
        context = {
            name: str(value).replace(" or ", "、") for name, value in detail.get("ctx", {}).items()
        }
        message = f"{dotted}：{sentence.format_map(context)}{_given(detail)}"
    elif kind in ("value_error", "assertion_error"):
        rule = "D036"
        message = f"{dotted}：{detail.get('ctx', {}).get('error', detail['msg'])}"
    else:
        rule, message = "D036", f"{dotted}：{detail['msg']}{_given(detail)}"
    is_key = bool(path) and path[-1] == "[key]"
    return finding_at(place_of(node, path, key=is_key), rule=rule, message=message)


def _shown(path: list[int | str]) -> str:
    parts = [f"第{part + 1}项" if isinstance(part, int) else part for part in path]
    return ".".join(parts) or "定义"


def _given(detail: ErrorDetails) -> str:
    value = detail["input"]
    if value is None or value == "":
        return "，现在是空的"
    if isinstance(value, bool):
        return f"，现在是 {str(value).lower()}"
    if isinstance(value, Mapping):
        return "，现在是“键: 值”"
    if isinstance(value, list):
        return "，现在是列表"
    text = str(value)
    return f"，现在是 {text[:40]}{'…' if len(text) > 40 else ''}"


def _unknown_key(path: list[int | str], model: type[BaseModel]) -> str:
    key = str(path[-1])
    known = sorted(
        {field.alias or name for m in _models_at(path, model) for name, field in _fields(m)}
    )
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    if close:
        return f"不认识的键 {key}，是不是 {close[0]}？"
    return f"不认识的键 {key}；这里可用的键：{'、'.join(known[:20])}"


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    yield from model.model_fields.items()


def _models_at(path: list[int | str], model: type[BaseModel]) -> set[type[BaseModel]]:
    """The models that could stand where the last key of ``path`` was found."""
    candidates: list[Any] = [model]
    for part in path[:-1]:
        following = [inner for kind in candidates for inner in _step(kind, part)]
        candidates = following or _branch(candidates, str(part))
    return {kind for kind in candidates if isinstance(kind, type) and issubclass(kind, BaseModel)}


def _step(kind: Any, part: int | str) -> list[Any]:
    """The types one step further along ``part``."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                return _members(field.annotation)
        return []
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (list, tuple, set, frozenset) and isinstance(part, int):
        return [inner for argument in arguments for inner in _members(argument)]
    if origin in (dict, Mapping) and isinstance(part, str):
        return _members(arguments[1])
    return []


def _members(annotation: Any) -> list[Any]:
    """The branches of a union, or the type itself."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _members(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [inner for branch in get_args(annotation) for inner in _members(branch)]
    return [annotation]


def _branch(candidates: list[Any], label: str) -> list[Any]:
    """The branches of a union that pydantic means by ``label``: a class name or a literal tag."""
    chosen = [
        kind
        for kind in candidates
        if isinstance(kind, type)
        and issubclass(kind, BaseModel)
        and (kind.__name__ == label or any(label in _literals(f) for _, f in _fields(kind)))
    ]
    return chosen or candidates


def _literals(field: Any) -> tuple[Any, ...]:
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
