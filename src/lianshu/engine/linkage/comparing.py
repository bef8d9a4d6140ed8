"""Pairs of names compared: one row of evidence for each pair, all pairs at once.

The core of the evidence is the best alignment of the asked name's characters with the other's, in
their order (weighted longest common subsequence): rare characters count more, neighbours that stay
neighbours and a first character that begins the brand get a bonus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from lianshu.engine.linkage.encoding import Codes, Real, Whole, sounds
from lianshu.engine.linkage.forms import Forms
from lianshu.engine.linkage.names import place_letters

FEATURES: Final = (
    "constant",
    "lost",  # weight of the asked name's characters that the other has not
    "lost_share",
    "shared",  # weight of the aligned characters
    "breaks",  # neighbours that are none in the other
    "begins",  # the first character begins brand, place or name of the other
    "brand_lost",  # weight of the other's brand that the asked name has not
    "brand_whole",
    "trade_lost",  # the same for place and trade
    "core_equal",
    "brand_equal",
    "brand_sounds",
    "brand_alike",  # share of the longer brand in the longest common subsequence
    "brand_sounds_alike",
    "jaro_winkler",
    "place_same",
    "place_province",
    "place_differs",
    "legal_differs",
    "other_name",  # an alias or former name
    "brand_one_short",  # brands of two characters that share one
    "sparse",  # aligned characters are less than half
    "complete",  # nothing is lost
    "complete_unbroken",
    "complete_begins",
    "first_two",  # its first two characters begin brand or name of the other
    "alone",  # no trade and no place in the asked name
    "lost_first",  # weight lost among its first two characters
    "letter_lost",  # its first character is the letter of a place, which the other lacks
    "complete_shared",
    "complete_brand_lost",
    "brand_leads",  # it begins with the whole brand of the other
    "first_lost",
)
_BLOCK: Final = 32_768
_SCALE: Final = 8
_NEXT, _BEGIN = 5, 8
# Counters below the score in one number, so that the best alignment carries its own counts.
_SHARED, _COUNT, _FOLLOWS, _IN_BRAND, _BEGINS = 1, 1 << 12, 1 << 17, 1 << 22, 1 << 34
_SCORE = 1 << 36


@dataclass(frozen=True, eq=False)
class Evidence:
    """`values[n]` is the evidence of the nth pair, in the order of `FEATURES`."""

    values: Real

    def column(self, name: str) -> Real:
        """One kind of evidence for all pairs."""
        found: Real = self.values[:, FEATURES.index(name)]
        return found


def compare(left: Forms, at: Whole, right: Forms, to: Whole, weights: Real) -> Evidence:
    """Evidence that form `at[n]` of `left` and form `to[n]` of `right` are one firm."""
    pieces = [
        _compare(left, at[i : i + _BLOCK], right, to[i : i + _BLOCK], weights)
        for i in range(0, len(at), _BLOCK)
    ]
    empty = np.zeros((0, len(FEATURES)), np.float32)
    return Evidence(np.concatenate(pieces) if pieces else empty)


def _compare(left: Forms, at: Whole, right: Forms, to: Whole, weights: Real) -> Real:
    units = np.rint(weights * _SCALE).astype(np.int64)
    units[0] = 0
    asked, other = left.core[at][:, 1:], right.core[to]
    start, length = right.start[to], right.length[to]
    best = _align(asked, other, units, start, start + length)
    shared, in_brand = best % _COUNT, best // _IN_BRAND % (1 << 12)
    count, follows = best // _COUNT % 32, best // _FOLLOWS % 32
    begins = best // _BEGINS % 4
    whole, others = units[asked].sum(1), units[other[:, 1:]].sum(1)
    brand = units[right.brand[to]].sum(1)
    leads = np.array([ord(each) for each in set(place_letters().values())], np.uint16)
    letter = np.isin(asked[:, 0], leads) & (left.size[at] > 2)
    letter &= ~(other == asked[:, :1]).any(1)
    lost = np.maximum(whole - shared, 0) - np.where(letter, units[asked[:, 0]], 0)
    out = np.zeros((len(at), len(FEATURES)), np.float32)
    column = {name: out[:, n] for n, name in enumerate(FEATURES)}
    column["constant"][:] = 1
    column["lost"][:] = lost / _SCALE
    column["lost_share"][:] = lost / np.maximum(whole, 1)
    column["shared"][:] = shared / _SCALE
    column["breaks"][:] = np.maximum(count - 1 - follows, 0)
    column["begins"][:] = begins > 0
    column["brand_lost"][:] = (brand - in_brand) / _SCALE
    column["brand_whole"][:] = in_brand >= brand
    column["trade_lost"][:] = np.maximum(others - brand - (shared - in_brand), 0) / _SCALE
    column["sparse"][:] = count * 2 < left.size[at]
    column["letter_lost"][:] = letter
    column["lost_first"][:] = _lost_first(asked, other, units) / _SCALE
    column["first_lost"][:] = ~(other == asked[:, :1]).any(1)
    complete = (lost == 0) & (count > 0)
    column["complete"][:] = complete
    column["complete_unbroken"][:] = complete & (count - 1 == follows)
    column["complete_shared"][:] = complete * shared / _SCALE
    column["complete_brand_lost"][:] = complete * (brand - in_brand) / _SCALE
    theirs = right.brand[to][:, :4]
    leads_whole = (theirs == asked[:, :4]) | (theirs == 0)
    column["brand_leads"][:] = leads_whole.all(1) & (length >= 2)
    column["complete_begins"][:] = complete & (begins > 0)
    first = other[:, 1:3]
    brand_first = right.brand[to][:, :2]
    two = asked[:, :2]
    column["first_two"][:] = (two == first).all(1) | (two == brand_first).all(1)
    column["alone"][:] = left.size[at] == left.length[at]
    same = (asked == other[:, 1:]).all(1)
    column["core_equal"][:] = same
    _brands(column, left, at, right, to)
    texts = [left.texts[n] for n in at.tolist()], [right.texts[n] for n in to.tolist()]
    column["jaro_winkler"][:] = cpdist(*texts, scorer=JaroWinkler.normalized_similarity)
    _places(column, left, at, right, to)
    legal, its = left.legal[at], right.legal[to]
    column["legal_differs"][:] = (legal > 0) & (its > 0) & (legal != its)
    column["other_name"][:] = (left.kind[at] > 0) | (right.kind[to] > 0)
    return out


def _align(asked: Codes, other: Codes, units: Whole, start: Whole, end: Whole) -> Whole:
    """The best alignment of each pair, packed: score, whether it begins a part, weight in the
    brand, neighbours, characters, weight."""
    pairs, width = other.shape
    first = (start, np.ones_like(start), np.zeros_like(start))
    above = np.zeros((width + 1, pairs), np.int64)
    matched = np.full((width + 1, pairs), -1, np.int64)
    columns, theirs = np.ascontiguousarray(asked.T), np.ascontiguousarray(other.T)
    for i, mine in enumerate(columns):
        if not mine.any():
            break
        weight = units[mine]
        gain = weight * (_SCORE + _SHARED) + _COUNT
        now = np.zeros_like(above)
        now_matched = np.full_like(matched, -1)
        for j in range(width):
            equal = (theirs[j] == mine) & (mine != 0)
            if equal.any():
                # A character that follows the one aligned before it earns the bonus.
                follow = np.where(matched[j] >= 0, matched[j] + _NEXT * _SCORE + _FOLLOWS, above[j])
                here = np.maximum(follow, above[j]) + gain
                here += np.where((j >= start) & (j < end), weight * _IN_BRAND, 0)
                if i == 0:
                    begin = (j == first[0]) | (j <= 1)
                    here += np.where(begin, _BEGIN * _SCORE + _BEGINS, 0)
                now_matched[j + 1] = np.where(equal, here, -1)
            now[j + 1] = np.maximum(np.maximum(now[j], above[j + 1]), now_matched[j + 1])
        above, matched = now, now_matched
    return above[width]


def _lost_first(asked: Codes, other: Codes, units: Whole) -> Whole:
    first = asked[:, :2]
    absent = ~(first[:, :, None] == other[:, None, :]).any(2)
    found: Whole = (units[first] * absent).sum(1)
    return found


def _brands(column: dict[str, Real], left: Forms, at: Whole, right: Forms, to: Whole) -> None:
    mine, theirs = left.brand[at], right.brand[to]
    table = sounds()
    longer = np.maximum(np.maximum(left.length[at], right.length[to]), 1)
    longer = np.minimum(longer, mine.shape[1])
    column["brand_equal"][:] = (mine == theirs).all(1)
    column["brand_sounds"][:] = (table[mine] == table[theirs]).all(1)
    common = _common(mine, theirs)
    column["brand_alike"][:] = common / longer
    column["brand_sounds_alike"][:] = _common(table[mine], table[theirs]) / longer
    column["brand_one_short"][:] = (longer == 2) & (common == 1)


def _common(mine: Codes, theirs: Codes) -> Whole:
    """Length of the longest common subsequence of each pair."""
    pairs, width = theirs.shape
    above = np.zeros((width + 1, pairs), np.int64)
    for i in range(mine.shape[1]):
        now = np.zeros_like(above)
        for j in range(width):
            equal = (mine[:, i] == theirs[:, j]) & (mine[:, i] != 0)
            now[j + 1] = np.maximum(np.maximum(now[j], above[j + 1]), above[j] + equal)
        above = now
    found: Whole = above[width]
    return found


def _places(column: dict[str, Real], left: Forms, at: Whole, right: Forms, to: Whole) -> None:
    mine, theirs = left.place[at], right.place[to]
    province, other = left.province[at], right.province[to]
    known: NDArray[np.bool_] = (mine > 0) & (theirs > 0)
    column["place_same"][:] = known & (mine == theirs)
    within = known & (mine != theirs) & (province == other)
    column["place_province"][:] = within
    column["place_differs"][:] = known & (mine != theirs) & (province != other)
