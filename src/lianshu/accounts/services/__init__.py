"""The accounts' write side."""

from __future__ import annotations

from lianshu.accounts.services.claims import (
    approve_claim,
    claim_as_new_user,
    claim_organisation,
    organisation_claimed,
    refuse_claim,
    withdraw_claim,
)
from lianshu.accounts.services.grants import give_grant, take_grant
from lianshu.accounts.services.invitations import (
    accept_as_new_user,
    accept_invitation,
    invite,
    renew_invitations,
    revoke_invitation,
)
from lianshu.accounts.services.inviting_many import invite_many
from lianshu.accounts.services.leaving import end_membership
from lianshu.accounts.services.mailing import (
    address_of_claim,
    address_of_invitation,
    mail_claim_received,
    mail_claim_refused,
    mail_invitation,
    mail_outside,
)
from lianshu.accounts.services.people import (
    add_membership,
    block_user,
    change_role,
    create_user,
    note_reset_mail,
    set_language,
    unblock_user,
)
from lianshu.accounts.services.tokens import issue_token, note_token_use, revoke_token

__all__ = [
    "accept_as_new_user",
    "accept_invitation",
    "add_membership",
    "address_of_claim",
    "address_of_invitation",
    "approve_claim",
    "block_user",
    "change_role",
    "claim_as_new_user",
    "claim_organisation",
    "create_user",
    "end_membership",
    "give_grant",
    "invite",
    "invite_many",
    "issue_token",
    "mail_claim_received",
    "mail_claim_refused",
    "mail_invitation",
    "mail_outside",
    "note_reset_mail",
    "note_token_use",
    "organisation_claimed",
    "refuse_claim",
    "renew_invitations",
    "revoke_invitation",
    "revoke_token",
    "set_language",
    "take_grant",
    "unblock_user",
    "withdraw_claim",
]
