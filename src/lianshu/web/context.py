"""What the shell around every page needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from lianshu.accounts.queries import STRANGER
from lianshu.authority import Actor
from lianshu.notices.queries import unread_count
from lianshu.web.menu import menu_for


def shell(request: HttpRequest) -> dict[str, Any]:
    """The actor, the menu and how many notices are unread; nothing of it for parts of a page."""
    actor: Actor = getattr(request, "actor", STRANGER)
    known = {"actor": actor, "demo_site": settings.ENVIRONMENT == "demo"}
    if not actor.is_known or getattr(request, "htmx", False):
        return known
    unread = unread_count(actor)
    return known | {"unread": unread, "menu": menu_for(actor, request.path, unread=unread)}
