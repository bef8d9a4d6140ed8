"""Pages of webhooks, for whoever operates the installation."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianshu.authority import require
from lianshu.notices.forms import WebhookForm
from lianshu.notices.kinds import outside_kinds
from lianshu.notices.models import Webhook
from lianshu.notices.queries_webhooks import (
    latest_deliveries,
    webhook_by_public_id,
    webhooks_for,
)
from lianshu.notices.rules import can_manage_webhooks
from lianshu.notices.services import (
    add_webhook,
    change_webhook,
    pause_webhook,
    remove_webhook,
    resume_webhook,
    retry_failed,
    rotate_secret,
    send_test,
)
from lianshu.records.errors import DomainError
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

DELIVERIES_SHOWN = 30


def _find(request: PageRequest, public_id: str) -> Webhook:
    require(can_manage_webhooks(request.actor))
    return webhook_by_public_id(request.actor, public_id)


def _back(webhook: Webhook) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("webhook", args=[webhook.public_id]))


@page()
def webhooks(request: PageRequest) -> HttpResponse:
    """All of them, and how their deliveries stand."""
    require(can_manage_webhooks(request.actor))
    return render(request, "notices/webhooks.html", {"webhooks": webhooks_for(request.actor)})


@page("GET", "POST")
def webhook_new(request: PageRequest) -> HttpResponse:
    """Add one; the answer shows its secret, this once."""
    require(can_manage_webhooks(request.actor))
    form = WebhookForm(request.POST or None)
    if form.is_valid():
        try:
            webhook, secret = add_webhook(
                actor=request.actor, **form.cleaned_data, now=timezone.now()
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _with_secret(request, webhook, secret)
    return _form(request, form)


@page("GET", "POST")
def webhook_edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Another name, address or choice."""
    webhook = _find(request, public_id)
    shown = {"name": webhook.name, "url": webhook.url, "kinds": webhook.kinds}
    form = WebhookForm(request.POST or None, initial=shown)
    if form.is_valid():
        try:
            change_webhook(
                actor=request.actor, webhook=webhook, **form.cleaned_data, now=timezone.now()
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("已保存。"))
            return _back(webhook)
    return _form(request, form, webhook)


def _form(request: PageRequest, form: WebhookForm, webhook: Webhook | None = None) -> HttpResponse:
    return render(
        request,
        "notices/webhook_form.html",
        {"form": form, "webhook": webhook},
        status=422 if form.is_bound else 200,
    )


@page()
def webhook(request: PageRequest, public_id: str) -> HttpResponse:
    """One webhook and its last deliveries."""
    found = _find(request, public_id)
    names = {kind: outside.name for kind, outside in outside_kinds().items()}
    return render(
        request,
        "notices/webhook.html",
        {
            "webhook": found,
            "deliveries": latest_deliveries(found, DELIVERIES_SHOWN),
            "kind_names": names | {"notices.test": _("测试")},
        },
    )


def _with_secret(request: PageRequest, webhook: Webhook, secret: str) -> HttpResponse:
    response = render(
        request, "notices/webhook_secret.html", {"webhook": webhook, "secret": secret}
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@page("POST")
def webhook_rotate(request: PageRequest, public_id: str) -> HttpResponse:
    """A new secret, shown on the answer only."""
    found = _find(request, public_id)
    secret = rotate_secret(actor=request.actor, webhook=found, now=timezone.now())
    return _with_secret(request, found, secret)


@page("POST")
def webhook_test(request: PageRequest, public_id: str) -> HttpResponse:
    """Send a test now and say what came of it."""
    found = _find(request, public_id)
    delivery = send_test(actor=request.actor, webhook=found, clock=timezone.now)
    if delivery.error:
        messages.error(request, _("测试没有送达：%(problem)s") % {"problem": delivery.error})
    else:
        say(request, _("测试已送达，对方答复 %(status)s。") % {"status": delivery.status})
    return _back(found)


def _turn(
    request: PageRequest, public_id: str, do: Callable[..., None], words: str
) -> HttpResponse:
    found = _find(request, public_id)
    do(actor=request.actor, webhook=found, now=timezone.now())
    say(request, words)
    return _back(found)


@page("POST")
def webhook_pause(request: PageRequest, public_id: str) -> HttpResponse:
    """Stop telling it."""
    return _turn(request, public_id, pause_webhook, _("已暂停。暂停期间发生的事不会补推。"))


@page("POST")
def webhook_resume(request: PageRequest, public_id: str) -> HttpResponse:
    """Go on telling it."""
    return _turn(request, public_id, resume_webhook, _("已恢复推送。"))


@page("POST")
def webhook_retry(request: PageRequest, public_id: str) -> HttpResponse:
    """Send again what was given up."""
    found = _find(request, public_id)
    count = retry_failed(actor=request.actor, webhook=found, now=timezone.now())
    say(
        request,
        ngettext("%(count)d 条推送已重新排队。", "%(count)d 条推送已重新排队。", count)
        % {"count": count},
    )
    return _back(found)


@page("POST")
def webhook_remove(request: PageRequest, public_id: str) -> HttpResponse:
    """Take it away for good."""
    found = _find(request, public_id)
    remove_webhook(actor=request.actor, webhook=found, now=timezone.now())
    say(request, _("已删除推送“%(name)s”。") % {"name": found.name})
    return HttpResponseRedirect(reverse("webhooks"))
