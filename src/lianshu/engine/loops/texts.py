"""A loop in two parts: what it does, and what it says. Texts are revised without a new version."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from lianshu.engine.definitions import Text, content_hash
from lianshu.engine.loops.model import Added, Loop, Source

# What a definition says of itself; a case goes the same way whatever stands here.
_ABOUT = frozenset({"id", "version", "sequence", "abstract"})


def behaviour_hash(loop: Loop) -> str:
    """``sha256:…`` of what the loop does; id, names, titles, order and source do not
    count."""
    return content_hash(behaviour_of(loop))


def behaviour_of(loop: Loop) -> Mapping[str, object]:
    """What the loop does, as plain data; lists of things with an id as mappings by id."""
    behaviour = _behaviour(loop)
    assert isinstance(behaviour, dict)
    return {key: value for key, value in behaviour.items() if key not in _ABOUT}


def texts_of(loop: Loop) -> dict[str, Text]:
    """Every text by its place, such as ``steps.dispatch.actions.assign.name``."""
    texts: dict[str, Text] = {}
    _gather(loop, "", texts)
    return texts


def _behaviour(value: object) -> object:
    if isinstance(value, BaseModel):
        # A default does not count either: a key that a later format adds changes no old hash.
        return {
            name: _behaviour(part)
            for name, field in type(value).model_fields.items()
            if not _said(part := getattr(value, name)) and part != field.default
        }
    if isinstance(value, tuple):
        ids = [getattr(item, "id", None) for item in value]
        if value and None not in ids:
            return {str(name): _behaviour(item) for name, item in zip(ids, value, strict=True)}
        return [_behaviour(item) for item in value]
    return value


def _said(value: object) -> bool:
    """Whether a part is there only to be read."""
    if isinstance(value, tuple):
        return bool(value) and all(isinstance(item, Text) for item in value)
    return value is None or isinstance(value, Text | Source | Added)


def _gather(value: object, place: str, texts: dict[str, Text]) -> None:
    if isinstance(value, Text):
        texts[place] = value
    elif isinstance(value, Source):
        said = {"document": value.document, "phrase": value.phrase, "note": value.note}
        texts |= {f"{place}.{name}": Text.of(text) for name, text in said.items() if text}
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            _gather(getattr(value, name), f"{place}.{name}" if place else name, texts)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            _gather(item, f"{place}.{getattr(item, 'id', index)}", texts)
