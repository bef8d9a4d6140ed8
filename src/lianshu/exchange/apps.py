"""The exchange app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ExchangeConfig(AppConfig):
    """Django's entry for lianshu.exchange.

    Collects what other apps let follow a recommendation from their `exchange_followups` modules.
    """

    name = "lianshu.exchange"
    label = "exchange"

    def ready(self) -> None:
        autodiscover_modules("exchange_followups")
