"""docs/language.md: every example can be written, every row of its tables holds."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from lianshu.engine.expressions import (
    ExpressionError,
    Outcome,
    ParameterValues,
    all_of,
    any_of,
    check_truth,
    exempted,
)
from lianshu.engine.expressions.checking import Checker
from lianshu.engine.expressions.parser import parse
from lianshu.engine.expressions.scope import Table
from lianshu.engine.expressions.types import MONEY, PLAIN, CodeType
from tests.engine.expressions.world import DOCS, scope

PAGE = (DOCS / "language.md").read_text("utf-8")
NAMES = {
    "parameters": {"x": ParameterValues(PLAIN, ()), "a": ParameterValues(PLAIN, ())},
    "tables": {"caps": Table(CodeType("industries", public=True), MONEY, {"39": Fraction(1)})},
    "conditions": {"HT-1"},
    "scores": {"name": PLAIN},
}


def blocks(kind: str) -> list[str]:
    """The fenced blocks of a kind."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


EXAMPLES = [line for block in blocks("expression") for line in block.splitlines()]
REFUSED = [
    (rule, line)
    for rule, block in re.findall(r"```refused (E\d+)\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


def rows(columns: int) -> list[list[str]]:
    """The rows of outcome tables with so many columns."""
    words = {outcome.value for outcome in Outcome}
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines()]
    return [row for row in cells if len(row) == columns and set(row) <= words]


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_can_be_written(text: str) -> None:
    check_truth(text, scope())


@pytest.mark.parametrize(("rule", "text"), REFUSED)
def test_what_is_refused(rule: str, text: str) -> None:
    with pytest.raises(ExpressionError) as error:
        check_truth(text, scope())
    assert error.value.rule == rule


TABLE_EXAMPLES = [
    example
    for line in PAGE.splitlines()
    if line.startswith("| `")
    for example in re.findall(r"`([^`]+)`", line.split("|")[1])
    if "…" not in example.replace("b, …", "")
    and example != "( )"
    and not example.startswith(("x ", "not", "and", "or", "=", "+", "*", "-x"))
]


@pytest.mark.parametrize("text", TABLE_EXAMPLES)
def test_examples_of_the_tables_can_be_written(text: str) -> None:
    given = {
        "min(a, b, …)": "min(1, 2)",
        "max(a, b, …)": "max(1, 2)",
        ".min(2 years)": "revenue.min(2 years)",
        ".max(2 years)": "revenue.max(2 years)",
        "< 5 years": "age(registered_on) < 5 years",
    }.get(text, text)
    given = re.sub(r"\bday2?\b(?!s)", "registered_on", given).replace("day1", "segment_since")
    if given in {"abs(x)", "floor(x)", "ceil(x)", "round(x)"} or given in set(Outcome):
        return
    Checker(scope(**NAMES)).node(parse(given))


def test_truth_table() -> None:
    found = rows(4)
    assert len(found) == 15, "every pair once"
    assert len({frozenset(row[:2]) for row in found}) == 15
    for one, other, both, either in found:
        pair = (Outcome(one), Outcome(other))
        assert all_of(pair) == all_of(pair[::-1]) == both
        assert any_of(pair) == any_of(pair[::-1]) == either


def test_exemptions() -> None:
    found = rows(3)
    assert len({tuple(row[:2]) for row in found}) == 16
    for test, exemption, outcome in found:
        assert exempted(Outcome(test), Outcome(exemption)) == outcome
