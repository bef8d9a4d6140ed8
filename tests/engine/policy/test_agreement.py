"""Interpreter and tables say the same of random firms: outcomes, missing facts, scores, amounts."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianshu.engine.policy import load_pack
from tests.engine.expressions.world import codes, dictionary
from tests.engine.policy.agreement import differences
from tests.engine.policy.firms import random_firms
from tests.engine.policy.sentences import policy_of, sentences
from tests.engine.policy.test_packs import NAMES, pack

NOW = date(2026, 6, 1)
FIRMS = int(os.environ.get("LIANSHU_FIRMS", "60"))
"""100,000 once in a while: LIANSHU_FIRMS=100000."""


@pytest.mark.parametrize(
    ("name", "day"), [*((name, NOW) for name in NAMES), ("national", date(2024, 2, 29))]
)
def test_packs(name: str, day: date) -> None:
    policies = [*pack(name).everything]
    assert differences(policies, random_firms(policies, day, FIRMS, seed=day.year), day) == []


@pytest.mark.parametrize("name", NAMES)
def test_figures_that_nobody_has_given(name: str) -> None:
    policies = [*pack(name).everything]
    firms = random_firms(policies, NOW, 100, seed=1, absent=False)
    few = sorted(firms, key=lambda firm: len(firm.facts))[:2]
    few.sort(key=lambda firm: firm.organisation)
    assert differences(policies, few, NOW) == []


@given(st.lists(sentences(), min_size=6, max_size=6), st.integers(0, 10**6))
@settings(
    max_examples=int(os.environ.get("LIANSHU_SENTENCES", "3")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_random_conditions(
    tmp_path_factory: pytest.TempPathFactory, tests: list[str], seed: int
) -> None:
    folder: Path = policy_of(tests, tmp_path_factory.mktemp("pack"))
    found = load_pack([folder], dictionary(), codes())
    assert [str(one) for one in found.findings if one.severity == "error"] == []
    day = date(2026, 3, 31)
    firms = random_firms(found.policies, day, 60, seed)
    assert differences(found.policies, firms, day) == []
