"""The notices app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from lianshu.notices.wording import ACTION_NAMES, FIELD_NAMES
from lianshu.ui.wording import name_actions, name_fields


class NoticesConfig(AppConfig):
    """The inbox and its mail: collects the kinds in every app's `notice_kinds` module."""

    name = "lianshu.notices"
    label = "notices"

    def ready(self) -> None:
        autodiscover_modules("notice_kinds")
        name_actions(ACTION_NAMES)
        name_fields(FIELD_NAMES)
