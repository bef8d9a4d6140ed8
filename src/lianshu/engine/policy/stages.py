"""The chain of selects: what each stage has made, as columns of the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, Literal

import ibis

from lianshu.engine.expressions import EvaluationError, Node, Outcome
from lianshu.engine.expressions.vector.holdings import HoldingColumns, planned
from lianshu.engine.expressions.vector.ibis_algebra import IbisAlgebra, sql_of
from lianshu.engine.expressions.vector.lowering import Lowering
from lianshu.engine.expressions.vector.shape import (
    OF_EVERY_HOLDING,
    Shape,
    aggregates_of,
    fact_cells,
    names_of,
    only_whether,
)
from lianshu.engine.expressions.vector.sharing import may_share, share_key
from lianshu.engine.expressions.vector.truths import Truth
from lianshu.engine.expressions.vector.wholes import Ends, Whole
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.needs import bounds_of, may_hold, prefix_of, trees_of
from lianshu.engine.policy.shown import Shown

Dialect = Literal["duckdb", "pyspark"]
FACTS: Final = "policy_facts"
HOLDINGS: Final = "policy_holdings"
ORGANISATION: Final = "organisation"


CONDITIONS: Final = ("undefined", "absent", "lacks")


class Below(Mapping[str, Any]):
    """What earlier stages made of one policy, as columns of the table at hand."""

    def __init__(self, made: Mapping[str, Any], prefix: str, column: Callable[[str], Any]) -> None:
        self.made = made
        self.prefix = prefix
        self.column = column

    def __getitem__(self, name: str) -> Any:
        return self.column(self.prefix + name)

    def __iter__(self) -> Any:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self.made)


class Stages:
    """The tables, and the columns that stages have made of them."""

    def __init__(
        self,
        policies: Sequence[Policy],
        day: date,
        shape: Shape,
        dialect: Dialect,
        *,
        texts: bool,
    ) -> None:
        self.day = day
        self.dialect = dialect
        self.texts = texts
        self.policies = list(policies)
        self.holding = [one for one in policies if may_hold(one, day)]
        trees = [tree for one in self.holding for tree in trees_of(one)]
        self.aggregates = aggregates_of(trees)
        bounds = bounds_of(self.holding, day, shape.bounds)
        self.shape = replace(
            shape,
            aggregates=planned(
                self.aggregates,
                shape,
                names=texts,
                only_whether=() if texts else only_whether(trees),
            ),
            bounds=bounds,
        )
        self.cells_read = fact_cells(trees, day)
        self.names = tuple(dict.fromkeys(name for tree in trees for name in names_of(tree, day)))
        self.stages: list[str] = []
        self.table: Any = None
        self.truths: dict[str, Truth] = {}
        self.scores: dict[str, Ends] = {}
        self.codes: dict[str, str] = {}
        self.masks: dict[str, dict[int, str]] = {}
        self.shown: dict[str, tuple[Shown, ...]] = {}
        self.shared: dict[str, str] = {}
        self.ready: set[str] = set()
        self.said: dict[str, tuple[str, ...]] = {}
        self.trees: dict[str, list[Node]] = {}
        for one in self.holding:
            for name, tree in one.trees():
                # Whether the policy is for the firm is part of its verdict.
                of_verdict = name in ("target", "transitional")
                key = prefix_of(one) + ("verdict" if of_verdict else name)
                self.trees.setdefault(key, []).append(tree)

    # Stages

    def start(self) -> None:
        """The firms with the facts and aggregates that are read."""
        columns = {ORGANISATION: "string"} | self.fact_columns()
        facts = ibis.table(columns, name=FACTS)
        table = facts
        maker = HoldingColumns(self.shape, self.day, list(self.aggregates.values()))
        if self.aggregates and self.shape.holdings:
            held = ibis.table(self.holding_columns(), name=HOLDINGS)
            self.add_stage(held.select(ORGANISATION, **maker.items(IbisAlgebra(held))))
            filters = maker.filters(IbisAlgebra(self.table))
            self.add_stage(self.table.select(ORGANISATION, **filters))
            aggregated = maker.grouped(IbisAlgebra(self.table))
            self.add_stage(self.table.group_by(ORGANISATION).aggregate(**aggregated))
            table = facts.left_join(self.table, ORGANISATION)
        made = maker.joined(IbisAlgebra(table))
        kept = [facts[name].name(name) for name in columns]
        self.add_stage(table.select(*kept, **made))

    def fact_columns(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for fact, label in self.cells_read:
            column = self.shape.fact(fact, label)
            if column is None:
                continue
            found[column.value] = self.shape.kind_of(fact)
            if column.denominator is not None:
                found[column.denominator] = "int64"
            if column.absent is not None:
                found[column.absent] = "boolean"
        return found

    def holding_columns(self) -> dict[str, str]:
        found = {ORGANISATION: "string", "kind": "string", **OF_EVERY_HOLDING}
        for holding in self.shape.dictionary.holdings:
            for one in holding.attributes:
                kind = "int64"
                if one.type in ("date", "bool", "code"):
                    kind = {"date": "date", "bool": "boolean", "code": "string"}[one.type]
                if one.type == "ratio":
                    found[f"attribute.{one.id}#numerator"] = "int64"
                    found[f"attribute.{one.id}#denominator"] = "int64"
                elif one.type != "text":
                    found[f"attribute.{one.id}"] = kind
        return found | ({"unknown": "boolean"} if self.shape.marked else {})

    def add_stage(self, expression: Any) -> None:
        name = f"stage{len(self.stages)}"
        self.stages.append(sql_of(expression, self.dialect))
        self.table = ibis.table(expression.schema(), name=name)

    def extend(self, columns: Mapping[str, Any]) -> None:
        """One more stage with these columns beside those there are."""
        if columns:
            self.add_stage(self.table.select(*self.table.columns, **columns))

    def lowering(self, policy: Policy) -> Lowering:
        prefix = prefix_of(policy)
        return Lowering(
            IbisAlgebra(self.table),
            self.shape,
            self.day,
            self.names,
            conditions=Below(self.truths, prefix, self.column_truth),
            scores=Below(self.scores, prefix, self.column_score),
            verdicts=Below(self.truths, "", self.column_verdict),
            made=lambda node: self.column_shared(node, prefix),
        )

    def column_shared(self, node: Node, prefix: str) -> Ends | Truth | None:
        """The columns of a part that an earlier stage made."""
        name = self.shared.get(share_key(node, prefix)) if may_share(node) else None
        if name not in self.ready:
            return None
        if name in self.scores:
            return self.column_score(name)
        return self.column_truth(name) if name in self.truths else None

    # What earlier stages made, over the table at hand

    def column_truth(self, name: str) -> Truth:
        algebra = IbisAlgebra(self.table)
        words = self.masks.get(name, {})
        return Truth(
            algebra.column(self.codes[name]),
            coded=self.truths[name].coded,
            mask=lambda: {word: algebra.column(column) for word, column in words.items()},
        )

    def column_verdict(self, key: str) -> Truth:
        """The verdict, or a condition, of whichever version of a policy holds."""
        policy, _, name = key.partition("/")
        lowering = Lowering(IbisAlgebra(self.table), self.shape, self.day, self.names)
        if all(one.id != policy for one in self.policies):
            raise EvaluationError(f"没有加载政策 {policy}，不能引用它的结论")
        found = [one for one in self.holding if one.id == policy]
        if not found:
            return lowering.truths.constant(Outcome.NOT_APPLICABLE)
        return lowering.truths.any_of(
            [self.column_truth(f"{prefix_of(one)}{name}") for one in found]
        )

    def column_score(self, name: str) -> Ends:
        made = self.scores[name]
        algebra = IbisAlgebra(self.table)

        def column(part: str, whole: Whole) -> Whole:
            if whole.constant is not None:
                return replace(whole, expr=algebra.whole(whole.constant))
            column = algebra.column(f"{name}.{part}")
            return Whole(column, whole.bound, whole.nullable, natural=whole.natural)

        low = column("low", made.low)
        high = low if made.single else column("high", made.high)
        words = self.masks.get(name, {})
        conditions = {
            part: None if getattr(made, part) is None else algebra.column(f"{name}.{part}")
            for part in CONDITIONS
        }
        lowering = Lowering(algebra, self.shape, self.day, self.names)
        return lowering.opened(
            Ends(
                low,
                high,
                column("den", made.den),
                **conditions,
                judged=made.judged,
                mask=lambda: {word: algebra.column(column_) for word, column_ in words.items()},
            )
        )
