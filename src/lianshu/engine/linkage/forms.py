"""The names of records as arrays: a form for each name, alias and former name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.linkage.encoding import Codes, Whole, matrix
from lianshu.engine.linkage.model import Record
from lianshu.engine.linkage.names import (
    LEGAL_CODES,
    Parts,
    bare_place,
    ends_as_registered,
    place_letters,
    places,
    take_apart,
)

KINDS: Final = ("name", "alias", "former_name")
WIDTH: Final = 24
"""Characters of a core that are compared; the first is the letter of its place."""
BRAND_WIDTH: Final = 8


@dataclass(frozen=True, eq=False)
class Forms:
    """`owner` is the position of the record; `core` begins with the letter of the place (or 0),
    the brand stands at `start` and has `length`; `place` and `province` are 0 when
    not stated; `located` is a record that states its city; `full` a name that ends as registered
    ones do."""

    texts: Sequence[str]
    owner: Whole
    kind: Whole
    core: Codes
    brand: Codes
    start: Whole
    length: Whole
    size: Whole
    place: Whole
    province: Whole
    legal: Whole
    located: NDArray[np.bool_]
    full: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.owner)


def forms_of(records: Sequence[Record]) -> Forms:
    """All names of the records; names without a letter or digit have no form."""
    parts: list[Parts] = []
    owner, kind, cities = [], [], []
    for at, record in enumerate(records):
        for number, names in enumerate(((record.name,), record.aliases, record.former_names)):
            for name in names:
                taken = take_apart(name)
                if taken.core:
                    parts.append(taken)
                    owner.append(at)
                    kind.append(number)
                    cities.append(record.city)
    letters = place_letters()
    known = places()
    numbers = _numbers()
    texts, place, province = [], [], []
    for taken, city in zip(parts, cities, strict=True):
        where = taken.place or (bare_place(city) if city else "")
        last = taken.last_place or where
        of = taken.province or known.get(where, "")
        letter = letters.get(where) or letters.get(of) or "\0"
        texts.append(letter + taken.core)
        place.append(numbers.get(last, 0))
        province.append(numbers.get(of, 0))
    start = np.array([1 + each.brand_at for each in parts], np.int64)
    brands = [each.brand for each in parts]
    return Forms(
        [each.core for each in parts],
        np.array(owner, np.int64),
        np.array(kind, np.int64),
        matrix(texts, WIDTH),
        matrix(brands, BRAND_WIDTH),
        start,
        np.array([len(each) for each in brands], np.int64),
        np.array([min(len(each), WIDTH) - 1 for each in texts], np.int64),
        np.array(place, np.int64),
        np.array(province, np.int64),
        np.array([LEGAL_CODES.get(each.legal, 0) for each in parts], np.int64),
        np.array([bool(city) for city in cities], bool),
        np.array([ends_as_registered(each) for each in parts], bool),
    )


def _numbers() -> dict[str, int]:
    return {name: at + 1 for at, name in enumerate(places())}
