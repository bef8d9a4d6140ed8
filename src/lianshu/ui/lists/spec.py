"""What a list is: one declaration that the one list view, its bulk actions and its export read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from django import forms
from django.db.models import F, Model, QuerySet
from django.db.models.expressions import Combinable
from django.utils.functional import Promise

from lianshu.authority import Actor, Verdict
from lianshu.ui.lists.filters import Filter

M = TypeVar("M", bound=Model)
R = TypeVar("R")
Text = str | Promise
Channel = Literal["page", "export"]


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column: how its value is read from a row, shown, sorted by and exported.

    `value` may return text, a number, a day, a `Badge`, fen (kind `money`) or None. `sort` is a
    field name or expression that reveals nothing the actor may not read. `export` replaces `value`
    in files, where `export_label` heads the column; `shown=False` exports without showing.
    """

    id: str
    label: Text
    value: Callable[[R], Any]
    kind: Literal["text", "money", "number", "day", "moment"] = "text"
    sort: str | Combinable | None = None
    link: Callable[[R], str] | None = None
    below: Callable[[R], Any] | None = None
    shown: bool = True
    exported: bool = True
    export: Callable[[R], Any] | None = None
    export_label: Text = ""

    def order(self, *, descending: bool) -> Any:
        """The ORDER BY term; empty values come last either way."""
        expression = F(self.sort) if isinstance(self.sort, str) else self.sort
        if expression is None:
            raise ValueError(f"column {self.id} cannot be sorted by")
        return (
            expression.desc(nulls_last=True)  # type: ignore[attr-defined]
            if descending
            else expression.asc(nulls_last=True)  # type: ignore[attr-defined]
        )


@dataclass(frozen=True)
class Action:
    """A button above a list or in an empty one."""

    label: Text
    href: str
    icon: str = "plus"


@dataclass(frozen=True)
class Tile:
    """A figure above a list that leads to the rows behind it."""

    label: Text
    count: int
    href: str
    icon: str
    tone: str = ""


class ActorForm(forms.Form):
    """A form of a bulk action whose answers depend on who asks, e.g. which firms there are."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor


@dataclass(frozen=True, slots=True)
class BulkAction(Generic[M]):
    """What can be done to many rows: previewed, done row by row, each with its own result.

    `run` is a service call for one row in its own transaction; it returns a sentence about what
    was done and raises `Refusal` or `DomainError` for what was not. `undo` names the action that
    takes it back (declare that one with `in_bar=False`); without one, `warning` says so before.
    Work that takes long has `start` instead of `run`: one call for all allowed rows that queues a
    job and returns the address of its page.
    """

    id: str
    label: Text
    can: Callable[[Actor, M], Verdict]
    effect: Callable[[M], Text]
    run: Callable[[Actor, M, dict[str, Any], datetime], Text] | None = None
    start: Callable[[Actor, Sequence[M], datetime], str] | None = None
    icon: str = "check"
    offered: Callable[[Actor], bool] = lambda _: True
    form: type[forms.Form] | None = None
    warning: Text = ""
    undo: str = ""
    in_bar: bool = True
    danger: bool = False


def _as_they_are(_actor: Actor, rows: Sequence[Any], _channel: Channel) -> Sequence[Any]:
    return rows


def _public_id(row: Any) -> str:
    return str(row.public_id)


def _nothing(_actor: Actor) -> Sequence[Any]:
    return ()


@dataclass(frozen=True)
class ListSpec(Generic[M, R]):
    """A list. `id` is the name of its address; `rows` gives what the actor may see, nothing more.

    `present` turns the models of one page (or one chunk of an export) into the row objects that
    columns read, such as redacted readings; it costs a constant number of queries. `sort` names
    the column sorted by at first (`-` for descending), `then` the fields that order equals.
    """

    id: str
    title: Text
    rows: Callable[[Actor], QuerySet[M]]
    columns: tuple[Column[R], ...]
    sort: str
    link: Callable[[R], str]
    then: tuple[str, ...] = ()
    present: Callable[[Actor, Sequence[M], Channel], Sequence[R]] = _as_they_are
    intro: Text = ""
    search: Callable[[Any, str], QuerySet[M]] | None = None
    search_hint: Text = ""
    filters: tuple[Filter, ...] = ()
    bulk: tuple[BulkAction[M], ...] = ()
    actions: Callable[[Actor], Sequence[Action]] = _nothing
    tiles: Callable[[Actor], Sequence[Tile]] = _nothing
    empty: Text = ""
    key_field: str = "public_id"
    key: Callable[[R], str] = _public_id
    name: Callable[[R], str] = str
    page_sizes: tuple[int, ...] = field(default=(25, 50, 100))

    @property
    def searchable(self) -> bool:
        """Whether there is a search box (templates would call `search` itself)."""
        return self.search is not None

    @property
    def shown_columns(self) -> tuple[Column[R], ...]:
        """What the page shows."""
        return tuple(column for column in self.columns if column.shown)

    @property
    def exported_columns(self) -> tuple[Column[R], ...]:
        """What files hold."""
        return tuple(column for column in self.columns if column.exported)

    def column(self, column_id: str) -> Column[R] | None:
        """The sortable column of this id."""
        found = (c for c in self.columns if c.id == column_id and c.sort is not None)
        return next(found, None)

    def bulk_action(self, action_id: str) -> BulkAction[M] | None:
        """The bulk action of this id."""
        return next((action for action in self.bulk if action.id == action_id), None)

    def bar(self, actor: Actor) -> list[BulkAction[M]]:
        """The bulk actions this actor is offered."""
        return [action for action in self.bulk if action.in_bar and action.offered(actor)]
