"""Scenarios: firms on paper whose outcomes a clerk can read, run by the interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lianshu.engine.definitions import DefinitionError, Finding, Loaded, load_file
from lianshu.engine.expressions import ExpressionError, Firm, Outcome
from lianshu.engine.expressions.problems import nearest
from lianshu.engine.expressions.tokens import tokens_of
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.evaluating import Decision, Evaluator
from lianshu.engine.policy.firms import NONE, FirmProblem, FirmReader
from lianshu.engine.policy.loading import SCENARIOS_FILE, Pack
from lianshu.engine.policy.model import Expected, Scenario, ScenariosDefinition

LEAST_SCENARIOS = 6


@dataclass(frozen=True)
class Prepared:
    """A scenario ready to run: its firm, day and judgements."""

    policy: Policy
    scenario: Scenario
    firm: Firm
    day: date
    judgements: Mapping[tuple[str, str], Outcome | Fraction]


@dataclass(frozen=True)
class Failure:
    """What a scenario expected and what came out."""

    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.what}：应为 {self.expected}，算出 {self.found}"


@dataclass(frozen=True)
class Run:
    """A scenario that ran, and how it differs from what was expected."""

    prepared: Prepared
    decision: Decision
    failures: tuple[Failure, ...]


def prepare(pack: Pack, policy: Policy) -> tuple[list[Prepared], list[Finding]]:
    """The scenarios of a policy, and every defect of their file (P020, P021)."""
    path = policy.folder / SCENARIOS_FILE
    if not path.is_file():
        message = f"没有 {SCENARIOS_FILE}；每项政策至少要有 {LEAST_SCENARIOS} 个情景"
        return [], [policy.loaded.finding("id", rule="P021", message=message, severity="warning")]
    try:
        loaded = load_file(path, ScenariosDefinition)
    except DefinitionError as error:
        return [], list(error.findings)
    reader = _Reader(pack, policy, loaded)
    found = [one for index in range(len(loaded.value.scenarios)) if (one := reader.read(index))]
    if len(loaded.value.scenarios) < LEAST_SCENARIOS:
        message = f"只有 {len(loaded.value.scenarios)} 个情景，至少要有 {LEAST_SCENARIOS} 个"
        reader.findings.append(
            loaded.finding("scenarios", rule="P021", message=message, severity="warning")
        )
    return found, reader.findings


def scenarios_of(policy: Policy) -> tuple[Scenario, ...]:
    """The scenarios as written; none without a file. Raises DefinitionError."""
    path = policy.folder / SCENARIOS_FILE
    if not path.is_file():
        return ()
    return load_file(path, ScenariosDefinition).value.scenarios


def run(pack: Pack, prepared: Prepared) -> Run:
    """Evaluate a scenario and compare."""
    evaluator = Evaluator(pack.everything, prepared.firm, prepared.day, prepared.judgements)
    decision = evaluator.decision(prepared.policy)
    return Run(prepared, decision, tuple(_failures(prepared.scenario.expect, decision)))


class _Reader:
    def __init__(self, pack: Pack, policy: Policy, loaded: Loaded[ScenariosDefinition]) -> None:
        self.pack = pack
        self.policy = policy
        self.loaded = loaded
        self.findings: list[Finding] = []
        self.resolved: dict[str, Scenario] = {}
        self.reader = FirmReader(pack.dictionary, pack.codes)

    def says(self, message: str, *path: str | int) -> None:
        self.findings.append(self.loaded.finding(*path, rule="P020", message=message))

    def read(self, index: int) -> Prepared | None:
        scenario = self._with_base(index)
        if scenario is None:
            return None
        self.resolved[scenario.id] = scenario
        if scenario.on is None:
            self.says("没有申请日期，请写 on: 2026-06-01", "scenarios", index, "id")
            return None
        before = len(self.findings)
        self._expectations(index, scenario.expect)
        judgements = self._judgements(index, scenario)
        try:
            firm = self.reader.firm(scenario.id, scenario.facts, scenario.holdings, scenario.on)
        except FirmProblem as problem:
            self.says(str(problem), "scenarios", index, *problem.path)
            return None
        if len(self.findings) > before:
            return None
        return Prepared(self.policy, scenario, firm, scenario.on, judgements)

    def _with_base(self, index: int) -> Scenario | None:
        scenario = self.loaded.value.scenarios[index]
        if scenario.base is None:
            return scenario
        base = self.resolved.get(scenario.base)
        if base is None:
            message = f"前面没有情景 {scenario.base}{nearest(scenario.base, self.resolved)}"
            self.says(message, "scenarios", index, "base")
            return None
        return scenario.model_copy(
            update={
                "on": scenario.on or base.on,
                "facts": _merged(base.facts, scenario.facts),
                "holdings": base.holdings | scenario.holdings,
                "judgements": base.judgements | scenario.judgements,
            }
        )

    def _judgements(
        self, index: int, scenario: Scenario
    ) -> dict[tuple[str, str], Outcome | Fraction]:
        found: dict[tuple[str, str], Outcome | Fraction] = {}
        for name, given in scenario.judgements.items():
            if given is None:
                continue
            if isinstance(given, int | Decimal) and not isinstance(given, bool):
                found[self.policy.id, name] = Fraction(given)
            elif given in (Outcome.MET.value, Outcome.NOT_MET.value):
                found[self.policy.id, name] = Outcome(given)
            else:
                message = "专家意见应为 met、not_met 或分数"
                self.says(message, "scenarios", index, "judgements", name)
        return found

    def _expectations(self, index: int, expect: Expected) -> None:
        rules, scores = self.policy.rules_by_id, self._scores()
        for part, known in (("conditions", rules), ("scores", scores), ("missing", rules)):
            for name in getattr(expect, part):
                if name not in known:
                    message = f"没有 {name}{nearest(name, known)}"
                    self.says(message, "scenarios", index, "expect", part, name)
        if expect.amount is not None and expect.amount != NONE:
            try:
                _fen(expect.amount)
            except ExpressionError as error:
                hint = "；没有金额或还算不出时写 none"
                self.says(error.message + hint, "scenarios", index, "expect", "amount")

    def _scores(self) -> dict[str, object]:
        return {
            name: None
            for score in self.policy.scores
            for name in (score.id, *(item.id for item in score.items))
        }


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of a scenario over those of its base, period by period."""
    found = _flat(base)
    for key, value in _flat(own).items():
        # The same cell may be written `revenue: {2025: …}` in one and `revenue@2025` in the other.
        found[key] = value
    return found


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, given in facts.items():
        if isinstance(given, Mapping):
            found |= {f"{key}@{label}": cell for label, cell in given.items()}
        else:
            found[key] = given
    return found


