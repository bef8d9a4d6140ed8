"""The accounts app."""

from datetime import datetime

from django.apps import AppConfig
from django.utils.module_loading import import_string

from lianshu.authority import Actor
from lianshu.jobs import actors


def _actor(user_id: int, standing: str, now: datetime) -> Actor:
    # By name, because models are not loaded yet when this module is.
    build = import_string("lianshu.accounts.queries.actor_by_user_id")
    actor: Actor = build(user_id, now, standing=standing)
    return actor


class AccountsConfig(AppConfig):
    """Gives jobs the actors of the people who asked for them."""

    name = "lianshu.accounts"
    label = "accounts"

    def ready(self) -> None:
        actors.provide(_actor)
