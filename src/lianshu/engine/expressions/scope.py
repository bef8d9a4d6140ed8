"""What an expression may speak of: facts, holdings, parameters, terms, conditions, scores."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lianshu.engine.expressions.outcomes import Outcome
from lianshu.engine.expressions.syntax import Syntax
from lianshu.engine.expressions.tree import Constant, DatedValue
from lianshu.engine.expressions.types import NumberType, Type
from lianshu.engine.tables import FactDictionary


class CodeEntry(Protocol):
    """One code of a public list."""

    @property
    def code(self) -> str: ...


class CodeTree(Protocol):
    """A public code list as ``engine.codes`` reads it."""

    def __contains__(self, code: object) -> bool: ...

    def __iter__(self) -> Iterator[CodeEntry]: ...

    def children(self, code: str | None = None) -> Sequence[CodeEntry]: ...


@dataclass(frozen=True, slots=True)
class ParameterValues:
    """A parameter: its type and dated values, earliest first, no two of them on one day."""

    type: Type
    values: tuple[DatedValue, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A lookup table: code → value. ``codes`` is the type of its keys."""

    codes: Type
    type: Type
    rows: Mapping[str, Constant]


@dataclass(frozen=True)
class Scope:
    """The names of one rule.

    ``rule`` is what judgements of an expert are filed under; ``undefined`` and ``absent`` are what
    the rule declares for a division by zero or less and for a fact known to be absent.
    ``terms`` maps a name to its expression as written.
    """

    dictionary: FactDictionary
    public_codes: Mapping[str, CodeTree] = field(default_factory=dict)
    parameters: Mapping[str, ParameterValues] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    terms: Mapping[str, Syntax] = field(default_factory=dict)
    conditions: Collection[str] = ()
    scores: Mapping[str, NumberType] = field(default_factory=dict)
    policies: Collection[str] | None = None
    rule: str = ""
    undefined: Outcome = Outcome.UNKNOWN
    absent: Outcome = Outcome.NOT_MET

    def values(self) -> dict[str, str]:
        """Every name that stands for a value, with what it is."""
        found = dict.fromkeys(self.dictionary.facts_by_id, "fact")
        found |= dict.fromkeys(self.parameters, "parameter")
        return found | dict.fromkeys(self.terms, "term")
