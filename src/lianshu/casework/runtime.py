"""Published loops as they run, and the calendar they run by."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from lianshu.casework.models import CalendarYear, LoopVersion
from lianshu.engine.loops import Action, End, Loop, Role, Step
from lianshu.engine.worktime import CALENDAR_FILE, Calendar, OfficialYear, load_calendar
from lianshu.records.errors import NotFound

CALENDAR_SECONDS: Final = 60
"""How long a process goes on with the official dates it has read."""


@dataclass(frozen=True, slots=True)
class Running:
    """A published loop with its parts by id."""

    loop: Loop
    steps: Mapping[str, Step]
    roles: Mapping[str, Role]
    ends: Mapping[str, End]

    def step(self, name: str) -> Step:
        """The step of that id; NotFound when the loop has none."""
        if name not in self.steps:
            raise NotFound(
                _("流程“%(loop)s”没有步骤“%(step)s”。") % {"loop": self.loop.title, "step": name}
            )
        return self.steps[name]

    def is_for_several(self, role: str) -> bool:
        """Whether a step waits for more than one holder of the role."""
        return any(
            step.actor == role and step.complete not in {"one", "any"} for step in self.loop.steps
        )


_running: dict[tuple[str, int, str, int], Running] = {}


def running_loop(version: LoopVersion) -> Running:
    """What a case runs by. A version never changes what it does, so it is read once."""
    key = (version.loop, version.version, version.behaviour_hash, version.texts_revision)
    if key not in _running:
        loop = Loop.model_validate_json(version.definition)
        _running[key] = Running(
            loop,
            {step.id: step for step in loop.steps},
            {role.id: role for role in loop.roles},
            {end.id: end for end in loop.ends},
        )
    return _running[key]


def action_of(step: Step, name: str) -> Action | None:
    """The action of that id, if the step has it."""
    return next((action for action in step.actions if action.id == name), None)


_calendar: tuple[float, Calendar] | None = None


def working_calendar() -> Calendar:
    """The installation's calendar: the pack's hours, with the official years loaded here."""
    global _calendar
    if _calendar is None or time.monotonic() - _calendar[0] > CALENDAR_SECONDS:
        _calendar = (time.monotonic(), _read_calendar())
    return _calendar[1]


def forget_calendar() -> None:
    """Read the official dates anew at the next use."""
    global _calendar
    _calendar = None


def _read_calendar() -> Calendar:
    folder = Path(settings.PACKS)
    own = folder / settings.LIANSHU_CALENDAR_PACK / CALENDAR_FILE
    path = own if own.is_file() else folder / "national" / CALENDAR_FILE
    years = {
        row.year: OfficialYear(
            row.year,
            holidays=frozenset(map(date.fromisoformat, row.holidays)),
            workdays=frozenset(map(date.fromisoformat, row.workdays)),
            source=row.source,
        )
        for row in CalendarYear.objects.all()
    }
    return load_calendar(path, bases=[folder / "national"], years=years)
