"""Whatever the record of acts can say has a name for people."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import django.urls

import lianshu
from lianshu.ui.wording import action_label

PACKAGE = Path(lianshu.__file__).parent
# Acts are recorded by these; an action that is put together from parts is not found here.
RECORDING = {"record", "record_many"}


def recorded() -> Iterator[tuple[str, str]]:
    """(action, file) of each action written as a literal, alone or in an either-or."""
    for path in sorted(PACKAGE.rglob("services*/**/*.py")) + sorted(PACKAGE.rglob("services.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in RECORDING:
                continue
            for keyword in node.keywords:
                if keyword.arg == "action":
                    names = {text for text in literals(keyword.value) if "." in text}
                    yield from ((name, str(path.relative_to(PACKAGE))) for name in names)


def literals(value: ast.expr) -> Iterator[str]:
    """The texts written out in an expression, pieces of f-strings left aside."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif not isinstance(value, ast.JoinedStr):
        for part in ast.iter_child_nodes(value):
            if isinstance(part, ast.expr):
                yield from literals(part)


def test_each_action_has_a_name() -> None:
    django.urls.get_resolver().url_patterns  # noqa: B018 (apps name theirs with their pages)
    found = sorted(set(recorded()))
    assert {"case.erased", "loop.published", "recommendation.sent"} <= {name for name, _ in found}
    assert [f"{path}: {name}" for name, path in found if action_label(name) == name] == []
