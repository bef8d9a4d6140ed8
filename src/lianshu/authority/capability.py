"""The few things a grant can allow. Being a member of an organisation needs no capability:
a member sees and edits what the organisation owns according to the membership's role."""

from enum import StrEnum


class Capability(StrEnum):
    """One permission; a grant gives it within a scope (region subtree and chain)."""

    COORDINATE = "exchange.coordinate"
    """Chain office: see posts in detail, match, recommend, open projects, on others' behalf."""
    IMPORT = "imports.run"
    """Load lists of organisations, demands and resources that belong to others."""
    MANAGE_ORGANISATIONS = "registry.manage"
    """Create and correct organisations."""
    MANAGE_ACCOUNTS = "accounts.manage"
    """Create users, memberships and grants."""
    READ_AUDIT = "audit.read"
    """Read the record of who did what on objects that are not one's own."""
    OPERATE = "jobs.operate"
    """See queue, schedules and failures; run a job again."""
    READ_SOURCES = "chainmap.sources"
    """Chain map: who the few makers of a product are, single sources, what a loss would do."""
