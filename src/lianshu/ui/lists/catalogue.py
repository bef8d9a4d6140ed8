"""Every mounted list by its id, for work in the background."""

from __future__ import annotations

from typing import Any

from django.urls import get_resolver
from django.utils.translation import gettext as _

from lianshu.records.errors import NotFound
from lianshu.ui.lists.spec import ListSpec

_lists: dict[str, ListSpec[Any, Any]] = {}


def mount(spec: ListSpec[Any, Any]) -> None:
    """Note a list that has addresses; `ValueError` when another one has its id."""
    if _lists.setdefault(spec.id, spec) is not spec:
        raise ValueError(f"two lists are called {spec.id!r}")


def list_by_id(list_id: str) -> ListSpec[Any, Any]:
    """The list; `NotFound` when there is none. A worker has not read the addresses yet."""
    assert get_resolver().url_patterns
    if list_id not in _lists:
        raise NotFound(_("没有“%(list)s”这个列表。") % {"list": list_id})
    return _lists[list_id]
