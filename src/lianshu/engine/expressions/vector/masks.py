"""Which facts are missing, as bits: expressions that are made only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from lianshu.engine.expressions.vector.algebra import Algebra

WORD: Final = 62
"""Names in one 64-bit column."""

Words: TypeAlias = dict[int, Any]
"""Word → expression of its bits."""
Mask: TypeAlias = Callable[[], Words]


def no_mask() -> Words:
    """Nothing can be missing."""
    return {}


class Bits:
    """The names that can be missing from a rule, each with its bit."""

    def __init__(self, algebra: Algebra, names: Sequence[str]) -> None:
        self.algebra = algebra
        self.names = tuple(names)
        self._places = {name: place for place, name in enumerate(names)}

    @property
    def words(self) -> int:
        """How many columns they take."""
        return max(1, -(-len(self.names) // WORD))

    def of(self, name: str, condition: Any) -> Words:
        """The bit of a name where a condition is true."""
        word, bit = divmod(self._places[name], WORD)
        whole = self.algebra.whole
        return {word: self.algebra.case([(condition, whole(1 << bit))], whole(0))}

    def union(self, masks: Sequence[Mask]) -> Words:
        """All of them."""
        found: Words = {}
        for mask in masks:
            for word, expr in mask().items():
                found[word] = self.algebra.bits(found[word], expr) if word in found else expr
        return found

    def where(self, condition: Any, mask: Mask) -> Words:
        """A mask where a condition is true, else nothing."""
        zero = self.algebra.whole(0)
        return {word: self.algebra.case([(condition, expr)], zero) for word, expr in mask().items()}

    def chosen(self, branches: Sequence[tuple[Any, Mask]], otherwise: Mask) -> Words:
        """The mask of the first branch whose condition is true."""
        made = [(condition, mask()) for condition, mask in branches]
        last = otherwise()
        zero = self.algebra.whole(0)
        words = sorted({word for _, each in made for word in each} | set(last))
        return {
            word: self.algebra.case(
                [(condition, each.get(word, zero)) for condition, each in made],
                last.get(word, zero),
            )
            for word in words
        }
