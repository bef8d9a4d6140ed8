"""The demo app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Django's entry for lianshu.demo."""

    name = "lianshu.demo"
    label = "demo"
