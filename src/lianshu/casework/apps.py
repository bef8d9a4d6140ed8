"""The casework app."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Django's entry for lianshu.casework."""

    name = "lianshu.casework"
    label = "casework"
