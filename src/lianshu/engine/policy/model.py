"""What a policy is made of. ``docs/policies.md`` is this file for writers of packs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from lianshu.engine.definitions import Definition, Text


def _written(value: Any) -> Any:
    """YAML reads ``points: 5`` as a number and ``test: true`` as a flag; both are expressions."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | Decimal) else value


Expression = Annotated[
    str,
    BeforeValidator(_written),
    StringConstraints(min_length=1, strip_whitespace=True),
]
PolicyId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
Version = Annotated[
    str, BeforeValidator(_written), StringConstraints(pattern=r"^[0-9][0-9A-Za-z.-]{0,19}$")
]
ConditionId = Annotated[
    str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9_]*(-[A-Za-z0-9]+)*$", max_length=30)
]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Confidence = Literal["C1", "C2", "C3", "U"]
Code = Annotated[str, BeforeValidator(_written), StringConstraints(pattern=r"^[0-9A-Z]{2,12}$")]
OutcomeName = Literal["met", "not_met", "unknown", "manual", "not_applicable"]


class Document(Definition):
    """A document that the rule stands in."""

    number: Words
    title: Words
    issuer: Words
    issued: date | None = None


class Effective(Definition):
    """First and last day on which an application is judged by it."""

    since: Annotated[date, Field(alias="from")]
    until: Annotated[date | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("to 早于 from，请核对日期")
        return self


class Transitional(Definition):
    """Outside its time the rule still holds ``from`` … ``to`` for those that meet ``when``."""

    since: Annotated[date, Field(alias="from")]
    until: Annotated[date, Field(alias="to")]
    when: Expression = "true"
    note: Text
    article: Words | None = None


class Window(Definition):
    """A time in which applications are taken."""

    title: Text
    since: Annotated[date, Field(alias="from")]
    until: Annotated[date, Field(alias="to")]


class Target(Definition):
    """Whom the policy is for; to others it does not apply."""

    sentence: Text
    test: Expression
    article: Words | None = None


class Term(Definition):
    """An expression with a name, for use in others."""

    id: Name
    title: Text
    value: Expression


class Exemption(Definition):
    """When it holds, the condition does not apply."""

    when: Expression
    reason: Text
    article: Words | None = None


class Condition(Definition):
    """One condition, with the sentence and the article it comes from.

    ``test`` is computed; ``manual`` says what an expert or authority judges; with both, both count.
    ``zero_denominator``: the outcome when it divides by zero or less. ``when_absent``: when a fact
    is known to be absent. ``required: false``: it counts only where ``verdict`` names it.
    """

    id: ConditionId
    title: Text
    sentence: Text
    article: Words
    test: Expression | None = None
    manual: Text | None = None
    exempt: tuple[Exemption, ...] = ()
    zero_denominator: OutcomeName | None = None
    when_absent: OutcomeName = "not_met"
    required: bool = True
    confidence: Confidence | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.test is None and self.manual is None:
            raise ValueError("条件要有 test（可计算）或 manual（人工判断），至少一个")
        return self


class Item(Definition):
    """An item of a score: points from facts, or a span within which an expert decides."""

    id: Name
    title: Text
    max: Decimal
    points: Expression
    article: Words | None = None
    sentence: Text | None = None
    zero_denominator: Decimal | None = None
    when_absent: Decimal = Decimal(0)
    confidence: Confidence | None = None


class Score(Definition):
    """The sum of its items, or ``total``; never more than ``max``, never less than 0."""

    id: Name
    title: Text
    max: Decimal
    items: tuple[Item, ...] = ()
    total: Expression | None = None
    article: Words | None = None
    headline: bool = False

    @model_validator(mode="after")
    def _made_of(self) -> Self:
        if bool(self.items) == (self.total is not None):
            raise ValueError("评分写 items（各项相加）或 total（算式）之一")
        return self


class Benefit(Definition):
    """What a firm gets. ``amount`` is money, rounded down to ``round_to`` (default: to the fen);
    with ``ceiling`` it is the most that is paid (最高)."""

    kind: Literal["title", "money", "tax", "voucher", "service", "finance"]
    sentence: Text
    amount: Expression | None = None
    round_to: Expression | None = None
    ceiling: bool = False
    article: Words | None = None
    confidence: Confidence | None = None


class Exclusion(Definition):
    """Another policy that a firm cannot have at the same time."""

    policy: PolicyId
    note: Text


class PolicyDefinition(Definition):
    """The file ``policy.yaml``."""

    id: PolicyId
    version: Version
    title: Text
    summary: Text | None = None
    document: Document
    further: tuple[Document, ...] = ()
    level: Literal["national", "provincial", "municipal", "district"]
    region: Code | None = None
    effective: Effective
    transitional: tuple[Transitional, ...] = ()
    status: Literal["current", "superseded", "expired", "transitional", "draft"]
    confidence: Confidence
    windows: tuple[Window, ...] = ()
    tags: tuple[Words, ...] = ()
    target: Target | None = None
    terms: tuple[Term, ...] = ()
    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)]
    verdict: Expression | None = None
    scores: tuple[Score, ...] = ()
    benefit: Benefit | None = None
    exclusive: tuple[Exclusion, ...] = ()
    validity: Text | None = None
    unverified: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()


class Provenance(Definition):
    """Where a value stands."""

    document: Words
    article: Words | None = None
    confidence: Confidence


class ParameterValue(Definition):
    """A value from a day on, until ``to`` or the day before the next value."""

    since: Annotated[date, Field(alias="from")]
    until: Annotated[date | None, Field(alias="to")] = None
    value: Expression
    source: Provenance


class ParameterDefinition(Definition):
    """A threshold that changes with time."""

    id: Name
    title: Text
    values: Annotated[tuple[ParameterValue, ...], Field(min_length=1)]


class TableRow(Definition):
    """One row of a lookup table."""

    key: Annotated[str, BeforeValidator(_written)]
    value: Expression


class TableDefinition(Definition):
    """A lookup table. ``keys`` is the code list of its keys, of the dictionary or public."""

    id: Name
    title: Text
    keys: Name
    rows: Annotated[tuple[TableRow, ...], Field(min_length=1)]
    source: Provenance


class ParametersDefinition(Definition):
    """The file ``parameters.yaml``."""

    parameters: tuple[ParameterDefinition, ...] = ()
    tables: tuple[TableDefinition, ...] = ()


class Expected(Definition):
    """What must come out; what is not named may be anything."""

    verdict: OutcomeName | None = None
    conditions: dict[ConditionId, OutcomeName] = {}
    scores: dict[Name, tuple[Decimal, Decimal] | Decimal] = {}
    missing: dict[ConditionId, tuple[str, ...]] = {}
    amount: Expression | None = None


class Scenario(Definition):
    """One firm on one day. ``base`` names a scenario above whose facts and holdings it starts from;
    ``null`` takes a fact away."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    title: Text
    on: date | None = None
    base: str | None = None
    facts: dict[str, Any] = {}
    holdings: dict[str, Any] = {}
    judgements: dict[str, Any] = {}
    expect: Expected


class ScenariosDefinition(Definition):
    """The file ``scenarios.yaml``."""

    scenarios: tuple[Scenario, ...] = ()
