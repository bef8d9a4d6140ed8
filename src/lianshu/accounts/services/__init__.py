"""The accounts' write side."""

from __future__ import annotations

from lianshu.accounts.services.grants import give_grant, take_grant
from lianshu.accounts.services.people import (
    add_membership,
    block_user,
    change_role,
    create_user,
    end_membership,
    note_reset_mail,
    set_language,
    unblock_user,
)
from lianshu.accounts.services.tokens import issue_token, note_token_use, revoke_token

__all__ = [
    "add_membership",
    "block_user",
    "change_role",
    "create_user",
    "end_membership",
    "give_grant",
    "issue_token",
    "note_reset_mail",
    "note_token_use",
    "revoke_token",
    "set_language",
    "take_grant",
    "unblock_user",
]
