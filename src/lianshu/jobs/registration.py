"""Which kinds of job exist and which of them come due by the clock.

Each app has a `jobs` module that registers its own when Django starts:

    @handler("exchange.expire_posts")
    def expire_posts(context: JobContext) -> dict[str, Any]: ...

    schedule("exchange.expire_posts", title=_("过期需求下架"), every=timedelta(minutes=10))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from lianshu.jobs.context import JobContext

Handler = Callable[["JobContext"], dict[str, Any]]
"""Does the work of one kind of job and returns what came of it, as JSON.

A handler is written to be run again: the first run may have been cut off anywhere. It calls
`context.progress` at least once a minute and outside its transactions, since nobody sees what is
written inside one before its end.
"""

_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the decorated function for jobs of `kind` (`app.verb_noun`)."""

    def register(function: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"two handlers for jobs of kind {kind!r}")
        _handlers[kind] = function
        return function

    return register


def handler_of(kind: str) -> Handler:
    """The handler for `kind`; `LookupError` when no app registered one."""
    try:
        return _handlers[kind]
    except KeyError:
        raise LookupError(f"no handler is registered for jobs of kind {kind!r}") from None


@dataclass(frozen=True, slots=True)
class Duty:
    """A job of the kind `name` that comes due every so often, or daily at a time of day."""

    name: str
    title: _StrPromise | str
    every: timedelta | None
    daily_at: time | None
    when: Callable[[datetime], bool] | None
    """Asked when due; no job is made while it says that there is nothing to do."""

    def next_after(self, now: datetime) -> datetime:
        """The next due time after `now`. Missed ones are not made up for."""
        if self.every is not None:
            return now + self.every
        if self.daily_at is None:
            raise ValueError(f"duty {self.name!r} has no time")
        local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
        due = datetime.combine(local.date(), self.daily_at, tzinfo=local.tzinfo)
        return due if due > now else due + timedelta(days=1)


_duties: dict[str, Duty] = {}


def schedule(
    name: str,
    *,
    title: _StrPromise | str,
    every: timedelta | None = None,
    daily_at: time | None = None,
    when: Callable[[datetime], bool] | None = None,
) -> None:
    """Have a job of kind `name` enqueued by the clock; give either `every` or `daily_at`."""
    if (every is None) == (daily_at is None):
        raise ValueError(f"schedule {name!r} needs either every or daily_at")
    if every is not None and every < timedelta(seconds=1):
        raise ValueError(f"schedule {name!r} is due more than once a second")
    if name in _duties:
        raise ValueError(f"schedule {name!r} is registered twice")
    _duties[name] = Duty(name=name, title=title, every=every, daily_at=daily_at, when=when)


def duties() -> Mapping[str, Duty]:
    """Every registered duty by name."""
    return MappingProxyType(_duties)
