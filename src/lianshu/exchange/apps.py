"""The exchange app."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Django's entry for lianshu.exchange."""

    name = "lianshu.exchange"
    label = "exchange"
