"""Decimal weights as whole numbers: exact, or refused."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import numpy as np

from lianshu.engine.planning.model import PlanningError, Whole

DIGITS = 18
"""Digits that a whole number of 64 bits always holds."""


def scaled(weights: Iterable[Decimal]) -> tuple[Whole, int]:
    """The weights as multiples of 10^-places, and the places. Raises `PlanningError` when a
    weight is negative or not finite, or the weights need more than 18 digits."""
    given = list(weights)
    places = 0
    for weight in given:
        if not weight.is_finite() or weight < 0:
            raise PlanningError(f"权重“{weight}”不是零或正数。请改成不小于 0 的数。")
        exponent = weight.normalize().as_tuple().exponent
        assert isinstance(exponent, int)
        places = max(places, -exponent)
    greatest = max(given, default=Decimal(0))
    if greatest.adjusted() + 1 + places > DIGITS and greatest:
        raise PlanningError(
            f"最大的权重是 {greatest:f}，小数最多有 {places} 位，合起来超过 {DIGITS} 位数字，"
            "不能精确计算。请把权重四舍五入到更少的小数位，再运行一次。"
        )
    return np.array([int(weight.scaleb(places)) for weight in given], np.int64), places
