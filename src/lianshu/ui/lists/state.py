"""What an address asks of a list, read so that nothing in it can crash the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.ui.lists.filters import Chip
from lianshu.ui.lists.spec import ListSpec

QUERY_LENGTH = 200
PAGE_MOST = 1_000_000


@dataclass
class ListState:
    """The search words, filter values, order and page of a list; `problems` says what was left out.

    `values` holds only filters that restrict something.
    """

    spec: ListSpec[Any, Any]
    q: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    size: int = 25
    problems: list[str] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)

    @property
    def sort_id(self) -> str:
        """The sorted column."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")

    @property
    def narrowed(self) -> bool:
        """Whether anything is searched or filtered."""
        return bool(self.q or self.values)

    def pairs(self, *, without: Chip | None = None) -> list[tuple[str, str]]:
        """Search and filters as parameters, in the order the spec names them."""
        pairs = [("q", self.q)] if self.q else []
        gone = set(without.pairs) if without else set()
        pairs.extend(pair for chip in self.chips for pair in chip.pairs if pair not in gone)
        return pairs

    def narrowing(self) -> str:
        """The query string of search and filters alone: what an export or a bulk action acts on."""
        return urlencode(self.pairs())

    def query(
        self,
        *,
        without: Chip | None = None,
        sort: str | None = None,
        page: int = 1,
        size: int | None = None,
    ) -> str:
        """The canonical query string of this state with a change; "?" when nothing is special."""
        pairs = self.pairs(without=without)
        sort = self.sort if sort is None else sort
        size = self.size if size is None else size
        if sort != self.spec.sort:
            pairs.append(("sort", sort))
        if size != self.spec.page_sizes[0]:
            pairs.append(("size", str(size)))
        if page > 1:
            pairs.append(("page", str(page)))
        return f"?{urlencode(pairs)}"

    def sort_link(self, column_id: str) -> str:
        """Where a click on the column's header leads: ascending first, then the other way."""
        turned = f"-{column_id}" if self.sort == column_id else column_id
        return self.query(sort=turned)


def read_state(spec: ListSpec[Any, Any], params: QueryDict, actor: Actor) -> ListState:
    """The state that `params` ask for."""
    state = ListState(spec=spec, sort=spec.sort, size=spec.page_sizes[0])
    state.q = params.get("q", "").replace("\x00", "").strip()[:QUERY_LENGTH]
    for each in spec.filters:
        value = each.read(params, actor, state.problems)
        if value is not None:
            state.values[each.id] = value
            state.chips.extend(each.chips(value, actor))
    _read_sort(state, params.get("sort", ""))
    state.size = _read_size(state, params.get("size", ""))
    state.page = _read_page(state, params.get("page", ""))
    return state


def _read_sort(state: ListState, text: str) -> None:
    if not text:
        return
    if state.spec.column(text.removeprefix("-")) is None:
        state.problems.append(
            _("不能按“%(column)s”排序，已按默认顺序显示。") % {"column": text[:40]}
        )
        return
    state.sort = text


def _read_size(state: ListState, text: str) -> int:
    sizes = state.spec.page_sizes
    if not text or text in map(str, sizes):
        return int(text or sizes[0])
    state.problems.append(
        _("每页行数只能是 %(sizes)s，已按 %(size)d 行显示。")
        % {"sizes": _join(sizes), "size": sizes[0]}
    )
    return sizes[0]


def _read_page(state: ListState, text: str) -> int:
    if not text:
        return 1
    if text.isascii() and text.isdigit() and 1 <= len(text) <= 7 and 1 <= int(text) <= PAGE_MOST:
        return int(text)
    state.problems.append(_("没有第“%(page)s”页，已显示第 1 页。") % {"page": text[:20]})
    return 1


def _join(numbers: Iterable[int]) -> str:
    return "、".join(str(number) for number in numbers)
