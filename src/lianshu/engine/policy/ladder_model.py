"""What a ladder (梯度) is made of. ``docs/policies.md`` tells writers of packs the same."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lianshu.engine.definitions import Definition, Text
from lianshu.engine.policy.model import Code, Confidence, Expression, PolicyId, Words

LEAST_RUNGS = 2
RungId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class LadderSource(Definition):
    """Where the sequence stands: a document, its own words, and how sure that is."""

    document: Words
    phrase: Words | None = None
    article: Words | None = None
    confidence: Confidence
    note: Text | None = None


class RungDefinition(Definition):
    """One rung. ``policy`` says what is asked of it, ``held`` how its title is recognised; a rung
    without ``policy`` is one of which no criteria are known, and says so in ``note``."""

    id: RungId
    title: Text
    policy: PolicyId | None = None
    held: Expression | None = None
    note: Text | None = None
    confidence: Confidence | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.policy is None and self.held is None:
            raise ValueError("梯级要有 policy（认定条件）或 held（怎样算已有称号），至少一个")
        return self


class LadderVersionDefinition(Definition):
    """The rungs, lowest first, from a day on; until ``to`` or the day before the next version."""

    since: Annotated[date, Field(alias="from")]
    until: Annotated[date | None, Field(alias="to")] = None
    source: LadderSource
    rungs: Annotated[tuple[RungDefinition, ...], Field(min_length=LEAST_RUNGS)]
    note: Text | None = None


class LadderDefinition(Definition):
    """The file ``ladders/ID.yaml``. ``of`` says what climbs: the firm, or its R&D body."""

    id: PolicyId
    title: Text
    summary: Text | None = None
    sequence: Annotated[str, StringConstraints(pattern=r"^S[0-9]{1,2}$")] | None = None
    of: Literal["firm", "rd_body"] = "firm"
    region: Code | None = None
    versions: Annotated[tuple[LadderVersionDefinition, ...], Field(min_length=1)]
    unverified: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
