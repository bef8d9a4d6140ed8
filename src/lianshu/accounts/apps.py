"""The accounts app."""

from datetime import datetime

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules, import_string

from lianshu.accounts.wording import ACTION_NAMES, FIELD_NAMES
from lianshu.authority import Actor
from lianshu.jobs import actors
from lianshu.ui.wording import name_actions, name_fields


def _actor(user_id: int, standing: str, now: datetime) -> Actor:
    # By name, because models are not loaded yet when this module is.
    build = import_string("lianshu.accounts.queries.actor_by_user_id")
    actor: Actor = build(user_id, now, standing=standing)
    return actor


class AccountsConfig(AppConfig):
    """Gives jobs the actors of the people who asked for them; collects what passes to a successor
    from every app's `handovers` module."""

    name = "lianshu.accounts"
    label = "accounts"

    def ready(self) -> None:
        actors.provide(_actor)
        autodiscover_modules("handovers")
        name_actions(ACTION_NAMES)
        name_fields(FIELD_NAMES)
