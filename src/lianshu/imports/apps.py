"""The imports app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ImportsConfig(AppConfig):
    """The one importer: collects the targets in every app's `importing` module."""

    name = "lianshu.imports"
    label = "imports"

    def ready(self) -> None:
        autodiscover_modules("importing")
