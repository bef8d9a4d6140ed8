"""The web app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Django's entry for lianshu.web."""

    name = "lianshu.web"
    label = "web"
