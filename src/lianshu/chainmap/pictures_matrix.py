"""The heat map chains × districts: how much of what a chain requires each district makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

STEPS: Final = (Fraction(0), Fraction(1, 10), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
"""Above each of these shares the colour is one step deeper."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A district's part in a chain: of its required inputs, those made in the district.

    `exact`: an input counts with one maker there. For who may not know so few makers it counts
    from three on; that number is their least, and never says what a single firm makes.
    """

    chain: str
    district: str
    inputs: int
    made: int
    exact: bool

    @property
    def share(self) -> Fraction | None:
        """Made of inputs; None where nothing is required."""
        return Fraction(self.made, self.inputs) if self.inputs else None

    @property
    def step(self) -> int | None:
        """How deep the colour is, 0 to 5; None where there is no share."""
        share = self.share
        return None if share is None else sum(share > each for each in STEPS)

    @property
    def percent(self) -> str:
        """The share for a person; one decimal below one per cent, so that little is not none."""
        share = self.share
        if share is None:
            return ""
        whole = share * 100
        return f"{float(whole):.1f}%" if 0 < whole < 1 else f"{round(whole)}%"


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted of a chain in one place."""

    inputs: int
    made: int
    exact: bool


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A chain: itself in the whole city, and its cell in each district."""

    chain: str
    whole: Cell
    cells: tuple[Cell, ...]

    @property
    def lacking(self) -> int:
        """Inputs of the city's that are not made there: gaps, where that is told exactly."""
        return self.whole.inputs - self.whole.made


def matrix_rows(
    tallies: Mapping[tuple[str, str], Tally],
    *,
    chains: Sequence[str],
    whole: str,
    districts: Sequence[str],
) -> tuple[MatrixRow, ...]:
    """A row for each chain, from what was counted by chain and place; nothing counted is a chain
    that requires nothing there."""

    def cell(chain: str, place: str) -> Cell:
        found = tallies.get((chain, place), Tally(0, 0, exact=False))
        return Cell(chain, place, found.inputs, found.made, found.exact)

    return tuple(
        MatrixRow(chain, cell(chain, whole), tuple(cell(chain, one) for one in districts))
        for chain in chains
    )
