"""Sentences that can be said again in another language.

A message is made of a form, such as “第 %(row)d 行是空的”, and values. It is a `str`, the Chinese
sentence; whoever shows it to a reader of another language asks `in_language` with a translation
of forms. The engine knows no languages: the forms are collected from the calls of `told`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable


class Told(str):
    """A sentence, with the form and the values it was made of."""

    form: str
    values: dict[str, object]


class Listed(str):
    """Things named one after the other; `cut` says that there are more of them."""

    parts: tuple[str, ...]
    cut: bool


def told(form: str, /, **values: object) -> Told:
    """The sentence of a form in the syntax of `%` and its values, which may be sentences too."""
    made = Told(form % values)
    made.form, made.values = form, values
    return made


_BETWEEN, _AND_MORE = told("、"), told("等")


def listed(parts: Iterable[object], *, most: int) -> Listed:
    """The first `most` of the parts."""
    every = [part if isinstance(part, str) else str(part) for part in parts]
    made = Listed(_BETWEEN.join(every[:most]) + (_AND_MORE if len(every) > most else ""))
    made.parts, made.cut = tuple(every[:most]), len(every) > most
    return made


def in_language(message: str, translate: Callable[[str], str]) -> str:
    """The sentence with its form, and those of its values, translated; other texts as they are."""
    if isinstance(message, Listed):
        parts = [in_language(part, translate) for part in message.parts]
        return translate(_BETWEEN).join(parts) + (translate(_AND_MORE) if message.cut else "")
    if not isinstance(message, Told):
        return message
    values = {
        name: in_language(value, translate) if isinstance(value, str) else value
        for name, value in message.values.items()
    }
    return translate(message.form) % values
