"""The notices app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NoticesConfig(AppConfig):
    """The inbox and its mail: collects the kinds in every app's `notice_kinds` module."""

    name = "lianshu.notices"
    label = "notices"

    def ready(self) -> None:
        autodiscover_modules("notice_kinds")
