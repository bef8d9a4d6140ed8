"""The secret of a webhook and what is signed with it.

    X-Lianshu-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>" under the secret>

The secret is kept encrypted, since signing needs it again: a copy of the database alone signs
nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PREFIX: Final = "lianshu_whsec_"


class SecretLostError(Exception):
    """The secret cannot be read: the installation's own (`LIANSHU_SECRET_KEY`) was changed."""


def new_secret() -> str:
    """A secret to share with a receiver: about 256 bits."""
    return PREFIX + secrets.token_urlsafe(32)


def seal_secret(secret: str, webhook: str) -> str:
    """The secret as it is kept for the webhook of that public id."""
    return _fernet(webhook).encrypt(secret.encode()).decode()


def open_secret(sealed: str, webhook: str) -> str:
    """The secret again; `SecretLostError` when it was sealed under another key."""
    try:
        return _fernet(webhook).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SecretLostError from error


def signature(secret: str, body: bytes, at: datetime) -> str:
    """The value of the header for a body sent at that moment."""
    moment = int(at.timestamp())
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"


def _fernet(webhook: str) -> Fernet:
    made = HKDF(hashes.SHA256(), 32, salt=None, info=f"lianshu webhook {webhook}".encode())
    return Fernet(base64.urlsafe_b64encode(made.derive(settings.SECRET_KEY.encode())))
