"""Value and threshold of a condition: its comparisons, in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lianshu.engine.expressions import Node
from lianshu.engine.expressions.tree import AllOf, AnyOf, Compare, Exempted, Growth, Not, OneOf
from lianshu.engine.expressions.types import MONEY, DateType, NumberType, TruthType
from lianshu.engine.expressions.vector.lowering import Lowering
from lianshu.engine.expressions.vector.wholes import Ends

_PLACES: Final = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """The text columns of one comparison."""

    value: str
    threshold: str

    @property
    def columns(self) -> tuple[str, str]:
        """Both."""
        return (self.value, self.threshold)


def comparisons(node: Node) -> Iterator[Compare | OneOf]:
    """The comparisons of a condition that are its own, in reading order."""
    match node:
        case Compare() | OneOf():
            yield node
        case AllOf() | AnyOf():
            for part in node.parts:
                yield from comparisons(part)
        case Not():
            yield from comparisons(node.inner)
        case Exempted():
            yield from comparisons(node.inner)
        case _:
            return


def shown_columns(
    lowering: Lowering, node: Node, key: str
) -> tuple[dict[str, Any], tuple[Shown, ...]]:
    """Text columns of the comparisons of a condition."""
    columns: dict[str, Any] = {}
    parts: list[Shown] = []
    return columns, tuple(parts)


__all__ = [
    "MONEY",
    "DateType",
    "Ends",
    "Growth",
    "NumberType",
    "Shown",
    "TruthType",
    "comparisons",
    "shown_columns",
]
