"""The coverage app."""

from django.apps import AppConfig

from lianshu.coverage.wording import ACTION_NAMES, FIELD_NAMES
from lianshu.ui.wording import name_actions, name_fields


class CoverageConfig(AppConfig):
    """Says what the audit's actions and fields about coverage are called."""

    name = "lianshu.coverage"
    label = "coverage"

    def ready(self) -> None:
        name_actions(ACTION_NAMES)
        name_fields(FIELD_NAMES)
