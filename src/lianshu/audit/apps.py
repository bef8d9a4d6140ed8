"""The audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Django's entry for lianshu.audit."""

    name = "lianshu.audit"
    label = "audit"
