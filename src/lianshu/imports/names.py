"""Names of organisations in a file that the register does not know: what a list can do with them.

The importer stands below the register, so that a target brings a `NameMatcher`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from lianshu.authority import Actor
from lianshu.records.text import normalise


def key_of(name: str) -> str:
    """What names are remembered by: width, case and blanks do not count."""
    return "".join(normalise(name).split())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A registered organisation that a name may mean; `id` is its public id."""

    id: str
    label: str
    detail: str = ""


class NameMatcher(ABC):
    """Finds what a name may mean, and registers an organisation where the actor may.

    `optional`: a row is judged without the name's meaning too, so that nobody has to choose.
    """

    optional: ClassVar[bool] = False

    @abstractmethod
    def candidates(self, actor: Actor, name: str) -> Sequence[Candidate]:
        """The likeliest first; empty when nothing is near."""

    @abstractmethod
    def meant(self, actor: Actor, public_id: str) -> int:
        """The id of the organisation chosen. Raises `NotFound`."""

    @abstractmethod
    def places(self, actor: Actor) -> Sequence[tuple[str, str]]:
        """(id, name) of the regions where the actor may register organisations."""

    @abstractmethod
    def register(self, *, actor: Actor, name: str, place: str, code: str, now: datetime) -> int:
        """A new organisation with that credit code in that region; its id. Raises `DomainError`
        and `Refusal`."""
