"""The operations that compiled expressions are made of.

`Algebra` itself makes nothing: with it a tree is walked to learn how large its numbers can become.
`IbisAlgebra`, in a module of its own because Ibis is slow to load, makes expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

WIDE: Final = "decimal(38, 0)"


class Algebra:
    """Makes nothing; every operation gives None."""

    def column(self, name: str) -> Any:
        """A column of the table at hand."""

    def whole(self, value: int) -> Any:
        """A whole number."""

    def nothing(self, kind: str) -> Any:
        """Null of a type."""

    def flag(self, value: bool) -> Any:  # noqa: FBT001 (a literal)
        """True or false."""

    def text(self, value: str) -> Any:
        """A text."""

    def day(self, value: date) -> Any:
        """A day."""

    def add(self, left: Any, right: Any) -> Any:
        """left + right."""

    def subtract(self, left: Any, right: Any) -> Any:
        """left - right."""

    def multiply(self, left: Any, right: Any) -> Any:
        """left * right."""

    def divide(self, left: Any, right: Any) -> Any:
        """The whole quotient, towards zero; both wide."""

    def divide_narrow(self, left: Any, right: Any) -> Any:
        """The same of two in 64 bits."""

    def whole_of(self, value: Any) -> Any:
        """A number made of literals, in 64 bits."""

    def cast(self, value: Any, kind: str) -> Any:
        """The value in another type."""

    def compare(self, sign: str, left: Any, right: Any) -> Any:
        """A comparison; null when a side is."""

    def both(self, parts: Sequence[Any]) -> Any:
        """``and`` in three values."""

    def either(self, parts: Sequence[Any]) -> Any:
        """``or`` in three values."""

    def opposite(self, part: Any) -> Any:
        """``not`` in three values."""

    def is_null(self, value: Any) -> Any:
        """Whether it is null."""

    def is_known(self, value: Any) -> Any:
        """Whether it is not null."""

    def case(self, branches: Sequence[tuple[Any, Any]], otherwise: Any) -> Any:
        """The value of the first branch whose condition is true."""

    def least(self, values: Sequence[Any]) -> Any:
        """The least, nulls passed over."""

    def greatest(self, values: Sequence[Any]) -> Any:
        """The greatest, nulls passed over."""

    def among(self, value: Any, choices: Sequence[Any]) -> Any:
        """Whether it is one of some constants."""

    def filled(self, value: Any, instead: Any) -> Any:
        """The value, or another where it is null."""

    def bits(self, left: Any, right: Any) -> Any:
        """left | right."""

    def joined(self, texts: Sequence[Any]) -> Any:
        """Texts one after the other; null when one is."""

    def padded(self, text: Any, width: int) -> Any:
        """With zeros in front."""

    def without_zeros(self, text: Any) -> Any:
        """Without zeros, and then a point, at the end."""

    def part_of_day(self, value: Any, part: str) -> Any:
        """``year``, ``month`` or ``day`` of a day."""

    def later(self, value: Any, count: int, unit: str) -> Any:
        """A day so many years, months or days later."""

    def any_bits(self, value: Any) -> Any:
        """The bits that are set for any of a group; null for none."""

    def any_of_bits(self, value: Any, bits: int) -> Any:
        """Whether one of some bits is set."""

    def counted(self, condition: Any) -> Any:
        """For how many of a group a condition is true."""

    def total(self, value: Any) -> Any:
        """The sum over a group, 0 of nothing."""

    def most(self, value: Any) -> Any:
        """The greatest of a group."""

    def fewest(self, value: Any) -> Any:
        """The least of a group."""

    def some(self, value: Any) -> Any:
        """Whether it is true for one of a group."""
