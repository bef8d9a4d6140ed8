"""A yes or no that carries its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to "may this actor do this?".

    `reason` is a sentence for the person refused: it names what they could change
    (who to ask, which state is needed). It may be empty only when `allowed`.
    """

    allowed: bool
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.allowed and not self.reason:
            raise ValueError("a refusal must say why")

    @classmethod
    def yes(cls) -> Verdict:
        """Allowed."""
        return cls(allowed=True)

    @classmethod
    def no(cls, reason: str) -> Verdict:
        """Refused, because of `reason`."""
        return cls(allowed=False, reason=str(reason))

    def __bool__(self) -> bool:
        raise TypeError("a Verdict is not a boolean: read .allowed and show .reason")


class Refusal(Exception):
    """Raised by a service when the actor may not do what was asked; `str()` is the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(str(reason))
        self.reason = str(reason)


def require(verdict: Verdict) -> None:
    """Raise `Refusal` with the verdict's reason unless it allows."""
    if not verdict.allowed:
        raise Refusal(verdict.reason)
