"""The digest of what was written, and the hash that chains an event to the one before.

A digest is `algorithm:hex`. The payload is salted, so that a short text cannot be guessed from its
digest once it is erased.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings

FOLD: Final = 1
"""The version of the rules by which events are read."""
GENESIS: Final = "-"
"""What stands before the first event."""


def digest(text: str, *, algorithm: str | None = None) -> str:
    """`sha256:…` (or the algorithm of the settings) of a text."""
    name = algorithm or settings.LIANSHU_HASH
    return f"{name}:{hashlib.new(name, text.encode()).hexdigest()}"


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def payload_digest(salt: str, data: Mapping[str, Any], *, algorithm: str | None = None) -> str:
    """The digest of what people wrote at an event."""
    return digest(f"{salt}\n{canonical(data)}", algorithm=algorithm)


def request_digest(request: Mapping[str, Any]) -> str:
    """What is kept of a request, to know it again. Keyed, unlike the other digests: a short answer,
    such as a sealed price, could otherwise be found by trying."""
    key = settings.SECRET_KEY.encode()
    return f"hmac:{hmac.new(key, canonical(request).encode(), hashlib.sha256).hexdigest()}"


def event_hash(fields: Sequence[Any], previous: str, *, algorithm: str | None = None) -> str:
    """The hash of an event: of its fields in their fixed order and the hash before."""
    return digest(canonical([*map(_plain, fields), previous]), algorithm=algorithm)


def algorithm_of(written: str) -> str:
    """By which algorithm a digest or hash was made."""
    return written.partition(":")[0]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
