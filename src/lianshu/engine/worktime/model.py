"""What stands in `calendar.yaml` of a pack and in the file of a year's official dates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lianshu.engine.definitions import Definition, Text
from lianshu.engine.worktime.calendar import FIRST_YEAR, LAST_YEAR, OfficeHours

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"没有时区“{name}”，请写成 Asia/Shanghai 这样") from error
    return name


class Hours(Definition):
    """A stretch of office hours. `id` lets a city change one stretch."""

    id: Name
    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        # Texts of one form compare as the times do.
        if self.opens >= self.closes:
            raise ValueError(f"下班时间 {self.closes} 应晚于上班时间 {self.opens}")
        return self

    @property
    def minutes(self) -> OfficeHours:
        """The same for the calendar."""
        return OfficeHours(_minutes(self.opens), _minutes(self.closes))


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


class Holiday(Definition):
    """Days off in a row, as the notice names them; weekends among them may be named or not."""

    name: Text | None = None
    first: date
    last: date | None = None


class YearDates(Definition):
    """The official dates of a year. `workdays` are the weekend days that are worked."""

    id: Name | None = None
    title: Text | None = None
    year: Year
    source: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    holidays: Annotated[tuple[Holiday, ...], Field(min_length=1, max_length=40)]
    workdays: Annotated[tuple[date, ...], Field(max_length=40)] = ()


class PackCalendar(Definition):
    """Office hours, time zone and, where a pack brings its own, dates of years."""

    id: Name
    title: Text
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    hours: Annotated[tuple[Hours, ...], Field(min_length=1, max_length=8)]
    years: tuple[YearDates, ...] = ()

    @model_validator(mode="after")
    def _hours_apart(self) -> Self:
        for before, after in zip(self.hours, self.hours[1:], strict=False):
            if after.opens <= before.closes:
                raise ValueError(
                    f"hours：{after.opens} 起的一段应晚于前一段结束的 {before.closes}；"
                    "请按先后写，相连的写成一段"
                )
        return self
