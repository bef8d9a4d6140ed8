"""What `codes.yaml` says of each list: its standard and version, its levels, what must be in it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from lianshu.engine.definitions import Definition, Text

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"不是正则表达式（{error}）") from error
    return text


class Level(Definition):
    """One level of a list, the highest first. `form` is a regular expression of a whole code,
    `count` the number of codes that the standard has on this level."""

    id: Name
    title: Text
    form: Annotated[str, AfterValidator(_is_pattern)]
    count: Annotated[int, Field(ge=1)]


class ListSpec(Definition):
    """One list and where it comes from. `within` is the list that holds the parents of the first
    level; without it the first level has none."""

    id: Name
    title: Text
    file: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.csv$")]
    standard: Words
    version: Words
    source: Words
    within: Name | None = None
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]


class Manifest(Definition):
    """The file `codes.yaml`. A list named by `within` stands before the one that names it."""

    lists: Annotated[tuple[ListSpec, ...], Field(min_length=1)]
