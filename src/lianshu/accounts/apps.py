"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Gives jobs the actors of the people who asked for them."""

    name = "lianshu.accounts"
    label = "accounts"
