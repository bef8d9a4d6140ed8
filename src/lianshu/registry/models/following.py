"""How rows that name an organisation follow it into the one that stands for it after a merge."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Following:
    """A model says `following = Following(…)`; without, its rows follow in either case.

    `label` is what the preview of a merge calls the rows. `into_absorber=False`: only where both
    were the same firm; into another firm that absorbs it they do not go, because they were said
    about, or given to, the first alone. `once_by`: a row stays where the successor has one with
    the same values (empty text is no value) among `once_among`. `takes_scope`: region and chain
    are the organisation's and become the successor's.
    """

    label: str | Promise = ""
    into_absorber: bool = True
    once_by: tuple[str, ...] = ()
    once_among: Q = field(default_factory=Q)
    takes_scope: bool = False
