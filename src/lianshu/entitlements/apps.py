"""The entitlements app."""

from django.apps import AppConfig

from lianshu.entitlements.wording import ACTION_NAMES
from lianshu.ui.wording import name_actions


class EntitlementsConfig(AppConfig):
    """Says what the audit's actions about policies are called."""

    name = "lianshu.entitlements"
    label = "entitlements"

    def ready(self) -> None:
        name_actions(ACTION_NAMES)
