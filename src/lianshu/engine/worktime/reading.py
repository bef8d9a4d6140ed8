"""From `calendar.yaml` of a pack to a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from lianshu.engine.definitions import DefinitionError, Finding, load_file
from lianshu.engine.worktime.calendar import Calendar
from lianshu.engine.worktime.model import PackCalendar
from lianshu.engine.worktime.notices import year_of
from lianshu.engine.worktime.official import OfficialYear, published_years

CALENDAR_FILE: Final = "calendar.yaml"


def load_calendar(
    path: Path,
    *,
    bases: Iterable[Path] = (),
    years: Mapping[int, OfficialYear] | None = None,
) -> Calendar:
    """The calendar of a pack. `years` are dates that the installation has loaded.

    Of a year that several know, the installation's dates prevail over the pack's, and the pack's
    over those of the library. Raises DefinitionError.
    """
    loaded = load_file(path, PackCalendar, bases=bases)
    own: dict[int, OfficialYear] = {}
    findings: list[Finding] = []
    for index, dates in enumerate(loaded.value.years):
        if dates.year in own:
            message = f"{dates.year} 年写了两次，请只留一处"
            findings.append(loaded.finding("years", index, rule="W006", message=message))
            continue
        try:
            own[dates.year] = year_of(loaded, dates, ("years", index))
        except DefinitionError as error:
            findings += error.findings
    if findings:
        raise DefinitionError(findings)
    return Calendar(
        {**published_years(), **own, **(years or {})},
        hours=[one.minutes for one in loaded.value.hours],
        zone=loaded.value.time_zone,
    )
