"""The records app: what every stored row shares."""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate

from lianshu.records.search import ensure_search_indexes


def _after_migrate(*, using: str, **_: Any) -> None:
    ensure_search_indexes(connections[using], list(apps.get_models()))


class RecordsConfig(AppConfig):
    """Registers the making of search indexes, which no migration can keep (see `search`)."""

    name = "lianshu.records"
    label = "records"

    def ready(self) -> None:
        post_migrate.connect(_after_migrate, sender=self)
