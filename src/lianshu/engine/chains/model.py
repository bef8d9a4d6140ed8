"""What a chain map is made of: relations, makings, statuses, and products that are reached."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Relation(StrEnum):
    """What an edge says; the values are the words of the files.

    SUPPLY: the end is an upstream material of the start. SUBCLASS: the end is a sub-class of the
    start (电池 → 锂电池). DOWNSTREAM: the end is a downstream product of the start; it is kept and
    counted, and no computation reverses it into a supply.
    """

    SUPPLY = "上游材料"
    SUBCLASS = "产品小类"
    DOWNSTREAM = "下游产品"


MAKES = "主营产品"
"""The one relation of a firm to a product: it makes it."""


class Edge(NamedTuple):
    """A relation between two products. `row` is its row in the file, 0 where there is none."""

    start: str
    end: str
    relation: Relation
    row: int = 0


class Making(NamedTuple):
    """A firm makes a product. `share` is the product's part of the firm's revenue, None unknown."""

    code: str
    product: str
    share: Decimal | None = None
    row: int = 0


class Status(StrEnum):
    """How a product is covered, by the number of distinct local makers."""

    GAP = "gap"
    SINGLE = "single"
    THIN = "thin"
    COVERED = "covered"


def status_of(makers: int) -> Status:
    """0 is a gap, 1 a single source, 2 thin, 3 and more covered."""
    return (Status.GAP, Status.SINGLE, Status.THIN, Status.COVERED)[min(makers, 3)]


@dataclass(frozen=True, slots=True)
class Reached:
    """A product at its shortest distance from some starts.

    `path` runs from a start to the product: a shortest one and among those the smallest, the
    names compared one after the other by code point. `depth` is its number of steps, from 1.
    """

    product: str
    depth: int
    path: tuple[str, ...]


class UnknownProductError(LookupError):
    """Products that neither an edge nor a maker names; `nearest` has names like each of them."""

    def __init__(self, nearest: dict[str, tuple[str, ...]]) -> None:
        super().__init__("、".join(nearest))
        self.nearest = nearest
