"""What can be imported. An app says so in its module `importing`, which Django's start imports:

    register_target(ImportTarget(id="demands", title=_("需求"), columns=COLUMNS, …))

A target is a description and a session. The importer reads the file, maps and parses columns,
reports, keeps progress and resumes; the session knows what a row means and writes it. A new list
needs no code here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, Literal, Protocol, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Verdict
from lianshu.engine.sheets import Column, Value
from lianshu.imports.names import Candidate, NameMatcher
from lianshu.records.errors import DomainError, NotFound

Text = str | Promise
RowT = TypeVar("RowT")
PlanT = TypeVar("PlanT", bound="Plan")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be imported. `why` goes on from “第 5 行“单位”列的值“甲厂”” and ends with
    what to do; without `column` (an id) it is a sentence of its own about the row. `name` is what
    the row calls an organisation that is not registered: it is offered for matching by hand."""

    why: str
    column: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row that may mean an organisation which is registered under another name: `name` is what
    the row calls it, `candidates` what it may be, the likeliest first."""

    number: int
    name: str
    candidates: Sequence[Candidate]


class Plan(Protocol):
    """What writing one row would do; `reason` is the sentence of a refusal."""

    @property
    def action(self) -> Literal["create", "change", "same", "refused"]: ...

    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an existing record, before and after, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ImportContext:
    """Under what a run reads and writes: by whom, from which sender, with which options.

    `names` is what this sender calls organisations, as people once said: `names.key_of` a name →
    id of the organisation (not its public one).
    """

    actor: Actor
    source: str
    options: Mapping[str, str]
    now: datetime
    names: Mapping[str, int] = field(default_factory=dict)


class ImportSession(ABC, Generic[RowT, PlanT]):
    """One pass over a file for one target. Made for each pass, so that it may keep what it looked
    up; given a chunk of rows at a time."""

    @abstractmethod
    def prepare(self, number: int, values: Mapping[str, Value]) -> RowT | list[Problem]:
        """The row as the app understands it, or what is wrong with it.

        `number` is the row's number in the file; `values` has the mapped columns.
        """

    @abstractmethod
    def plan(self, rows: Sequence[RowT]) -> Sequence[PlanT]:
        """What writing each row would do; writes nothing."""

    def describe(self, row: RowT, plan: PlanT) -> Sequence[Change]:
        """What a planned change would change, as far as the actor may read it."""
        return ()

    def doubts(self) -> Sequence[Doubt]:
        """What a person should say of the rows planned in this pass before they are written. Asked
        once, at the end of a check."""
        return ()

    def compute(self, rows: Sequence[RowT], plans: Sequence[PlanT]) -> None:
        """Costly work for `write` that needs no database, done before its transaction begins."""

    @abstractmethod
    def write(self, rows: Sequence[RowT], plans: Sequence[PlanT]) -> None:
        """Write rows planned as create, change or same, all or none, in the caller's transaction.

        Raises `DomainError` or `Refusal` for what changed since they were planned.
        """

    def pass_over(self, values: Mapping[str, Value]) -> None:
        """A row that was written before the import stopped: seen, for finding doubles below it.

        `values` has the mapped columns that could be read.
        """

    def close(self) -> None:
        """Called at the end of the pass, however it ended."""


@dataclass(frozen=True)
class ImportOption:
    """A setting of a run that holds for all its rows, such as what a row without a type is.

    `choices` gives (value, label) pairs; without them it is a line of text. Of one that is
    `required` and has no value, the check says so and examines no row: nothing is guessed.
    """

    id: str
    label: Text
    default: Callable[[Actor], str] = lambda _: ""
    choices: Callable[[Actor], Sequence[tuple[str, Text]]] | None = None
    help: Text = ""
    max_length: int = 200
    required: bool = False


def _nothing_to_check(_actor: Actor, _options: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({})


def _any_header(_titles: Mapping[str, str], _options: Mapping[str, str]) -> Sequence[Problem]:
    return ()


@dataclass(frozen=True)
class ImportTarget:
    """One list that can be imported into.

    `key` names the column that holds the sender's own id, by which a re-import finds what it
    brought before, "" where rows are known by what they say; `permission` says who may import at
    all (each row is judged again when it is planned); `check_options` gives option id → what is
    wrong with its value; `check_header` what is wrong with columns as a whole, given column id →
    header, under these options; `names` matches names of organisations that rows have and the
    register has not. `without_key` is what to tell when the file has no column for `key`;
    `run_filter` the parameter by which the list shows what one run made, "" where it cannot.
    """

    id: str
    title: Text
    columns: Sequence[Column]
    permission: Callable[[Actor], Verdict]
    session: Callable[[ImportContext], ImportSession[Any, Any]]
    key: str
    list_url: Callable[[], str]
    options: Sequence[ImportOption] = ()
    check_options: Callable[[Actor, Mapping[str, str]], Mapping[str, str]] = _nothing_to_check
    check_header: Callable[[Mapping[str, str], Mapping[str, str]], Sequence[Problem]] = _any_header
    names: NameMatcher | None = None
    without_key: Text = ""
    run_filter: str = ""

    def column(self, column_id: str) -> Column | None:
        """The column of this id."""
        return next((column for column in self.columns if column.id == column_id), None)

    def default_options(self, actor: Actor) -> dict[str, str]:
        """What a new run starts with."""
        return {option.id: option.default(actor) for option in self.options}

    def clean_options(self, actor: Actor, options: Mapping[str, str]) -> dict[str, str]:
        """Every option with its value; `DomainError` names the first that is wrong."""
        values = self.default_options(actor)
        unknown = set(options) - set(values)
        if unknown:
            raise DomainError(
                _("没有这些导入设置：%(names)s。") % {"names": "、".join(sorted(unknown))},
                field="options",
            )
        values |= {key: str(value).strip() for key, value in options.items()}
        for option in self.options:
            value = values[option.id]
            allowed = None if option.choices is None else {v for v, _l in option.choices(actor)}
            if len(value) > option.max_length or (allowed is not None and value not in allowed):
                raise DomainError(
                    _("“%(label)s”不能是“%(value)s”，请重新选择。")
                    % {"label": option.label, "value": value[:40]},
                    field=option.id,
                )
        for option_id, wrong in self.check_options(actor, values).items():
            raise DomainError(wrong, field=option_id)
        return values


_targets: dict[str, ImportTarget] = {}


def register_target(target: ImportTarget) -> None:
    """Make a list importable; `ValueError` for two of one id or a key that is no column."""
    if target.id in _targets:
        raise ValueError(f"two import targets with id {target.id!r}")
    if target.key and target.column(target.key) is None:
        raise ValueError(f"import target {target.id!r}: its key {target.key!r} is no column")
    _targets[target.id] = target


def target_of(target_id: str) -> ImportTarget:
    """The target of this id, or `NotFound`."""
    try:
        return _targets[target_id]
    except KeyError:
        raise NotFound(_("没有可以导入的清单“%(id)s”。") % {"id": target_id[:40]}) from None


def targets_for(actor: Actor) -> list[ImportTarget]:
    """What this actor may import, in the order of registration."""
    return [target for target in _targets.values() if target.permission(actor).allowed]


def all_targets() -> list[ImportTarget]:
    """Every target, in the order of registration."""
    return list(_targets.values())
