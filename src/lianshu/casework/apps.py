"""The casework app."""

from django.apps import AppConfig

from lianshu.casework.wording import ACTION_NAMES, FIELD_NAMES
from lianshu.ui.wording import name_actions, name_fields


class CaseworkConfig(AppConfig):
    """Says what the audit's actions about cases are called."""

    name = "lianshu.casework"
    label = "casework"

    def ready(self) -> None:
        name_actions(ACTION_NAMES)
        name_fields(FIELD_NAMES)
