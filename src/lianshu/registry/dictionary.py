"""The dictionary of facts and the public code lists, as this installation has them."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from lianshu.engine.codes import CodeList, load_code_lists
from lianshu.engine.tables import FACTS_FILE, FactDictionary, Quantity, load_dictionary
from lianshu.records.text import normalise

_LETTER_BEFORE = re.compile(r"[A-Z](\d{2,4})")

OWN_SOURCE = "organisation"
"""The source that an organisation's own people may record under."""


def fact_dictionary() -> FactDictionary:
    """The national dictionary of the packs folder; DefinitionError when it is defective."""
    return load_dictionary(Path(settings.PACKS) / "national" / FACTS_FILE)


def code_known(code_list: str, code: str) -> bool:
    """Whether the public code list has the code; False for a list there is not."""
    found = public_codes(code_list)
    return found is not None and code in found


def public_codes(code_list: str) -> CodeList | None:
    """A public code list by its id; a pack that was replaced is noticed within a second."""
    folder = Path(settings.PACKS) / "national" / "codes"
    return _code_lists(folder, int(time.monotonic())).get(code_list)


@lru_cache(maxsize=4)
def _code_lists(folder: Path, _second: int) -> Mapping[str, CodeList]:
    """Looking at the files' times for each of 10,000 codes takes longer than checking them."""
    return load_code_lists(folder)


def code_title(quantity: Quantity, code: str) -> str:
    """What a code of the quantity's list is called; "" for one that is not there."""
    if quantity.public_codes is None:
        return fact_dictionary().choices(quantity).get(code, "")
    found = public_codes(quantity.public_codes)
    entry = None if found is None else found.get(code)
    return "" if entry is None else entry.name


def code_meant(quantity: Quantity, text: str) -> str | None:
    """The code that a list writes as itself or by its title (also C3562 for 3562); None for what
    is neither, and for a title that several codes have."""
    if quantity.public_codes is None:
        choices = fact_dictionary().choices(quantity)
        if text in choices:
            return text
        named = [code for code, title in choices.items() if _key(title) == _key(text)]
        return named[0] if len(named) == 1 else None
    found = public_codes(quantity.public_codes)
    if found is None:
        return None
    if text in found:
        return text
    bare = _LETTER_BEFORE.fullmatch(text)
    if bare is not None and bare[1] in found:
        return bare[1]
    meant = _codes_by_name(found).get(_key(text), ())
    return meant[0] if len(meant) == 1 else None


@lru_cache(maxsize=16)
def _codes_by_name(codes: CodeList) -> dict[str, list[str]]:
    by_name: dict[str, list[str]] = {}
    for entry in codes:
        by_name.setdefault(_key(entry.name), []).append(entry.code)
    return by_name


def _key(text: str) -> str:
    return "".join(normalise(text).split())
