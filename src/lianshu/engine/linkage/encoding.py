"""Texts as rows of numbers: one code for each character, padded with 0."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pypinyin.constants import Style
from pypinyin.pinyin_dict import pinyin_dict
from pypinyin.style import convert

Codes: TypeAlias = NDArray[np.uint16]
Whole: TypeAlias = NDArray[np.int64]
Real: TypeAlias = NDArray[np.float32]

PLANE = 1 << 16
_HOMOPHONE_BASE = 1 << 8


def matrix(texts: Sequence[str], width: int) -> Codes:
    """A row for each text, its first `width` characters; what is outside of the plane is 0xFFFD."""
    if not len(texts):
        return np.zeros((0, width), np.uint16)
    whole = np.array([text[:width] for text in texts], dtype=f"<U{width}")
    codes = whole.view(np.uint32).reshape(len(texts), width)
    return np.where(codes < PLANE, codes, 0xFFFD).astype(np.uint16)


@lru_cache(maxsize=1)
def sounds() -> Codes:
    """For each character a number of its first reading without tone; others sound as themselves."""
    table = np.arange(PLANE, dtype=np.uint16)
    numbers: dict[str, int] = {}
    for code, readings in pinyin_dict.items():
        if 0x3400 <= code < PLANE:
            reading = convert(readings.split(",")[0], Style.NORMAL, strict=False)
            table[code] = _HOMOPHONE_BASE + numbers.setdefault(reading, len(numbers))
    return table
