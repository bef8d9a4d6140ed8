"""The actor: a person with memberships and grants, or a named part of the system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final, Literal

from lianshu.authority.capability import Capability


class _EveryChain(StrEnum):
    EVERY_CHAIN = "*"


EVERY_CHAIN: Final = _EveryChain.EVERY_CHAIN
"""A scope that is not narrowed to one chain. Written out on purpose: a missing chain means none."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A region with everything below it, and one chain or, said explicitly, every chain."""

    region_id: int
    chain_id: int | Literal[_EveryChain.EVERY_CHAIN]


@dataclass(frozen=True, slots=True)
class Grant:
    """A capability within one scope."""

    capability: Capability
    scope: Scope


@dataclass(frozen=True, slots=True)
class ActorMembership:
    """An active membership: which organisation, and whether the person may act or only read."""

    organisation_id: int
    organisation_name: str
    role: Literal["owner", "handler", "viewer"]

    @property
    def may_act(self) -> bool:
        """Owners and handlers act for the organisation; viewers read."""
        return self.role != "viewer"


class Matter(StrEnum):
    """What a mandate can cover."""

    POSTS = "posts"
    """Demands and resources: write, publish, withdraw, import."""
    ANSWERS = "answers"
    """Answer recommendations and keep projects up to date."""
    RECORDS = "records"
    """Facts, holdings and the organisation's own data."""


@dataclass(frozen=True, slots=True)
class Behalf:
    """For whom the actor acts just now: chosen by the person, shown on every page and act.

    `principal` is the name that the audit keeps beside the actor's own. Under a mandate it is the
    organisation's, and `matters` are what the mandate covers; as a substitute it is the absent
    colleague's, whose memberships and grants the actor has then instead of its own, with every
    matter.
    """

    kind: Literal["mandate", "substitution"]
    id: int
    principal: str
    matters: frozenset[Matter] = frozenset(Matter)
    user_id: int | None = None
    """The absent colleague's, as a substitute."""
    until: datetime | None = None
    """A moment of its last day."""

    @property
    def reference(self) -> str:
        """Which mandate or substitution, as a session, a job and the audit keep it."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class Actor:
    """Who asks. `user_id` is None for the system and for nobody; `system` names the system part.

    An actor without memberships, grants and system name is a stranger and sees nothing that is
    protected. A person with several roles has the union of them.
    """

    user_id: int | None = None
    name: str = ""
    memberships: tuple[ActorMembership, ...] = ()
    grants: tuple[Grant, ...] = ()
    system: str = ""
    token_scopes: frozenset[str] | None = field(default=None)
    """Set when the actor came with an API token: what the token may do (`read`, `write`)."""
    behalf: Behalf | None = None
    """Set while the actor acts for a colleague or under a mandate."""
    link: str = ""
    """Set when the actor came by a link sent to a person without account: which link."""

    @property
    def is_system(self) -> bool:
        """A named system actor: unscoped, and named in the audit."""
        return bool(self.system)

    @property
    def is_known(self) -> bool:
        """Somebody who logged in or was sent the link they came by, or the system."""
        return self.user_id is not None or self.is_system or bool(self.link)

    @cached_property
    def organisation_ids(self) -> frozenset[int]:
        """Organisations whose own things the actor may read."""
        return frozenset(m.organisation_id for m in self.memberships)

    @cached_property
    def acting_organisation_ids(self) -> frozenset[int]:
        """Organisations the actor may act for."""
        return frozenset(m.organisation_id for m in self.memberships if m.may_act)

    def acting_in(self, matter: Matter) -> frozenset[int]:
        """Organisations the actor may act for in `matter`: a mandate may leave it out."""
        return self.acting_organisation_ids if self.covers(matter) else frozenset()

    def reading_in(self, *matters: Matter) -> frozenset[int]:
        """Organisations whose confidential things of these matters the actor may read."""
        return self.organisation_ids if any(map(self.covers, matters)) else frozenset()

    @cached_property
    def stands_for(self) -> frozenset[int]:
        """The users whose acts are this actor's: itself, and whom it substitutes. None of them
        may be approved by it."""
        absent = self.behalf.user_id if self.behalf else None
        return frozenset(pk for pk in (self.user_id, absent) if pk is not None)

    def covers(self, matter: Matter) -> bool:
        """Whether what the actor acts under extends to `matter`; without a mandate it does."""
        return self.behalf is None or matter in self.behalf.matters

    def scopes(self, capability: Capability) -> Iterator[Scope]:
        """Where the actor holds `capability`; nothing means nowhere."""
        return (grant.scope for grant in self.grants if grant.capability == capability)

    def has(self, capability: Capability) -> bool:
        """Whether the actor holds `capability` anywhere at all (to show a menu entry)."""
        return self.is_system or any(True for _ in self.scopes(capability))


def system_actor(name: str) -> Actor:
    """The actor of a job, a schedule or an administrator at the command line; `name` is audited."""
    if not name:
        raise ValueError("a system actor needs a name")
    return Actor(name=name, system=name)
