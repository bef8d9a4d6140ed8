"""Filters of the list of firms that only coverage knows: by list and date, size, register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianshu.authority import Actor
from lianshu.coverage.queries.covering import (
    UNKNOWN_SIZE,
    Cover,
    firms_of,
    in_registers,
    of_sizes,
    read_cover,
)
from lianshu.coverage.queries.firm_lists import newest_editions
from lianshu.engine.identity import Size
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.queries.identity import size_name
from lianshu.registry.wording_facts import said
from lianshu.ui.lists import ChoiceFilter, Option
from lianshu.ui.lists.filters import Chip, Filter

WORDS: Final = {
    "all": gettext_lazy("应覆盖"),
    "covered": gettext_lazy("已覆盖"),
    "open": gettext_lazy("未覆盖"),
    "doubtful": gettext_lazy("待认定"),
    "lost": gettext_lazy("已流失"),
    "closed": gettext_lazy("已注销"),
    "merged": gettext_lazy("已被合并"),
    "moved": gettext_lazy("已迁出"),
    "gained": gettext_lazy("新覆盖"),
    "dropped": gettext_lazy("不再覆盖"),
    "gone": gettext_lazy("流失"),
}
OFFERED: Final = ("open", "covered", "doubtful", "lost")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was chosen, with who asks: the condition reads only what this actor may see."""

    actor: Actor
    values: tuple[str, ...]
    covers: tuple[Cover, ...] = ()

    def __contains__(self, value: str) -> bool:
        """For the page's choices: which of them stand chosen."""
        return value in self.values

    def __len__(self) -> int:
        """How many are chosen."""
        return len(self.values)


def cover_words(cover: Cover) -> str:
    """A group of firms in words."""
    words = {
        "list": cover.edition.firm_list.title,
        "day": cover.edition.on.isoformat(),
        "status": str(WORDS[cover.status]),
    }
    if cover.before is not None:
        words["before"] = cover.before.on.isoformat()
        return _("%(list)s，%(before)s 到 %(day)s %(status)s") % words
    if cover.place is not None:
        words["place"] = cover.place.name
        return _("%(list)s（%(day)s）%(status)s，原在%(place)s") % words
    return _("%(list)s（%(day)s）%(status)s") % words


@dataclass(frozen=True)
class CoverFilter(Filter):
    """By list, date and group; offers the newest date of each list."""

    widget = "choice"
    multiple: ClassVar[bool] = False
    counts: ClassVar[bool] = False

    def choices(self, actor: Actor) -> Sequence[Option]:
        """The newest edition of each list, in its groups."""
        found = []
        for title, key in newest_editions(actor):
            for status in OFFERED:
                found.append(Option(f"{key}.{status}", f"{title} · {WORDS[status]}"))
        return found

    def read(self, params: QueryDict, actor: Actor, problems: list[str]) -> Asked | None:
        text = params.get(self.id, "")
        if not text:
            return None
        cover = read_cover(actor, text)
        if cover is None:
            problems.append(
                _("筛选“%(label)s”没有“%(value)s”这一项，已忽略。")
                % {"label": self.label, "value": text[:40]}
            )
            return None
        return Asked(actor, (text,), (cover,))

    def condition(self, value: Any) -> Q:
        return firms_of(value.actor, value.covers[0])

    def chips(self, value: Any, actor: Actor) -> list[Chip]:
        return [Chip(cover_words(value.covers[0]), ((self.id, value.values[0]),))]


@dataclass(frozen=True)
class ActorChoiceFilter(ChoiceFilter):
    """Choices whose condition depends on what the actor may read."""

    def read(self, params: QueryDict, actor: Actor, problems: list[str]) -> Any:
        values = super().read(params, actor, problems)
        return None if values is None else Asked(actor, tuple(values))

    def chips(self, value: Any, actor: Actor) -> list[Chip]:
        return super().chips(list(value.values), actor)


@dataclass(frozen=True)
class SizeFilter(ActorChoiceFilter):
    """By size class."""

    def condition(self, value: Any) -> Q:
        return of_sizes(value.actor, list(value.values))


@dataclass(frozen=True)
class RegisterFilter(ActorChoiceFilter):
    """By what a firm holds: a title, a right, a certificate."""

    def condition(self, value: Any) -> Q:
        return in_registers(value.actor, list(value.values))


def size_options(_actor: Actor) -> Sequence[Option]:
    """The four classes and those nothing is known of."""
    known = [Option(str(size.value), size_name(size)) for size in Size]
    return [*known, Option(UNKNOWN_SIZE, _("规模未知"))]


def register_options(_actor: Actor) -> Sequence[Option]:
    """The kinds of the dictionary."""
    return [Option(kind.id, said(kind.title)) for kind in fact_dictionary().holdings]
