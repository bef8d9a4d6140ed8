"""The seam through which `accounts`, which stands above, builds the actor of a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lianshu.authority import Actor

ActorBuilder = Callable[[int, str, datetime], Actor]
_builders: list[ActorBuilder] = []


def provide(builder: ActorBuilder) -> None:
    """Say how a user id and a standing become an actor; `accounts` calls this once at start."""
    _builders[:] = [builder]


def actor_for(user_id: int, standing: str, now: datetime) -> Actor:
    """The actor of the user with the memberships and grants active at `now`, acting under the
    mandate or substitution named; without `behalf` where that no longer holds.

    Raises `LookupError` when nobody called `provide`: a job never runs as somebody else instead.
    """
    if not _builders:
        raise LookupError("no app has said how to build an actor: call lianshu.jobs.actors.provide")
    return _builders[0](user_id, standing, now)
