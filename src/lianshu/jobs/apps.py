"""The jobs app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Work in the background: collects the handlers in every app's `jobs` module."""

    name = "lianshu.jobs"
    label = "jobs"

    def ready(self) -> None:
        autodiscover_modules("jobs")
