"""What packs/demo/city holds: the words a city is composed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lianshu.demo.definitions import Account, AccountsFile, Identifier, Line
from lianshu.engine.codes import load_code_lists
from lianshu.engine.definitions import Definition, Text, load_file, load_folder

Word = Annotated[str, StringConstraints(min_length=1, max_length=12, strip_whitespace=True)]
Count = Annotated[int, Field(ge=1, le=500)]
Tier = Literal["core", "collaborative", "special"]
Form = Literal["industrial", "building", "market"]
Stream = Literal["upstream", "midstream", "downstream"]


class Topic(Definition):
    """One thing a chain works on, what goes wrong and what would be good; `at` is the segment it
    belongs to, `goal` has a number to draw, written `<6..10>`."""

    at: Word
    product: Line
    process: Line
    trouble: Line
    goal: Line
    tool: Line


class CityChain(Definition):
    """A chain with its tier, where its firms are (county → weight), and its words."""

    id: Identifier
    name: Text
    tier: Tier
    chief: Word
    chief_title: Line
    counties: Mapping[str, Annotated[int, Field(ge=1, le=10)]]
    industries: tuple[str, ...]
    ipc: tuple[str, ...]
    trades: tuple[Word, ...]
    segments: Mapping[Stream, Mapping[Word, tuple[Word, ...]]]
    topics: Annotated[tuple[Topic, ...], Field(min_length=6)]
    intangible: bool = False
    """Its topics are no goods: software, journeys."""


class ChainsFile(Definition):
    chains: tuple[CityChain, ...]


class Zone(Definition):
    """A functional zone; `street` is the county it lies in."""

    id: Identifier
    name: Text
    street: Identifier


class CityFile(Definition):
    """Names and counts; which are invented says the file."""

    seed: int
    enterprises: Mapping[Tier, Count]
    zones: tuple[Zone, ...]
    first: tuple[Word, ...]
    second: tuple[Word, ...]
    surnames: tuple[Word, ...]
    given: tuple[Word, ...]
    communities: Mapping[Form, tuple[Word, ...]]
    interest: tuple[tuple[Identifier, Line], ...]
    alliances: tuple[tuple[Identifier, Literal["alliance", "consortium"], Line], ...]
    universities: tuple[Word, ...]
    institute_words: tuple[Word, ...]
    hospitals: tuple[Word, ...]
    bank_words: tuple[Word, ...]
    fund_words: tuple[Word, ...]
    agency_words: tuple[Word, ...]
    government: tuple[Line, ...]
    party: tuple[Line, ...]


class Patterns(Definition):
    """Sentences of one kind of post, with `{product}`, `{process}` … and `<6..10>` to fill in."""

    titles: Annotated[tuple[Line, ...], Field(min_length=2)]
    summaries: Annotated[tuple[Line, ...], Field(min_length=3)]
    details: Annotated[tuple[Line, ...], Field(min_length=2)]
    indicators: tuple[Line, ...] = ()


class PatternsFile(Definition):
    """Kind of demand or resource → its sentences; `intangible` has those for what is no goods."""

    demands: Mapping[str, Patterns]
    resources: Mapping[str, Patterns]
    intangible: PatternsFile | None = None

    def of(self, chain: CityChain) -> PatternsFile:
        """The sentences that fit a chain."""
        return self.intangible if chain.intangible and self.intangible else self


@dataclass(frozen=True)
class Street:
    """A street or town of the public list."""

    code: str
    name: str
    county: str


@dataclass(frozen=True)
class CitySources:
    """Everything the city is composed from."""

    city: CityFile
    chains: tuple[CityChain, ...]
    posts: PatternsFile
    streets: tuple[Street, ...]
    accounts: tuple[Account, ...]


def read_city(folder: Path, codes: Path) -> CitySources:
    """The words in `folder` and the streets in the public code lists at `codes`. Raises
    DefinitionError with the defects of a file."""
    chains = load_folder(folder / "chains", ChainsFile)
    streets = load_code_lists(codes)["streets_ningbo"]
    return CitySources(
        city=load_file(folder / "city.yaml", CityFile).value,
        chains=tuple(chain for file in chains for chain in file.value.chains),
        posts=load_file(folder / "posts.yaml", PatternsFile).value,
        streets=tuple(
            Street(code=each.code, name=each.name, county=str(each.parent)) for each in streets
        ),
        accounts=load_file(folder / "accounts.yaml", AccountsFile).value.accounts,
    )
