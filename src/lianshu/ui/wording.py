"""What dotted action names and field names of the audit are called by people.

Apps add theirs in `AppConfig.ready`; a name nobody added is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

_actions: dict[str, str | Promise] = {}
_fields: dict[str, str | Promise] = {}


def name_actions(names: Mapping[str, str | Promise]) -> None:
    """Say what actions are called: `{"organisation.created": _("登记单位")}`."""
    _actions.update(names)


def name_fields(names: Mapping[str, str | Promise]) -> None:
    """Say what changed fields are called."""
    _fields.update(names)


def action_label(name: str) -> str:
    """The action in words."""
    return str(_actions.get(name, name))


def field_label(name: str) -> str:
    """The field in words."""
    return str(_fields.get(name, name))


def is_pair(change: Any) -> bool:
    """Whether an audited change tells before and after."""
    return isinstance(change, list) and len(change) == 2
