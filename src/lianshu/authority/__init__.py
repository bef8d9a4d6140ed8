"""Who acts, what they may do, where, and why not: plain types without Django or models.

Everything that reads or writes takes an `Actor`. `accounts` builds one from a user's active
memberships and grants; jobs and the command line use a named system actor.
"""

from lianshu.authority.actor import (
    EVERY_CHAIN,
    Actor,
    ActorMembership,
    Behalf,
    Grant,
    Matter,
    Scope,
    system_actor,
)
from lianshu.authority.capability import Capability
from lianshu.authority.verdict import Refusal, Verdict, require

__all__ = [
    "EVERY_CHAIN",
    "Actor",
    "ActorMembership",
    "Behalf",
    "Capability",
    "Grant",
    "Matter",
    "Refusal",
    "Scope",
    "Verdict",
    "require",
    "system_actor",
]
