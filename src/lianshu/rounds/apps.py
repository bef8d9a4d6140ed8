"""The rounds app."""

from django.apps import AppConfig

from lianshu.rounds.wording import ACTION_NAMES, FIELD_NAMES
from lianshu.ui.wording import name_actions, name_fields


class RoundsConfig(AppConfig):
    """Says what the audit's actions and fields about rounds are called."""

    name = "lianshu.rounds"
    label = "rounds"

    def ready(self) -> None:
        name_actions(ACTION_NAMES)
        name_fields(FIELD_NAMES)