def _failures(expect: Expected, decision: Decision) -> Sequence[Failure]:
    found: list[Failure] = []

    def compare(what: str, expected: object, given: object) -> None:
        if expected != given:
            found.append(Failure(what, _said(expected), _said(given)))

    if expect.verdict is not None:
        compare("结论", expect.verdict, decision.verdict.outcome.value)
    for name, outcome in expect.conditions.items():
        compare(name, outcome, decision.conditions[name].outcome.value)
    for name, given in expect.scores.items():
        low, high = given if isinstance(given, tuple) else (given, given)
        reading = decision.scores.get(name) or decision.items.get(name)
        ends = None if reading is None else (reading.low, reading.high)
        compare(f"评分 {name}", (Fraction(low), Fraction(high)), ends)
    for name, names in expect.missing.items():
        compare(f"{name} 缺少的数据", sorted(names), sorted(decision.conditions[name].missing))
    if expect.amount is not None:
        wanted = None if expect.amount == NONE else _fen(expect.amount)
        if wanted != decision.amount:
            found.append(Failure("金额", _yuan(wanted), _yuan(decision.amount)))
    return found


def _fen(text: str) -> int:
    """An amount such as ``30万元``. Raises ExpressionError."""
    first = tokens_of(text)[0]
    if first.kind != "money" or not isinstance(first.value, Fraction):
        raise ExpressionError("E004", 0, f"金额应带单位，例如 30万元，现在是 {text}")
    return int(first.value)


def _yuan(fen: int | None) -> str:
    return "无（没有金额，或还算不出）" if fen is None else f"{Decimal(fen) / 100:,} 元"


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return f"{_said(value[0])} 到 {_said(value[1])}"
    if isinstance(value, list):
        return "、".join(map(str, value)) or "无"
    return "无" if value is None else str(value)
