"""The entitlements app."""

from django.apps import AppConfig


class EntitlementsConfig(AppConfig):
    """Django's entry for lianshu.entitlements."""

    name = "lianshu.entitlements"
    label = "entitlements"
