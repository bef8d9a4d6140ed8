"""The audit app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    """What was done: collects the ways to objects' pages in every app's `audit_links` module."""

    name = "lianshu.audit"
    label = "audit"

    def ready(self) -> None:
        autodiscover_modules("audit_links")
