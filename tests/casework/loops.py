"""Published loops for tests of cases."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from lianshu.casework.models import Case, LoopVersion
from lianshu.casework.services.opening import open_case
from lianshu.casework.services.publishing import publish_loop
from lianshu.engine.loops import load_loop
from tests.cast import NOW, SYSTEM, Cast


def order_loop(*, now: datetime = NOW) -> LoopVersion:
    """The order loop of the sources."""
    loaded = load_loop(settings.PACKS / "national" / "loops" / "order.yaml")
    return publish_loop(actor=SYSTEM, loaded=loaded, now=now)


def order(cast: Cast, *, by: str = "alice", urgent: bool = False) -> Case:
    """Alice asks for something."""
    return open_case(
        actor=cast.actor(by),
        version=order_loop(),
        asker=cast.organisations["magnets"],
        subject="磁钢测试设备借用",
        urgent=urgent,
        now=NOW,
    )
