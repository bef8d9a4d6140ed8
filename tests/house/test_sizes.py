"""Files stay near 400 lines and functions near 60, so that each can be read at once."""

from __future__ import annotations

import ast

from tests.house.source import ROOT, Source, sources

FILE_LINES, FUNCTION_LINES = 440, 70


def long_functions(source: Source) -> list[str]:
    """Complaints about functions that are too long, decorators not counted."""
    return [
        f"{source.path}:{node.lineno} {node.name} has {length} lines"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]


def test_no_file_is_too_long() -> None:
    lengths = {
        source.path: len((ROOT / source.path).read_text(encoding="utf-8").splitlines())
        for source in sources()
    }
    assert {path: length for path, length in lengths.items() if length > FILE_LINES} == {}


def test_no_function_is_too_long() -> None:
    assert [line for source in sources() for line in long_functions(source)] == []


def test_the_rule_catches_a_planted_function() -> None:
    body = "\n".join("    pass" for _ in range(FUNCTION_LINES))
    assert long_functions(Source.of("x.py", f"def f():\n{body}\n"))
    assert not long_functions(Source.of("x.py", "def f():\n    pass\n"))
