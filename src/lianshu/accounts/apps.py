"""The accounts app."""

from datetime import datetime

from django.apps import AppConfig
from django.utils.module_loading import import_string

from lianshu.authority import Actor
from lianshu.jobs import actors


def _actor(user_id: int, now: datetime) -> Actor:
    # By name, because models are not loaded yet when this module is.
    actor: Actor = import_string("lianshu.accounts.queries.actor_by_user_id")(user_id, now)
    return actor


class AccountsConfig(AppConfig):
    """Gives jobs the actors of the people who asked for them."""

    name = "lianshu.accounts"
    label = "accounts"

    def ready(self) -> None:
        actors.provide(_actor)
