"""Recurring work: which loop is opened again and again, how often and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from lianshu.engine.definitions import Definition, Finding, Loaded, Text
from lianshu.engine.loops.model import Loop, Name, Source

_LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


class Rhythm(Definition):
    """Every so many days, weeks …; `on` is the day within it, counted from 1, `last` its last.

    A day off is moved to the next working day. A month without a 31st uses its last day.
    """

    every: Literal["day", "week", "month", "quarter", "year"]
    times: Annotated[int, Field(ge=1, le=99)] = 1
    on: Annotated[int, Field(ge=1, le=366)] | Literal["last"] = 1


class Opening(Definition):
    """One thing that recurs, under its own name.

    ``role`` of the loop is who the case is opened for; ``per``: one case for the whole city, or
    one for each region or chain.
    """

    id: Name
    name: Text
    loop: str
    role: Name
    rhythm: Rhythm
    per: Literal["city", "region", "chain"] = "city"
    subject: Text
    note: Text | None = None


class Schedule(Definition):
    """What recurs, and the loops it opens."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    version: Annotated[int, Field(ge=1)]
    title: Text
    sequence: Annotated[str, Field(pattern=r"^S[0-9]{1,2}$")] | None = None
    source: Source
    openings: Annotated[tuple[Opening, ...], Field(min_length=1)]
    configurable: tuple[Text, ...] = ()


def check_schedule(loaded: Loaded[Schedule], loops: Mapping[str, Loop]) -> Iterator[Finding]:
    """L060 a loop that is not there, L061 a role that does not begin it, L062 a day that never
    comes."""
    for number, opening in enumerate(loaded.value.openings):
        loop = loops.get(opening.loop)
        if loop is None:
            message = f"没有流程“{opening.loop}”，请改为一个现有流程的 id"
            yield loaded.finding("openings", number, "loop", rule="L060", message=message, key=True)
            continue
        begins = {step.actor for step in loop.steps if step.id == loop.start}
        if opening.role not in begins:
            known = "、".join(sorted(name for name in begins if name)) or "无"
            message = f"“{opening.role}”不是“{loop.title}”第一步的角色，请改为：{known}"
            yield loaded.finding("openings", number, "role", rule="L061", message=message, key=True)
        rhythm = opening.rhythm
        if isinstance(rhythm.on, int) and rhythm.on > _LONGEST[rhythm.every]:
            message = f"每个 {rhythm.every} 没有第 {rhythm.on} 天，请改小，或写 last"
            place = ("openings", number, "rhythm", "on")
            yield loaded.finding(*place, rule="L062", message=message, key=True)
