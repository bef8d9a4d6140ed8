"""The api app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Django's entry for lianshu.api."""

    name = "lianshu.api"
    label = "api"
