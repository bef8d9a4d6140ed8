"""Filters a list can have. Each reads its own parameters, gives a condition and says what it is.

Nothing a person puts into an address crashes a list: what cannot be read is left out, and a
sentence says so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.db.models import Choices, Q
from django.db.models.enums import ChoicesType
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lianshu.authority import Actor

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `depth` indents it below its parent."""

    value: str
    label: Text
    depth: int = 0

    @property
    def indented(self) -> str:
        """The label with full-width blanks before it, for a <select>."""
        return "\u3000" * self.depth + str(self.label)


def _stated(label: Text, value: Text) -> str:
    return _("%(label)s：%(value)s") % {"label": label, "value": value}


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing a list is narrowed by, and the parameters that say it."""

    text: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Filter(ABC):
    """`guard` limits the filter to rows whose filtered value the actor may read.

    `absent` is the condition while nothing is chosen, which `unset` then says in words; a list
    whose rows are mostly looked at in one state leaves out the others until asked for.
    """

    id: str
    label: Text
    guard: Q = field(default_factory=Q, kw_only=True)
    absent: Q = field(default_factory=Q, kw_only=True)
    unset: Text = field(default="", kw_only=True)

    widget: ClassVar[str]

    @abstractmethod
    def read(self, params: QueryDict, actor: Actor, problems: list[str]) -> Any:
        """The typed value, or None for no restriction; complaints go to `problems`."""

    @abstractmethod
    def condition(self, value: Any) -> Q:
        """Which rows stay."""

    @abstractmethod
    def chips(self, value: Any, actor: Actor) -> list[Chip]:
        """What the value says, in words, with the parameters that make it."""

    def restrict(self, value: Any) -> Q:
        """The condition, only for rows where it gives nothing away."""
        return self.condition(value) & self.guard


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    """One or several of a set of values; `counts` shows how many rows each would leave."""

    field: str
    options: type[Choices] | Callable[[Actor], Sequence[Option]]
    multiple: bool = True
    counts: bool = False

    widget = "choice"

    def choices(self, actor: Actor) -> list[Option]:
        """What can be chosen."""
        if isinstance(self.options, ChoicesType):
            return [Option(str(value), label) for value, label in self.options.choices]
        return list(self.options(actor))

    def read(self, params: QueryDict, actor: Actor, problems: list[str]) -> list[str] | None:
        given = [value for value in dict.fromkeys(params.getlist(self.id)) if value]
        if not given:
            return None
        known = {option.value for option in self.choices(actor)}
        for value in given:
            if value not in known:
                problems.append(
                    _("筛选“%(label)s”没有“%(value)s”这一项，已忽略。")
                    % {"label": self.label, "value": value[:40]}
                )
        kept = [value for value in given if value in known]
        return (kept if self.multiple else kept[:1]) or None

    def condition(self, value: list[str]) -> Q:
        return Q(**{f"{self.field}__in": value})

    def chips(self, value: list[str], actor: Actor) -> list[Chip]:
        labels = {option.value: str(option.label) for option in self.choices(actor)}
        return [Chip(_stated(self.label, labels[v]), ((self.id, v),)) for v in value]


@dataclass(frozen=True)
class RangeFilter(Filter):
    """Two optional ends, `<id>_from` and `<id>_to`."""

    def ends(self) -> tuple[str, str]:
        """The names of the two parameters."""
        return f"{self.id}_from", f"{self.id}_to"

    @abstractmethod
    def parse(self, text: str) -> Any:
        """One end; ValueError when it cannot be read."""

    @abstractmethod
    def write(self, end: Any) -> str:
        """One end for a person."""

    @abstractmethod
    def param(self, end: Any) -> str:
        """One end as `parse` reads it."""

    def read(self, params: QueryDict, actor: Actor, problems: list[str]) -> Any:
        found: list[Any] = []
        for name in self.ends():
            text = params.get(name, "").strip()
            try:
                found.append(self.parse(text) if text else None)
            except ValueError:
                found.append(None)
                problems.append(
                    _("筛选“%(label)s”的“%(value)s”不能识别，已忽略。")
                    % {"label": self.label, "value": text[:40]}
                )
        low, high = found
        if low is not None and high is not None and low > high:
            problems.append(_("筛选“%(label)s”的起点大于终点，已对调。") % {"label": self.label})
            low, high = high, low
        return None if low is None and high is None else (low, high)

    def chips(self, value: Any, actor: Actor) -> list[Chip]:
        low, high = value
        pairs = tuple(
            (name, self.param(end)) for name, end in zip(self.ends(), value, strict=True) if end
        )
        if high is None:
            text = _("%(label)s ≥ %(low)s")
        elif low is None:
            text = _("%(label)s ≤ %(high)s")
        else:
            text = _("%(label)s：%(low)s 至 %(high)s")
        words = {
            "label": self.label,
            "low": "" if low is None else self.write(low),
            "high": "" if high is None else self.write(high),
        }
        return [Chip(text % words, pairs)]


@dataclass(frozen=True)
class DateFilter(RangeFilter):
    """Days from … to …, both included; `moments` says that the field holds times."""

    field: str
    moments: bool = True

    widget = "date"

    def parse(self, text: str) -> date:
        return date.fromisoformat(text)

    def write(self, end: date) -> str:
        return end.isoformat()

    param = write

    def condition(self, value: tuple[date | None, date | None]) -> Q:
        low, high = value
        condition = Q()
        if low is not None:
            condition &= Q(**{f"{self.field}__gte": _start(low) if self.moments else low})
        if high is not None and self.moments:
            condition &= Q(**{f"{self.field}__lt": _start(high + timedelta(days=1))})
        elif high is not None:
            condition &= Q(**{f"{self.field}__lte": high})
        return condition


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


WAN_IN_FEN = 1_000_000
MONEY_MOST_WAN = 10**11


@dataclass(frozen=True)
class MoneyFilter(RangeFilter):
    """Amounts in 万元 that meet the row's own range from `low_field` to `high_field`."""

    low_field: str
    high_field: str

    widget = "money"

    def parse(self, text: str) -> int:
        try:
            wan = Decimal(text.replace(",", "").replace("，", ""))
        except InvalidOperation as error:
            raise ValueError(text) from error
        if not wan.is_finite() or not 0 <= wan <= MONEY_MOST_WAN:
            raise ValueError(text)
        return int(wan * WAN_IN_FEN)

    def param(self, end: int) -> str:
        return f"{Decimal(end) / WAN_IN_FEN:f}"

    def write(self, end: int) -> str:
        return _("%(n)s 万元") % {"n": self.param(end)}

    def condition(self, value: tuple[int | None, int | None]) -> Q:
        low, high = value
        known = Q(**{f"{self.low_field}__isnull": False}) | Q(
            **{f"{self.high_field}__isnull": False}
        )
        condition = known
        if low is not None:
            open_top = Q(**{f"{self.high_field}__isnull": True})
            condition &= Q(**{f"{self.high_field}__gte": low}) | open_top
        if high is not None:
            open_bottom = Q(**{f"{self.low_field}__isnull": True})
            condition &= Q(**{f"{self.low_field}__lte": high}) | open_bottom
        return condition


