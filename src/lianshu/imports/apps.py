"""The imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Django's entry for lianshu.imports."""

    name = "lianshu.imports"
    label = "imports"
