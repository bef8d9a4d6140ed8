"""Policies to one SQL statement over a table of facts and a table of holdings.

The statement is a chain of selects, each adding the columns that the one before made possible:
items, scores, conditions, verdicts. It is made once for a set of policies, a day and a shape of the
tables, and kept (`programs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from graphlib import TopologicalSorter
from typing import Any, Final

from lianshu.engine.expressions import Node, Outcome
from lianshu.engine.expressions.types import NumberType
from lianshu.engine.expressions.vector.ibis_algebra import IbisAlgebra
from lianshu.engine.expressions.vector.lowering import Lowering
from lianshu.engine.expressions.vector.masks import WORD
from lianshu.engine.expressions.vector.shape import (
    Shape,
    names_of,
)
from lianshu.engine.expressions.vector.sharing import shared_parts
from lianshu.engine.expressions.vector.truths import Truth
from lianshu.engine.expressions.vector.wholes import Ends
from lianshu.engine.policy.compiled import Policy, ScoreRule
from lianshu.engine.policy.loading import named_policies
from lianshu.engine.policy.needs import needs_of, prefix_of, trees_of
from lianshu.engine.policy.shown import Shown, shown_columns
from lianshu.engine.policy.stages import CONDITIONS, ORGANISATION, Dialect, Stages

_OUT: Final = [Outcome.NOT_MET.code, Outcome.NOT_APPLICABLE.code]
_MET: Final = Outcome.MET.code


@dataclass(frozen=True, slots=True)
class Cell:
    """A condition, score or verdict in the statement's result.

    ``code`` is its outcome's column; ``missing`` maps a word of names to the column of its bits;
    ``low`` and ``high`` are columns of whole numbers over ``den``, or where that is 0 over the
    column ``code``. ``names`` are those that can be missing.
    """

    name: str
    code: str = ""
    missing: Mapping[int, str] = field(default_factory=dict)
    low: str = ""
    high: str = ""
    den: int = 1
    shown: tuple[Shown, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyCells:
    """The columns of one policy; ``amount`` is in fen."""

    policy: Policy
    in_force: bool
    conditions: tuple[Cell, ...]
    verdict: Cell
    score: Cell | None
    amount: str | None


@dataclass(frozen=True)
class Program:
    """The statement (``sql``), and where everything is in its result. ``names`` are those of the
    bits, 62 to a word."""

    sql: str
    dialect: Dialect
    day: date
    policies: tuple[PolicyCells, ...]
    names: tuple[str, ...]

    def names_in(self, word: int) -> tuple[str, ...]:
        """The names of a word."""
        return self.names[word * WORD : (word + 1) * WORD]


def build(
    policies: Sequence[Policy],
    day: date,
    shape: Shape,
    *,
    dialect: Dialect = "duckdb",
    texts: bool = True,
) -> Program:
    """The program of policies on a day.

    With ``texts`` value and threshold of every condition are columns too, and what is missing;
    without, only outcomes, scores and amounts.
    """
    return _Builder(policies, day, shape, dialect, texts=texts).program()


class _Builder(Stages):
    """Makes the program of some policies."""

    # The program

    def program(self) -> Program:
        self.start()
        for level in self.levels():
            columns: dict[str, Any] = {}
            for make in level:
                columns |= make()
            self.extend(columns)
            self.ready = self.scores.keys() | self.truths.keys()
        if self.texts:
            columns = {}
            for policy in self.holding:
                columns |= self.texts_of(policy)
            self.extend(columns)
        cells = tuple(self.cells(policy) for policy in self.policies)
        return Program(self.statement(cells), self.dialect, self.day, cells, self.names)

    def levels(self) -> Iterable[list[Callable[[], dict[str, Any]]]]:
        """Makers of columns; those of one level need only what earlier levels made."""
        level: dict[str, int] = {}
        makers: dict[int, list[Callable[[], dict[str, Any]]]] = {}

        def put(name: str, needs: Iterable[str], make: Callable[[], dict[str, Any]]) -> None:
            needs = list(needs)
            below = (self.said.get(need, ()) for need in needs)
            own = [one for tree in self.trees.get(name, ()) for one in names_of(tree, self.day)]
            self.said[name] = tuple(dict.fromkeys([*own, *(one for said in below for one in said)]))
            level[name] = max((level[need] + 1 for need in needs if need in level), default=0)
            makers.setdefault(level[name], []).append(make)

        def put_parts(policy: Policy, trees: Sequence[Node]) -> list[str]:
            """The names of the shared parts of some trees, each put once."""
            found: list[str] = []
            for tree in trees:
                for key, node in shared_parts(tree, prefix_of(policy)):
                    if key not in self.shared:
                        name = f"part{len(self.shared)}"
                        inner = [
                            self.shared[each] for each, _ in shared_parts(node, prefix_of(policy))
                        ]
                        needs = inner + needs_of(prefix_of(policy), node, others)
                        self.shared[key] = name
                        put(name, needs, lambda p=policy, n=name, t=node: self.part(p, n, t))  # type: ignore[misc]
                    found.append(self.shared[key])
            return found

        others = [
            f"{prefix_of(one)}{name}"
            for one in self.holding
            for name in ("verdict", *one.rules_by_id)
        ]

        for policy in self.ordered():
            prefix = prefix_of(policy)
            items = {item.id: item for score in policy.scores for item in score.items}
            rules, scores = policy.rules_by_id, policy.scores_by_id
            for name in policy.order:
                key = prefix + name
                if name in rules:
                    needs = needs_of(prefix, rules[name].node, others)
                    needs += put_parts(policy, [rules[name].node])
                    needs += put_parts(policy, [one.node for one in policy.transitions])
                    put(key, needs, lambda p=policy, n=name: self.rule(p, n))  # type: ignore[misc]
                elif name in items:
                    needs = needs_of(prefix, items[name].node, others)
                    needs += put_parts(policy, [items[name].node])
                    most = Fraction(items[name].definition.max)
                    node = items[name].node
                    put(key, needs, lambda p=policy, k=key, n=node, m=most: self.item(p, k, n, m))  # type: ignore[misc]
                else:
                    score = scores[name]
                    needs = [prefix + item.id for item in score.items]
                    if score.total is not None:
                        needs += needs_of(prefix, score.total, others)
                        needs += put_parts(policy, [score.total])
                    put(key, needs, lambda p=policy, s=score: self.score(p, s))  # type: ignore[misc]
            needs = [prefix + rule.id for rule in policy.rules]
            needs += [prefix + score.id for score in policy.scores]
            last = [policy.target, policy.amount, *(one.node for one in policy.transitions)]
            trees = [policy.verdict, *(one for one in last if one is not None)]
            for node in trees:
                needs += needs_of(prefix, node, others)
            needs += put_parts(policy, trees)
            put(f"{prefix}verdict", needs, lambda p=policy: self.verdict(p))  # type: ignore[misc]
        return [makers[number] for number in sorted(makers)]

    def ordered(self) -> list[Policy]:
        """The policies so that each comes after those whose verdict it reads."""
        by_id: dict[str, list[Policy]] = {}
        for one in self.holding:
            by_id.setdefault(one.id, []).append(one)
        needs = {
            name: {each for one in versions for each in named_policies(one)} & set(by_id)
            for name, versions in by_id.items()
        }
        return [one for name in TopologicalSorter(needs).static_order() for one in by_id[name]]

    def rule(self, policy: Policy, name: str) -> dict[str, Any]:
        lowering = self.lowering(policy)
        truth = lowering.truth(policy.rules_by_id[name].node)
        holds = self.holds(policy, lowering)
        return self.put_truth(prefix_of(policy) + name, lowering, truth, holds)

    def holds(self, policy: Policy, lowering: Lowering) -> Truth | None:
        """Whether the policy holds for a firm at all; None: for every firm."""
        if policy.in_force(self.day):
            return None
        return lowering.truths.any_of(
            [lowering.truth(one.node) for one in policy.open_transitions(self.day)]
        )

    def put_truth(
        self, key: str, lowering: Lowering, truth: Truth, holds: Truth | None
    ) -> dict[str, Any]:
        """Columns of a truth: the code, and with ``texts`` the bits of what is missing."""
        algebra = lowering.algebra
        code = lowering.truths.code(truth)
        if holds is not None:
            out = algebra.among(lowering.truths.code(holds), _OUT)
            code = algebra.case([(out, algebra.whole(Outcome.NOT_APPLICABLE.code))], code)
            truth = Truth(code, True, truth.mask)
        self.codes[key] = f"{key}"
        columns = {key: algebra.cast(code, "int8")}
        if self.texts:
            words = lowering.truths.missing(truth)
            self.masks[key] = {word: f"{key}.missing{word}" for word in words}
            columns |= {self.masks[key][word]: expr for word, expr in words.items()}
        self.truths[key] = Truth(code, True, truth.mask)
        return columns

    def part(self, policy: Policy, name: str, node: Node) -> dict[str, Any]:
        """The columns of a part that several expressions read."""
        lowering = self.lowering(policy)
        if isinstance(node.type, NumberType):
            return self.put_number(name, lowering.new_number(node))
        truth = lowering.new_truth(node)
        self.codes[name] = name
        columns = {name: truth.expr}
        if self.texts:
            words = lowering.truths.missing(truth)
            self.masks[name] = {word: f"{name}.missing{word}" for word in words}
            columns |= {self.masks[name][word]: expr for word, expr in words.items()}
        self.truths[name] = truth
        return columns

    def item(self, policy: Policy, key: str, node: Node, most: Fraction) -> dict[str, Any]:
        lowering = self.lowering(policy)
        return self.put_score(key, lowering, lowering.number(node), most)

    def score(self, policy: Policy, score: ScoreRule) -> dict[str, Any]:
        lowering = self.lowering(policy)
        if score.total is not None:
            found = lowering.number(score.total)
        else:
            prefix = prefix_of(policy)
            found = self.column_score(prefix + score.items[0].id)
            for item in score.items[1:]:
                found = lowering.sum_of(found, self.column_score(prefix + item.id))
        return self.put_score(prefix_of(policy) + score.id, lowering, found, Fraction(score.most))

    def put_score(
        self, key: str, lowering: Lowering, found: Ends, most: Fraction
    ) -> dict[str, Any]:
        return self.put_number(key, lowering.bounded(found, most))

    def put_number(self, key: str, found: Ends) -> dict[str, Any]:
        """Columns of the parts of a number that are no constants."""
        columns: dict[str, Any] = {}
        wholes = {"low": found.low, "den": found.den}
        if not found.single:
            wholes["high"] = found.high
        for part, whole in wholes.items():
            if whole.constant is None or (part != "den" and not key.startswith("part")):
                # What literals are made of is 32 bits wide for the engine, 64 for whoever reads it.
                expr = IbisAlgebra(self.table).whole_of(whole.expr) if whole.small else whole.expr
                columns[f"{key}.{part}"] = expr
        for part in CONDITIONS:
            if getattr(found, part) is not None:
                columns[f"{key}.{part}"] = getattr(found, part)
        if self.texts:
            words = found.mask()
            self.masks[key] = {word: f"{key}.missing{word}" for word in words}
            columns |= {self.masks[key][word]: expr for word, expr in words.items()}
        self.scores[key] = found
        return columns

    def verdict(self, policy: Policy) -> dict[str, Any]:
        lowering = self.lowering(policy)
        truths, algebra = lowering.truths, lowering.algebra
        verdict = lowering.truth(policy.verdict)
        holds = self.holds(policy, lowering)
        cases: list[tuple[Any, Outcome]] = []
        applies: Truth | None = None
        if policy.target is not None:
            applies = lowering.truth(policy.target)
            cases.append((truths.has(applies, Outcome.NOT_MET), Outcome.NOT_APPLICABLE))
            verdict = truths.narrowed(verdict, applies)
        if holds is not None:
            verdict = truths.narrowed(verdict, holds)
        verdict = truths.settled(verdict, cases)
        prefix = prefix_of(policy)
        columns = self.put_truth(f"{prefix}verdict", lowering, verdict, holds)
        if policy.headline is not None:
            columns |= self.shown_score(prefix, policy.headline, lowering, holds)
        if policy.amount is not None:
            met = algebra.compare("=", columns[f"{prefix}verdict"], algebra.whole(_MET))
            columns[f"{prefix}amount"] = lowering.amount(policy.amount, policy.round_to, met)
        return columns

    def shown_score(
        self, prefix: str, headline: str, lowering: Lowering, holds: Truth | None
    ) -> dict[str, Any]:
        """The headline score as it is told: nothing where the policy does not hold."""
        found = self.column_score(prefix + headline)
        columns = {f"{prefix}score_low": found.low.expr, f"{prefix}score_high": found.high.expr}
        if found.den.constant is None:
            columns[f"{prefix}score_den"] = found.den.expr
        if holds is None:
            return columns
        algebra = lowering.algebra
        out = algebra.among(lowering.truths.code(holds), _OUT)
        nothing = algebra.nothing("int64")
        return {name: algebra.case([(out, nothing)], expr) for name, expr in columns.items()}

    def texts_of(self, policy: Policy) -> dict[str, Any]:
        """Value and threshold of each condition, as texts."""
        columns: dict[str, Any] = {}
        lowering = self.lowering(policy)
        for rule in policy.rules:
            key = prefix_of(policy) + rule.id
            made, parts = shown_columns(lowering, rule.node, key)
            columns |= made
            self.shown[key] = parts
        return columns

    # The result

    def cells(self, policy: Policy) -> PolicyCells:
        prefix = prefix_of(policy)
        if policy not in self.holding:
            none = tuple(Cell(rule.id) for rule in policy.rules)
            return PolicyCells(policy, False, none, Cell("verdict"), None, None)
        conditions = tuple(self.cell(prefix, rule.id) for rule in policy.rules)
        score: Cell | None = None
        if policy.headline is not None:
            den = self.scores[prefix + policy.headline].den.constant or 0
            score = Cell(
                policy.headline,
                code="" if den else f"{prefix}score_den",
                low=f"{prefix}score_low",
                high=f"{prefix}score_high",
                den=den,
            )
        amount = None if policy.amount is None else f"{prefix}amount"
        verdict = self.cell(prefix, "verdict")
        return PolicyCells(policy, True, conditions, verdict, score, amount)

    def cell(self, prefix: str, name: str) -> Cell:
        key = prefix + name
        return Cell(
            name,
            self.codes[key],
            self.masks.get(key, {}),
            shown=self.shown.get(key, ()),
            names=self.said.get(key, ()),
        )

    def statement(self, cells: Sequence[PolicyCells]) -> str:
        """The chain of selects, and last the columns of the result."""
        wanted = [ORGANISATION]
        for one in cells:
            for cell in (*one.conditions, one.verdict):
                wanted += [cell.code, *cell.missing.values()] if cell.code else []
                wanted += [column for part in cell.shown for column in part.columns]
            if one.score is not None:
                wanted += [one.score.low, one.score.high]
                wanted += [one.score.code] if one.score.code else []
            wanted += [one.amount] if one.amount else []
        self.add_stage(self.table.select(*dict.fromkeys(wanted)))
        hint = "AS NOT MATERIALIZED" if self.dialect == "duckdb" else "AS"
        named = [f"stage{place} {hint} (\n{sql}\n)" for place, sql in enumerate(self.stages[:-1])]
        return "WITH " + ",\n".join(named) + "\n" + self.stages[-1]


__all__ = ["Cell", "PolicyCells", "Program", "build", "trees_of"]
