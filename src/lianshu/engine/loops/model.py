"""What a loop is made of. ``docs/loops.md`` is this file for readers of packs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lianshu.engine.definitions import Definition, Text
from lianshu.engine.worktime import LimitText

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class EndKind(StrEnum):
    """How a case can end; ``closed``, ``accepted`` and ``rated`` are counted from these."""

    DONE = "done"
    """The confirmer has rated the result and let it pass."""
    UNRATED = "unrated"
    """The confirmer did not answer in time; never counted as accepted."""
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


class Source(Definition):
    """Where the loop comes from, in its own words."""

    document: str
    phrase: str
    note: str = ""


class Role(Definition):
    """Somebody who acts. A variant fills the same slots with other names by ``extends``.

    ``bind`` says who that is in a case: the asker; the coordinating office within whose scope the
    case lies; an operator of the platform; whoever an action assigned; a liaison of the asker.
    ``seats`` is how many can hold it where that is limited, ``substitute`` the role that may act
    when they cannot.
    """

    id: Name
    name: Text
    bind: Literal["asker", "coordinator", "assigned", "liaison", "operator"]
    seats: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    substitute: Name | None = None


class Stage(Definition):
    """A stage under the name that the source gives it."""

    id: Name
    name: Text


class Choice(Definition):
    """A coded answer: counted by its id, shown by its title."""

    id: Name
    title: Text


class FormField(Definition):
    """Something a step asks for.

    A later step with a field of the same id shows it again, to be corrected. ``sealed_until``:
    nobody reads the value before the case reaches that step; ``openers`` are the two roles that
    must both open it then.
    """

    id: Name
    title: Text
    type: Literal[
        "line", "text", "number", "money", "date", "choice", "file", "photo", "organisation"
    ] = "line"
    choices: tuple[Choice, ...] = ()
    sealed_until: Name | None = None
    openers: tuple[Name, ...] = ()


class Action(Definition):
    """What can be done at a step, and where it leads.

    ``by`` are the roles that may, when it is not the step's actor. ``rating``: the confirmer
    judges the result; ``accept`` lets it pass, ``rework`` sends it back. ``assigns`` names the
    roles that whoever acts appoints. ``reasons``: one of them must be given, so that refusals can
    be counted and answered. ``automatic``: nobody can do it; it happens when the step is overdue.
    """

    id: Name
    name: Text
    to: Name
    by: tuple[Name, ...] = ()
    requires: tuple[Name, ...] = ()
    reasons: tuple[Choice, ...] = ()
    rating: Literal["accept", "rework"] | None = None
    assigns: tuple[Name, ...] = ()
    automatic: bool = False


class Overdue(Definition):
    """What happens when nobody acts in time: an action by itself, or another role takes over.

    ``remind`` asks the actor so many times first, spread over the limit.
    """

    do: Name | None = None
    hand_to: Name | None = None
    remind: Annotated[int, Field(strict=True, ge=0, le=5)] = 0


class Added(Definition):
    """Why a step stands here although the source does not name it."""

    reason: Text


class Quorum(Definition):
    """So many of the actors must have acted."""

    quorum: Annotated[int, Field(strict=True, ge=1, le=1000)]


class Step(Definition):
    """Where a case waits for somebody.

    ``work`` marks the steps at which the thing itself is done: whatever is done after a rating is
    rated again. ``limit`` holds in general, ``urgent`` for cases marked so; ``amber`` before the
    end the step turns amber.

    ``complete`` says when several actors are through: ``one`` takes it for all, ``any``: the first
    to act decides, ``all`` and ``quorum``: an action leads on once so many have chosen it; when
    that can no longer happen, the step goes the way of `overdue` at once.
    """

    id: Name
    stage: Name
    name: Text
    public_name: Text | None = None
    actor: Name | None = None
    limit: LimitText | None = None
    urgent: LimitText | None = None
    amber: LimitText | None = None
    escalate: tuple[Name, ...] = ()
    complete: Literal["one", "all", "any"] | Quorum = "one"
    work: bool = False
    suspend: bool = False
    fields: tuple[FormField, ...] = ()
    actions: tuple[Action, ...] = ()
    overdue: Overdue | None = None
    added: Added | None = None


class End(Definition):
    """Where a case is over."""

    id: Name
    kind: EndKind
    name: Text


class Reopening(Definition):
    """Who may open an ended case again, within which time, and where it goes on.

    The rating that was given stays in the history; the case needs another to be done again.
    ``ends`` are those it can be opened from; none named: every end of kind `done` or `unrated`.
    """

    by: Name
    within: LimitText
    to: Name
    ends: tuple[Name, ...] = ()


class Loop(Definition):
    """A closed loop: from ``start`` to the ends.

    ``abstract``: a base for others; it is neither checked nor published, and what extends it is
    not abstract by that. ``configurable`` lists what the source does not give and a city may set,
    such as the limits.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    version: Annotated[int, Field(strict=True, ge=1)]
    title: Text
    abstract: bool = False
    sequence: Annotated[str, StringConstraints(pattern=r"^S[0-9]{1,2}$")] | None = None
    source: Source
    roles: tuple[Role, ...]
    confirmer: Name
    stages: tuple[Stage, ...]
    start: Name
    steps: tuple[Step, ...]
    ends: tuple[End, ...]
    reopening: Reopening | None = None
    configurable: tuple[Text, ...] = ()
