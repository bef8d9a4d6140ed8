"""What the register's templates need."""

from __future__ import annotations

from django import template

from lianshu.registry.models import Organisation
from lianshu.registry.tabs import Tab, tabs_of

register = template.Library()


@register.filter
def organisation_tabs(organisation: Organisation) -> list[Tab]:
    """The tabs of its page."""
    return tabs_of(organisation)
