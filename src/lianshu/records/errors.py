"""What services raise when a thing cannot be done (a `Refusal` is for who may not do it)."""

from __future__ import annotations


class DomainError(Exception):
    """It cannot be done as asked: `str()` says what happened and what to do about it.

    `field` names the input the person can change, when there is one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.field = field


class Conflict(DomainError):
    """Somebody else changed the object first; the message says what to look at."""


class NotFound(DomainError):
    """The object does not exist, or the actor may not know that it does."""
