"""Policies of the demo city: published, the registers' lists told, evaluated once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from lianshu.demo.city.drawing import Draw
from lianshu.demo.services.gathered import LOADER, City, Progress
from lianshu.engine.definitions import DefinitionError
from lianshu.entitlements.services.publishing import publish_policies
from lianshu.entitlements.services.running import run_policies
from lianshu.records.errors import DomainError
from lianshu.registry.models import OrganisationKind
from lianshu.registry.services.told import record_lists_told

PACKS: Final = ("national", "zhejiang", "ningbo")
FURTHER: Final = ("beijing",)
"""Policies of other places, for a fuller library; left out while something is wrong there."""
TOLD: Final = (
    ("intellectual_property_office", ("ip_right",), 95),
    ("science_department", ("award", "project", "rd_body", "certificate"), 90),
    ("science_department", ("technology_contract",), 75),
    ("standards_body", ("standard",), 90),
    ("credit_platform", ("penalty",), 97),
    ("market_regulator", ("shareholder", "control_link"), 95),
    ("industry_department", ("equity_round", "listing"), 70),
)
"""Which register told which lists, and of how many firms in a hundred. What firms declare, such as
their market share, nobody told: it stays unknown until they do."""


def load_policies(city: City, now: datetime, progress: Progress) -> None:
    """Publish the packs, record whose lists were told, and evaluate everything once."""
    _publish(now)
    _tell(city, now)
    run_policies(
        actor=LOADER,
        on=timezone.localdate(now),
        now=now,
        progress=lambda done, total: progress(done, total, "政策"),
    )


def _publish(now: datetime) -> None:
    packs = Path(settings.PACKS)
    publish_policies(actor=LOADER, folders=[packs / name for name in PACKS], now=now)
    for name in FURTHER:
        try:
            publish_policies(actor=LOADER, folders=[packs / name], now=now)
        except (DefinitionError, DomainError):
            continue


def _tell(city: City, now: datetime) -> None:
    draw = Draw(5, "told")
    firms = [
        each for each in city.organisations.values() if each.kind == OrganisationKind.ENTERPRISE
    ]
    for source, kinds, share in TOLD:
        record_lists_told(
            actor=LOADER,
            organisations=[each for each in firms if draw.chance(share)],
            kinds=kinds,
            source=source,
            now=now,
            told_on=timezone.localdate(now) - timedelta(days=30),
        )
