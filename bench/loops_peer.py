"""The peer of `loops.py`: the same five steps with django-fsm-2, and a row of a log for each.

What a project writes that takes the library as it is: get the row, call the transition, save, and
note who did it, in one transaction. It checks neither who may nor what was given, hashes nothing,
tells nobody, and a repeated request would be done twice.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, models, transaction
from django_fsm import FSMField
from django_fsm import transition as step

APP = "bench_peer"


class Order(models.Model):
    """What goes round."""

    subject = models.CharField(max_length=200)
    asker_id = models.BigIntegerField()
    handler_id = models.BigIntegerField(null=True)
    result = models.TextField(blank=True)
    stars = models.PositiveSmallIntegerField(null=True)
    state = FSMField(default="submit", db_index=True)
    state_since = models.DateTimeField()

    class Meta:
        app_label = APP

    def __str__(self) -> str:
        return self.subject

    @step(field=state, source="submit", target="dispatch")
    def send(self) -> None:
        """The asker sends it."""

    @step(field=state, source="dispatch", target="accept")
    def assign(self, handler_id: int) -> None:
        """The office names who does it."""
        self.handler_id = handler_id

    @step(field=state, source="accept", target="handle")
    def take(self) -> None:
        """The handler takes it."""

    @step(field=state, source="handle", target="rate")
    def report(self, result: str) -> None:
        """The handler says what was done."""
        self.result = result

    @step(field=state, source="rate", target="done")
    def rate(self, stars: int) -> None:
        """The asker judges."""
        self.stars = stars


class StateLog(models.Model):
    """Who moved it when."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="log")
    transition = models.CharField(max_length=40)
    source = models.CharField(max_length=40)
    state = models.CharField(max_length=40)
    by_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        app_label = APP

    def __str__(self) -> str:
        return f"{self.order_id} {self.transition}"


def make_tables() -> None:
    """In a new database."""
    with connection.schema_editor() as editor:
        editor.create_model(Order)
        editor.create_model(StateLog)


def open_orders(asker_id: int, count: int, now: datetime) -> list[int]:
    """Orders at the first step."""
    rows = Order.objects.bulk_create(
        Order(subject="磁钢测试设备借用", asker_id=asker_id, state_since=now) for _ in range(count)
    )
    return [row.pk for row in rows]


def move(order_id: int, transition: str, *given: object, by_id: int, now: datetime) -> None:
    """Get, transition, save, log."""
    with transaction.atomic():
        order = Order.objects.get(pk=order_id)
        before = order.state
        getattr(order, transition)(*given)
        order.state_since = now
        order.save()
        StateLog.objects.create(
            order=order,
            transition=transition,
            source=before,
            state=order.state,
            by_id=by_id,
            at=now,
        )
