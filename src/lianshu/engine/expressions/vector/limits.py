"""How large the facts of a rule may be for its products to be held exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final, TypeVar

from lianshu.engine.expressions.tree import Node
from lianshu.engine.expressions.types import NumberType
from lianshu.engine.expressions.vector.algebra import Algebra
from lianshu.engine.expressions.vector.holdings import HoldingColumns, planned
from lianshu.engine.expressions.vector.lowering import Lowering
from lianshu.engine.expressions.vector.shape import Shape, aggregates_of, fact_cells
from lianshu.engine.expressions.vector.truths import Truth
from lianshu.engine.expressions.vector.wholes import MOST, Ends, TooLargeError, Wholes
from lianshu.engine.tables import FactDictionary

T = TypeVar("T")

_MOST_DIGITS: Final = 18
_SCORE: Final = 10**9


def limit_of(tree: Node, dictionary: FactDictionary, day: date) -> int:
    """The power of ten below which every fact of the tree must lie; at most 10^18.

    0 when not even small figures can be held.
    """
    for digits in range(_MOST_DIGITS, 0, -1):
        if _holds(tree, dictionary, day, 10**digits):
            return int(10**digits)
    return 0


def _holds(tree: Node, dictionary: FactDictionary, day: date, most: int) -> bool:
    aggregates = aggregates_of([tree])
    shape = Shape(
        dictionary, columns_of([tree], dictionary, day), most=most, aggregates=planned(aggregates)
    )
    algebra = Algebra()
    wholes = Wholes(algebra)
    score = Ends(*(wholes.column("score", _SCORE),) * 2, wholes.constant(1))
    lowering = Lowering(
        algebra,
        shape,
        day,
        conditions=_Any(Truth(None, coded=True)),
        scores=_Any(score),
        verdicts=_Any(Truth(None, coded=True)),
    )
    # Telling a value in yuan with its places takes a few digits more than comparing it.
    lowering.wholes.most = MOST // 1000
    try:
        held = HoldingColumns(shape, day, list(aggregates.values()))
        held.items(algebra)
        held.filters(algebra)
        held.grouped(algebra)
        if isinstance(tree.type, NumberType):
            lowering.number(tree)
        else:
            lowering.truth(tree)
    except TooLargeError:
        return False
    return True


def columns_of(trees: Iterable[Node], dictionary: FactDictionary, day: date) -> frozenset[str]:
    """The columns of everything that the trees read, as if all were there."""
    found: set[str] = set()
    for fact, label in fact_cells(trees, day):
        name = f"{fact}@{label}"
        if dictionary.facts_by_id[fact].type == "ratio":
            found |= {f"{name}#numerator", f"{name}#denominator"}
        else:
            found.add(name)
    return frozenset(found)


class _Any(defaultdict[str, T]):
    """A mapping that has one value for every name."""

    def __init__(self, value: T) -> None:
        super().__init__(lambda: value)
