"""One byte sequence per meaning, and its hash.

Keys sorted by code point, NFC, no spaces, decimals as the shortest exact text, dates in ISO 8601.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from enum import Enum
from typing import Protocol, runtime_checkable

from pydantic import BaseModel

# Beyond this the exponent is written: 1E+999999 must not become a megabyte of zeros.
_LONGEST_ZEROS = 40


@runtime_checkable
class Written(Protocol):
    """A value of an engine's own that has one canonical text, such as a limit."""

    def canonical(self) -> str:
        """The text, which reads back as the same value."""


def canonical_json(value: object) -> str:
    """``value`` (a pydantic model or plain data) as canonical JSON.

    Raises TypeError on a float, which has no exact form, and on anything that is no plain data;
    ValueError on two keys that are one after NFC.
    """
    return json.dumps(
        _plain(value), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def content_hash(value: object) -> str:
    """``sha256:`` and the hex digest of the canonical JSON of ``value``."""
    digest = hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()
    return f"sha256:{digest}"


def decimal_text(value: Decimal) -> str:
    """The shortest exact text: 1.50 and 1.5 are one number and read ``1.5``."""
    if not value.is_finite():
        raise TypeError(f"{value} is no number that can be stored")
    sign, digits, exponent = value.as_tuple()
    if not any(digits):
        return "0"
    kept, places = list(digits), int(exponent)
    while kept[-1] == 0:
        kept.pop()
        places += 1
    if 0 < places <= _LONGEST_ZEROS:
        kept, places = kept + [0] * places, 0
    return str(Decimal((sign, tuple(kept), places)))


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return _plain({field.alias or name: getattr(value, name) for name, field in fields.items()})
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        plain = {unicodedata.normalize("NFC", str(key)): _plain(v) for key, v in value.items()}
        if len(plain) != len(value):
            raise ValueError("two keys are the same text after NFC")
        return plain
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(item) for item in value), key=canonical_json)
    # Last, because asking for a protocol is slow.
    if isinstance(value, Written):
        return _plain(value.canonical())
    raise TypeError(f"a definition cannot hold {type(value).__name__}: {value!r}")
