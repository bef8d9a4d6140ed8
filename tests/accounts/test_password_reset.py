"""Whoever forgot the password gets a link by mail; whether an address is known is not told."""

from __future__ import annotations

import re

from django.core import mail
from django.test import Client, override_settings

from tests.cast import Cast

IN_MEMORY = override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
NEW = "another-long-password-7"


@IN_MEMORY
def test_a_link_by_mail_sets_a_new_password_once(client: Client, cast: Cast) -> None:
    asked = client.post("/accounts/password/reset/", {"email": "alice@example.test"}, follow=True)
    assert 'class="door"' in asked.content.decode()
    link = re.search(r"http://\S+/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert link is not None
    path = re.sub(r"^http://[^/]+", "", link[0])
    form = client.get(path, follow=True)
    assert 'name="password1"' in form.content.decode()
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    cast.users["alice"].refresh_from_db()
    assert cast.users["alice"].check_password(NEW)
    again = Client().get(path, follow=True)
    assert 'name="password1"' not in again.content.decode()


@IN_MEMORY
def test_an_unknown_address_gets_the_same_page(client: Client, cast: Cast) -> None:
    pages = [
        client.post("/accounts/password/reset/", {"email": email}, follow=True).redirect_chain
        for email in ("alice@example.test", "nobody@example.test")
    ]
    assert pages[0] == pages[1]
