"""The ui app."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Django's entry for lianshu.ui."""

    name = "lianshu.ui"
    label = "ui"
