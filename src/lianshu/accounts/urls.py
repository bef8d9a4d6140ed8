"""Addresses of accounts, beside those of allauth under /accounts/."""

from django.urls import path

from lianshu.accounts import views_users
from lianshu.accounts.lists import USERS
from lianshu.accounts.views import account, language, mail_choice, token_revoke, tokens, user_new
from lianshu.ui.lists.views import list_urls

urlpatterns = [
    path("me/", account, name="account"),
    path("mail/", mail_choice, name="mail-choice"),
    path("tokens/", tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", token_revoke, name="token-revoke"),
    path("language/", language, name="language"),
    path("users/new/", user_new, name="user-new"),
    *list_urls("users/", USERS),
    path("users/<int:membership_id>/", views_users.user, name="user"),
    path(
        "users/<int:membership_id>/grants/<int:grant_id>/take/",
        views_users.grant_take,
        name="grant-take",
    ),
    path("users/<int:membership_id>/block/", views_users.user_block, name="user-block"),
    path("users/<int:membership_id>/unblock/", views_users.user_unblock, name="user-unblock"),
    path("users/<int:membership_id>/reset/", views_users.user_reset, name="user-reset"),
]
