"""What every definition model is made of."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator


class Definition(BaseModel):
    """Base of every model read from a pack: no unknown keys, no change after loading.

    Use int and Decimal for numbers, never float: a definition's content hash must be exact.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Definition):
    """A text for people: Chinese always, English where someone wrote it.

    In a file it is ``title: 需求征集`` or ``title: {zh: 需求征集, en: Call for demands}``.
    """

    zh: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    en: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_string_is_chinese(cls, value: Any) -> Any:
        return {"zh": value} if isinstance(value, str) else value

    def said_in(self, language: str) -> str:
        """The text in ``language`` (such as "en" or "en-us"), Chinese where it is missing."""
        return self.en if language.lower().startswith("en") and self.en else self.zh

    def __str__(self) -> str:
        return self.zh

    @classmethod
    def of(cls, zh: str, en: str | None = None) -> Self:
        """A text written in code."""
        return cls(zh=zh, en=en)
