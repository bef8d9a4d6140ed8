"""Field types every app shares."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.core.validators import MinValueValidator
from django.db import models

# Without 0/O, 1/I/L and vowels: can be read out on the telephone and spells no word.
_ALPHABET: Final = "23456789bcdfghjkmnpqrstvwxyz"
_LENGTH: Final = 12
_FAIR: Final = 256 - 256 % len(_ALPHABET)
_UNFAIR: Final = bytes(range(_FAIR, 256))
_LETTERS: Final = bytes(ord(_ALPHABET[n % len(_ALPHABET)]) for n in range(256))


def opaque_id() -> str:
    """A new random public id: 12 characters, about 57 bits, meaning nothing.

    An id carries no fact to be tested against, so its randomness is the one that is not a
    parameter.
    """
    while True:
        # One draw instead of one per character; bytes that would favour some letters are dropped.
        drawn = secrets.token_bytes(2 * _LENGTH).translate(_LETTERS, _UNFAIR)
        if len(drawn) >= _LENGTH:
            return drawn[:_LENGTH].decode("ascii")


def is_opaque_id(text: str) -> bool:
    """Whether `text` could be a public id."""
    return len(text) == _LENGTH and not text.strip(_ALPHABET)


class OpaqueIdField(models.CharField[str, str]):
    """The stable public id of a row, used in addresses, exports and the API."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=32, unique=True, editable=False, default=opaque_id)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "unique", "editable", "default"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs


class MoneyField(models.BigIntegerField[int | None, int | None]):
    """An amount in fen (1/100 yuan) as a whole number; 万 and 亿 are for display only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs["validators"] = [MinValueValidator(0)]
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("validators", None)
        return name, path, args, kwargs
