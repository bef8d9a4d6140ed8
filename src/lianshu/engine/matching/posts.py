"""What is matched: the plain data of one demand or one resource, as its reader may see it."""

from dataclasses import dataclass, field
from datetime import date

from lianshu.engine.matching.record import Record


@dataclass(frozen=True, slots=True)
class Readiness:
    """A technology readiness level. Levels of different scales are never compared."""

    scale: str
    level: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What is known beside the text. `None` means not filled in, which is not "no".

    budget_fen: (least, most) in fen, either end may be open. On a demand what the asker can pay,
    on a resource what the owner asks for.
    deadline: on a demand the day it is needed by, on a resource the day it can be delivered.

    place: from the largest region to the smallest, (code, name) each, as far as it is known.
    industry: a GB/T 4754 code such as "C3985"; ipc: patent classes such as "H01F 1/057".
    record: on a resource, what came of its owner's earlier pairs.
    """

    kind: str | None = None
    readiness: Readiness | None = None
    region: str | None = None
    chain: str | None = None
    budget_fen: tuple[int | None, int | None] | None = None
    deadline: date | None = None
    place: tuple[tuple[str, str], ...] = ()
    industry: str | None = None
    ipc: tuple[str, ...] = ()
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One demand or resource: an id unique on its side, texts, facets."""

    id: str
    title: str
    content: str = ""
    facets: Facets = field(default_factory=Facets)
