"""Choosing on one's account page what comes by mail."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from lianshu.notices.models import MailChoice, MailSetting
from lianshu.notices.queries import mail_choice_of
from tests.cast import Cast

ACCOUNT, CHOOSE = reverse("account"), reverse("mail-choice")


def test_the_page_shows_the_choice_and_takes_another(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["alice"])
    before = client.get(ACCOUNT).content.decode()
    assert 'value="urgent" required id="id_choice_0" checked' in " ".join(before.split())
    after = client.post(CHOOSE, {"choice": "digest"}, follow=True).content.decode()
    assert "已保存：每天汇总一封" in after and "收不到邮件" not in after
    assert mail_choice_of(cast.actor("alice")) == MailChoice.DIGEST
    assert mail_choice_of(cast.actor("bob")) == MailChoice.URGENT


def test_whoever_has_no_address_is_told_so(client: Client, cast: Cast) -> None:
    cast.users["alice"].email = ""
    cast.users["alice"].save()
    client.force_login(cast.users["alice"])
    assert "收不到邮件" in client.get(ACCOUNT).content.decode()


def test_only_by_post_logged_in_and_among_what_there_is(client: Client, cast: Cast) -> None:
    assert client.post(CHOOSE, {"choice": "none"}).status_code == 302
    client.force_login(cast.users["alice"])
    assert client.get(CHOOSE).status_code == 405
    assert client.post(CHOOSE, {"choice": "sometimes"}).status_code in {400, 422}
    assert not MailSetting.objects.exists()
