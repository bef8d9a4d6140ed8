"""Outcomes in columns: three-valued booleans while those are enough, else codes of five."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lianshu.engine.expressions.outcomes import Outcome
from lianshu.engine.expressions.vector.algebra import Algebra
from lianshu.engine.expressions.vector.masks import Bits, Mask, no_mask

NOT_MET: Final = Outcome.NOT_MET.code
UNKNOWN: Final = Outcome.UNKNOWN.code
MANUAL: Final = Outcome.MANUAL.code
MET: Final = Outcome.MET.code
NOT_APPLICABLE: Final = Outcome.NOT_APPLICABLE.code
_NATIVE: Final = {Outcome.MET: True, Outcome.NOT_MET: False}


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean with null for unknown, or with ``coded`` an outcome's code, never null.

    ``mask`` gives the bits of what is missing where it is unknown; elsewhere it may be anything.
    """

    expr: Any
    coded: bool
    mask: Mask = no_mask


class Truths:
    """Logic over an algebra."""

    def __init__(self, algebra: Algebra, bits: Bits) -> None:
        self.algebra = algebra
        self.bits = bits

    def constant(self, outcome: Outcome) -> Truth:
        """An outcome as it is."""
        if outcome in _NATIVE:
            return Truth(self.algebra.flag(_NATIVE[outcome]), coded=False)
        if outcome is Outcome.UNKNOWN:
            return Truth(self.algebra.nothing("boolean"), coded=False)
        return Truth(self.algebra.whole(outcome.code), coded=True)

    def code(self, truth: Truth) -> Any:
        """The code of its outcome."""
        if truth.coded:
            return truth.expr
        # NOT_MET is 0, so a boolean times MET is the code; a CASE would work it out twice.
        algebra = self.algebra
        code = algebra.multiply(algebra.cast(truth.expr, "int8"), algebra.whole(MET))
        return algebra.filled(code, algebra.whole(UNKNOWN))

    def has(self, truth: Truth, outcome: Outcome) -> Any:
        """Whether it is an outcome; never null. None when it cannot be."""
        algebra = self.algebra
        if truth.coded:
            return algebra.compare("=", truth.expr, algebra.whole(outcome.code))
        if outcome is Outcome.UNKNOWN:
            return algebra.is_null(truth.expr)
        if outcome is Outcome.MET:
            return algebra.filled(truth.expr, algebra.flag(False))
        if outcome is Outcome.NOT_MET:
            return algebra.filled(algebra.opposite(truth.expr), algebra.flag(False))
        return algebra.flag(False)

    def all_of(self, parts: Sequence[Truth]) -> Truth:
        """``and``."""
        if len(parts) == 1:
            return parts[0]
        if not any(part.coded for part in parts):
            expr = self.algebra.both([part.expr for part in parts])
            return Truth(expr, False, self._waiting(parts))
        expr = self.algebra.least([self.code(part) for part in parts])
        return Truth(expr, True, self._waiting(parts))

    def any_of(self, parts: Sequence[Truth]) -> Truth:
        """``or``."""
        if len(parts) == 1:
            return parts[0]
        if not any(part.coded for part in parts):
            expr = self.algebra.either([part.expr for part in parts])
            return Truth(expr, False, self._waiting(parts))
        turned = self.algebra.least([self._turned(self.code(part)) for part in parts])
        return Truth(self._turned(turned), True, self._waiting(parts))

    def opposite(self, part: Truth) -> Truth:
        """``not``."""
        if not part.coded:
            return Truth(self.algebra.opposite(part.expr), False, part.mask)
        return Truth(self._turned(part.expr), True, part.mask)

    def exempted(self, inner: Truth, exemption: Truth) -> Truth:
        """A condition beside its exemption; see `outcomes.exempted`."""
        algebra, whole = self.algebra, self.algebra.whole
        one, other = self.code(inner), self.code(exemption)
        either = self.any_of((inner, exemption))
        is_open = algebra.among(other, [UNKNOWN, MANUAL])
        expr = algebra.case(
            [
                (algebra.compare("=", other, whole(MET)), whole(NOT_APPLICABLE)),
                (algebra.compare("=", one, whole(MET)), whole(MET)),
                (is_open, self.code(either)),
            ],
            one,
        )
        return Truth(expr, True, self._waiting((inner, exemption)))

    def settled(self, value: Truth, cases: Sequence[tuple[Any, Outcome]]) -> Truth:
        """The outcome of the first condition that is true, else the value's own."""
        found = [(condition, outcome) for condition, outcome in cases if condition is not None]
        if not found:
            return value
        algebra = self.algebra
        simple = (*_NATIVE, Outcome.UNKNOWN)
        if not value.coded and all(outcome in simple for _, outcome in found):
            branches = [(each, self.constant(outcome).expr) for each, outcome in found]
            return Truth(algebra.case(branches, value.expr), False, self._unless(found, value))
        branches = [(each, algebra.whole(outcome.code)) for each, outcome in found]
        return Truth(algebra.case(branches, self.code(value)), True, self._unless(found, value))

    def narrowed(self, verdict: Truth, first: Truth) -> Truth:
        """A verdict while something before it may be open; see `policy.evaluating.narrowed`."""
        algebra, whole = self.algebra, self.algebra.whole
        one, other = self.code(verdict), self.code(first)
        unknown = algebra.either(
            [algebra.compare("=", each, whole(UNKNOWN)) for each in (one, other)]
        )
        is_open = algebra.among(other, [UNKNOWN, MANUAL])
        expr = algebra.case(
            [
                (algebra.opposite(is_open), one),
                (algebra.compare("=", one, whole(NOT_MET)), whole(NOT_MET)),
                (unknown, whole(UNKNOWN)),
            ],
            whole(MANUAL),
        )
        return Truth(expr, True, self._waiting((verdict, first)))

    def missing(self, truth: Truth) -> dict[int, Any]:
        """The bits of what is missing, none unless the outcome is unknown."""
        return self.bits.where(self.has(truth, Outcome.UNKNOWN), truth.mask)

    def _turned(self, code: Any) -> Any:
        """The code of ``not``."""
        algebra, whole = self.algebra, self.algebra.whole
        return algebra.case(
            [
                (algebra.compare("=", code, whole(MET)), whole(NOT_MET)),
                (algebra.compare("=", code, whole(NOT_MET)), whole(MET)),
            ],
            code,
        )

    def _waiting(self, parts: Sequence[Truth]) -> Mask:
        """What is missing from those of the parts that are unknown."""

        def made() -> dict[int, Any]:
            masks: list[Mask] = []
            for part in parts:
                masks.append(lambda part=part: self.missing(part))  # type: ignore[misc]
            return self.bits.union(masks)

        return made

    def _unless(self, cases: Sequence[tuple[Any, Outcome]], value: Truth) -> Mask:
        conditions = [condition for condition, _outcome in cases]

        def made() -> dict[int, Any]:
            return self.bits.chosen([(each, no_mask) for each in conditions], value.mask)

        return made
