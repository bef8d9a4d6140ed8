"""Reading webhooks and their deliveries."""

from __future__ import annotations

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.notices.models import Delivery, DeliveryState, Webhook
from lianshu.notices.models.webhooks import TEST_KIND
from lianshu.records.errors import NotFound


def webhooks_for(actor: Actor) -> QuerySet[Webhook]:
    """Webhooks the actor may see, each with how its deliveries stand."""
    state = "deliveries__state"
    return Webhook.objects.visible_to(actor).annotate(
        waiting=Count("deliveries", filter=Q(**{state: DeliveryState.WAITING})),
        failed=Count(
            "deliveries",
            filter=Q(**{state: DeliveryState.FAILED}) & ~Q(deliveries__kind=TEST_KIND),
        ),
        last_sent=Max("deliveries__sent_at"),
    )


def webhook_by_public_id(actor: Actor, public_id: str) -> Webhook:
    """The webhook, or `NotFound` when there is none that the actor may see."""
    webhook = webhooks_for(actor).filter(public_id=public_id).first()
    if webhook is None:
        raise NotFound(_("没有这个外部推送，可能已被删除。"))
    return webhook


def latest_deliveries(webhook: Webhook, most: int) -> list[Delivery]:
    """The last of its deliveries, latest first."""
    return list(webhook.deliveries.order_by("-created_at", "-id")[:most])
