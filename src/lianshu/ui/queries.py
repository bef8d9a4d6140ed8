"""Reading what a person keeps of the lists they use."""

from __future__ import annotations

from django.db.models import QuerySet

from lianshu.authority import Actor
from lianshu.ui.models import SavedView


def saved_views(actor: Actor, list_id: str) -> QuerySet[SavedView]:
    """The actor's own saved views of one list."""
    if actor.user_id is None:
        return SavedView.objects.none()
    return SavedView.objects.filter(user_id=actor.user_id, list_id=list_id)
