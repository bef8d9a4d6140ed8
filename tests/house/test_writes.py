"""Rows are written by services, so that rule, history and audit are never left out."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import Source, sources

WRITES = frozenset(
    {
        "save",
        "create",
        "update",
        "delete",
        "bulk_create",
        "bulk_update",
        "get_or_create",
        "update_or_create",
    }
)
# `demo` assembles its city through services of its own.
WRITERS = ("services", "migrations")

ALLOWED: dict[tuple[str, str, str], str] = {}


def _dict_names(function: ast.AST | None) -> set[str]:
    """Local names that surely hold a dict: `**kwargs`, and what a dict was assigned to."""
    names: set[str] = set()
    if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.args.kwarg:
        names.add(function.args.kwarg.arg)
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            held = isinstance(node.value, ast.Dict | ast.DictComp) or (
                isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "dict"
            )
            names |= {each.id for each in targets if held and isinstance(each, ast.Name)}
    return names


def _enclosing(source: Source, node: ast.AST) -> ast.AST | None:
    at: ast.AST | None = node
    while at is not None and not isinstance(at, ast.FunctionDef | ast.AsyncFunctionDef):
        at = source.parents.get(at)
    return at


def _writes_rows(source: Source, call: ast.Call, method: ast.Attribute) -> bool:
    """Whether it can be the ORM's method. `QuerySet.update` takes keywords only, so that
    `update(other)` is a dict's or a hash's; `super().save()` belongs to a model's own `save`."""
    if isinstance(method.value, ast.Call) and ast.unparse(method.value.func) == "super":
        return False
    if method.attr != "update":
        return True
    if call.args or not call.keywords:
        return False
    named_dicts = _dict_names(_enclosing(source, call))
    return not (isinstance(method.value, ast.Name) and method.value.id in named_dicts)


def writes_outside_services(source: Source) -> list[tuple[tuple[str, str, str], str]]:
    """(key for the list above, complaint) of each call that may write rows."""
    if source.within(*WRITERS):
        return []
    found = []
    for call in ast.walk(source.tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr in WRITES and _writes_rows(source, call, call.func):
            name = f"{ast.unparse(call.func.value)}.{call.func.attr}"
            key = (source.path, source.function_of(call).split(".")[-1], name)
            found.append((key, f"{source.path}:{call.lineno} calls {name}() outside services"))
    return found


def test_rows_are_written_by_services_only() -> None:
    found = [each for source in sources() for each in writes_outside_services(source)]
    assert [line for key, line in found if key not in ALLOWED] == []
    assert set(ALLOWED) - {key for key, _line in found} == set(), "no longer needed: remove"


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("post.save()", True),
        ("post.save(update_fields=['a'])", True),
        ("Demand.objects.create(a=1)", True),
        ("Demand.objects.filter(a=1).update(a=2)", True),
        ("rows.update(**values)", True),
        ("rows.delete()", True),
        ("Demand.objects.bulk_create(rows)", True),
        ("Demand.objects.bulk_update(rows, ['a'])", True),
        ("Demand.objects.get_or_create(a=1)", True),
        ("Demand.objects.update_or_create(a=1)", True),
        ("digest.update(chunk)", False),
        ("seen.update({'a': 1})", False),
        ("known.update(a=1)", False),
        ("kwargs.update(a=1)", False),
        ("super().save(force_insert=True)", False),
        ("create(1)", False),
    ],
)
def test_the_rule_catches_a_planted_write(line: str, caught: bool) -> None:
    text = f"def act(rows, post, digest, seen, **kwargs):\n    known = {{}}\n    {line}\n"
    assert bool(writes_outside_services(Source.of("x/views.py", text))) is caught
    assert writes_outside_services(Source.of("x/services/posts.py", text)) == []
    assert writes_outside_services(Source.of("x/services.py", text)) == []
