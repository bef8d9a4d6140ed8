"""The chain map app."""

from django.apps import AppConfig

from lianshu.chainmap.wording import ACTION_NAMES, FIELD_NAMES
from lianshu.ui.wording import name_actions, name_fields


class ChainMapConfig(AppConfig):
    """Says what the audit's actions and fields about the chain map are called."""

    name = "lianshu.chainmap"
    label = "chainmap"

    def ready(self) -> None:
        name_actions(ACTION_NAMES)
        name_fields(FIELD_NAMES)