@dataclass(frozen=True)
class YesNoFilter(Filter):
    """Rows for which `yes` holds, or for which it does not."""

    yes: Q | Callable[[], Q]

    widget = "yesno"

    def read(self, params: QueryDict, actor: Actor, problems: list[str]) -> bool | None:
        text = params.get(self.id, "")
        if text in {"1", "0"}:
            return text == "1"
        if text:
            problems.append(
                _("筛选“%(label)s”只有“是”和“否”，已忽略“%(value)s”。")
                % {"label": self.label, "value": text[:40]}
            )
        return None

    def condition(self, value: bool) -> Q:  # noqa: FBT001
        yes = self.yes() if callable(self.yes) else self.yes
        return yes if value else ~yes

    def chips(self, value: bool, actor: Actor) -> list[Chip]:  # noqa: FBT001
        word = _("是") if value else _("否")
        return [Chip(_stated(self.label, word), ((self.id, "1" if value else "0"),))]


@dataclass(frozen=True)
class TextFilter(Filter):
    """What a person typed, as the condition that `by` makes of it."""

    by: Callable[[str], Q]
    hint: Text = ""

    widget = "text"

    def read(self, params: QueryDict, actor: Actor, problems: list[str]) -> str | None:
        return params.get(self.id, "").replace("\x00", "").strip()[:100] or None

    def condition(self, value: str) -> Q:
        return self.by(value)

    def chips(self, value: str, actor: Actor) -> list[Chip]:
        return [Chip(_stated(self.label, value), ((self.id, value),))]
