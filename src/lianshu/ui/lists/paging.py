"""From a list's state to the rows of one page, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Model, QuerySet
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.ui.lists.filters import ChoiceFilter
from lianshu.ui.lists.spec import Channel, ListSpec
from lianshu.ui.lists.state import ListState

EXPORT_CHUNK = 500
NEIGHBOURS = 2


@dataclass
class ListPage:
    """One page, ready to be shown. `counts` maps filter id → value → rows it would leave."""

    spec: ListSpec[Any, Any]
    state: ListState
    rows: Sequence[Any]
    total: int
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.state.size))

    @property
    def first(self) -> int:
        """The number of the first row shown."""
        return (self.state.page - 1) * self.state.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.total else 0

    def page_links(self) -> list[int | None]:
        """Page numbers to offer: both ends and the neighbours; None where some are left out."""
        wanted = sorted(
            {1, self.pages}
            | {
                number
                for number in range(self.state.page - NEIGHBOURS, self.state.page + NEIGHBOURS + 1)
                if 1 <= number <= self.pages
            }
        )
        links: list[int | None] = []
        for number in wanted:
            if links and links[-1] is not None and number - links[-1] > 1:
                links.append(None)
            links.append(number)
        return links


def narrowed(
    spec: ListSpec[Any, Any], state: ListState, actor: Actor, *, leave_out: str = ""
) -> QuerySet[Any]:
    """The rows the actor may see that search and filters (except `leave_out`) let through."""
    rows = spec.rows(actor)
    if state.q and spec.search is not None:
        rows = spec.search(rows, state.q)
    for each in spec.filters:
        if each.id in state.values and each.id != leave_out:
            rows = rows.filter(each.restrict(state.values[each.id]))
        elif each.absent and each.id != leave_out:
            rows = rows.filter(each.absent)
    return rows


def ordered(spec: ListSpec[Any, Any], state: ListState, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Sorted, with the key as the last word so that the order is total."""
    column = spec.column(state.sort_id)
    if column is None:
        raise ValueError(f"list {spec.id}: its default sort names no sortable column")
    return rows.order_by(column.order(descending=state.descending), *spec.then, "pk")


def fetch_page(spec: ListSpec[Any, Any], state: ListState, actor: Actor) -> ListPage:
    """One page; a page beyond the end becomes the last one, and the state says so."""
    rows = narrowed(spec, state, actor)
    total = rows.order_by().count()
    page = ListPage(spec=spec, state=state, rows=(), total=total)
    if state.page > page.pages:
        state.problems.append(
            _("没有第 %(page)d 页，已显示最后一页（第 %(last)d 页）。")
            % {"page": state.page, "last": page.pages}
        )
        state.page = page.pages
    start = (state.page - 1) * state.size
    models: list[Model] = list(ordered(spec, state, rows)[start : start + state.size])
    page.rows = spec.present(actor, models, "page")
    page.counts = {
        each.id: _counts(spec, state, actor, each)
        for each in spec.filters
        if isinstance(each, ChoiceFilter) and each.counts
    }
    return page


def _counts(
    spec: ListSpec[Any, Any], state: ListState, actor: Actor, each: ChoiceFilter
) -> dict[str, int]:
    rows = narrowed(spec, state, actor, leave_out=each.id).filter(each.guard)
    grouped = rows.order_by().values_list(each.field).annotate(Count("pk"))
    return {str(value): number for value, number in grouped}


def every_row(
    spec: ListSpec[Any, Any], state: ListState, actor: Actor, channel: Channel
) -> Iterator[Any]:
    """All rows of the state in its order, presented chunk by chunk so that memory stays small."""
    chunk: list[Any] = []
    for model in ordered(spec, state, narrowed(spec, state, actor)).iterator(EXPORT_CHUNK):
        chunk.append(model)
        if len(chunk) == EXPORT_CHUNK:
            yield from spec.present(actor, chunk, channel)
            chunk = []
    if chunk:
        yield from spec.present(actor, chunk, channel)
