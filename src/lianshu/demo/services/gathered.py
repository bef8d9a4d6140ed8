"""What the loading steps hand on to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lianshu.accounts.models import User
from lianshu.demo.queries import READER
from lianshu.registry.models import Chain, Organisation, Region, Segment

LOADER: Final = READER
FEN: Final = 100

Progress = Callable[[int, int, str], None]


@dataclass
class City:
    """The rows written so far, by the ids of the pack."""

    regions: dict[str, Region] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)
    segments: dict[tuple[str, str], Segment] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
