"""The key of a sealed box, and the two halves in which it is kept.

    key  = random            half A = random, half B = key xor A
    kept = A and B, each encrypted under a key made of the installation's secret, the box and a role

A value is encrypted under `key`. Neither half says anything about it alone.
"""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES: Final = 32


class SealBrokenError(Exception):
    """A half or a value cannot be decrypted: it was changed, or the installation's secret was."""


def new_key() -> bytes:
    """A key for one box."""
    return secrets.token_bytes(KEY_BYTES)


def split(key: bytes) -> tuple[bytes, bytes]:
    """The two halves, both of which are needed."""
    first = secrets.token_bytes(len(key))
    return first, joined(first, key)


def joined(first: bytes, second: bytes) -> bytes:
    """The key that two halves make."""
    return bytes(a ^ b for a, b in zip(first, second, strict=True))


def wrap(half: bytes, box: str, role: str) -> str:
    """A half as it is kept for a role."""
    return _wrapper(box, role).encrypt(half).decode()


def unwrap(text: str, box: str, role: str) -> bytes:
    """The half again."""
    return _decrypt(_wrapper(box, role), text)


def seal(value: Any, key: bytes) -> str:
    """A value of a field, encrypted."""
    return _fernet(key).encrypt(json.dumps(value, ensure_ascii=False).encode()).decode()


def unseal(text: str, key: bytes) -> Any:
    """The value again."""
    return json.loads(_decrypt(_fernet(key), text))


def _decrypt(fernet: Fernet, text: str) -> bytes:
    try:
        return fernet.decrypt(text.encode())
    except InvalidToken as error:
        raise SealBrokenError from error


def _fernet(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key))


def _wrapper(box: str, role: str) -> Fernet:
    info = f"lianshu seal {box} {role}".encode()
    made = HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info)
    return _fernet(made.derive(settings.SECRET_KEY.encode()))
