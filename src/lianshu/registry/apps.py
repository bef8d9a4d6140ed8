"""The registry app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Django's entry for lianshu.registry."""

    name = "lianshu.registry"
    label = "registry"
