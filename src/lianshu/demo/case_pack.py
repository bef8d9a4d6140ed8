"""The cases of the demo city, as `packs/demo/cases.yaml` tells them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from lianshu.demo.definitions import Identifier, Line, Prose
from lianshu.engine.definitions import Definition

CASES_FILE: Final = "cases.yaml"


class CaseEntry(Definition):
    """One case: who asks for what, where it has come to, and how it stands or was rated there."""

    asker: Identifier
    subject: Line
    to: str
    colour: Literal["green", "amber", "red"] = "green"
    stars: Annotated[int, Field(ge=1, le=5)] | None = None


class LoopCases(Definition):
    """The cases of one loop. `detail` and `result` are what is written in its fields, `members`
    those who are appointed."""

    loop: Identifier
    detail: Prose
    result: Prose
    members: tuple[Identifier, ...]
    cases: tuple[CaseEntry, ...]


class CasesFile(Definition):
    """`cases.yaml`."""

    loops: tuple[LoopCases, ...]
