"""How often a sample was wrong, and between which shares that lies for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

_Z: Final = Decimal("1.96")
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Estimate:
    """`errors` of `sampled` were wrong: the share in per cent, and the interval that holds the
    true one in 95 of 100 samples, rounded outwards."""

    sampled: int
    errors: int
    share: Decimal
    low: Decimal
    high: Decimal


def estimate(sampled: int, errors: int) -> Estimate:
    """The score interval of Wilson (1927, JASA 22): it keeps its level for few errors in small
    samples, where the usual one claims certainty."""
    if sampled <= 0 or not 0 <= errors <= sampled:
        raise ValueError("an estimate needs a sample")
    n, share = Decimal(sampled), Decimal(errors) / Decimal(sampled)
    z2 = _Z * _Z
    middle = share + z2 / (2 * n)
    spread = _Z * ((share * (1 - share) + z2 / (4 * n)) / n).sqrt()
    low = max(Decimal(0), (middle - spread) / (1 + z2 / n)) if errors else Decimal(0)
    high = min(Decimal(1), (middle + spread) / (1 + z2 / n)) if errors < sampled else Decimal(1)
    return Estimate(
        sampled,
        errors,
        (share * 100).quantize(_TENTH),
        (low * 100).quantize(_TENTH, ROUND_FLOOR),
        (high * 100).quantize(_TENTH, ROUND_CEILING),
    )
