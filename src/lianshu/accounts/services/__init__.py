"""The accounts' write side."""

from __future__ import annotations

from lianshu.accounts.services.grants import give_grant
from lianshu.accounts.services.people import (
    add_membership,
    create_user,
    end_membership,
    set_language,
)
from lianshu.accounts.services.tokens import issue_token, note_token_use, revoke_token

__all__ = [
    "add_membership",
    "create_user",
    "end_membership",
    "give_grant",
    "issue_token",
    "note_token_use",
    "revoke_token",
    "set_language",
]
