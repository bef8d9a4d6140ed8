"""The files app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class FilesConfig(AppConfig):
    """Papers: stored outside the web root, handed out through one checked view.

    Collects the reading rules in every app's `file_access` module.
    """

    name = "lianshu.files"
    label = "files"

    def ready(self) -> None:
        autodiscover_modules("file_access")
