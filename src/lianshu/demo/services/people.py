"""The people of the demo city: accounts, who stands in for whom, who is on the way in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.utils import timezone

from lianshu.accounts.queries import actor_of
from lianshu.accounts.services import create_user, give_grant
from lianshu.accounts.services.claims import claim_as_new_user
from lianshu.accounts.services.invitations import invite
from lianshu.accounts.services.standing_in import name_substitute, record_mandate
from lianshu.authority import Capability, Matter
from lianshu.demo.city.model import Unit
from lianshu.demo.definitions import Account
from lianshu.demo.services.gathered import LOADER, City
from lianshu.registry.models import Organisation
from lianshu.registry.services import AssignmentRow, assign_liaisons, create_liaison

PASSWORD: Final = "lianshu-demo"  # noqa: S105 (the demo's, printed at start)
PAPER: Final = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
"""A proof without a word in it."""
SERVED: Final = 9


def load_accounts(accounts: Iterable[Account], city: City, now: datetime) -> None:
    """Who can log in, with what they may do."""
    hashed = make_password(PASSWORD)  # once: hashing is slow on purpose
    for entry in accounts:
        organisation = city.organisations[entry.organisation]
        user, membership = create_user(
            actor=LOADER,
            username=entry.username,
            name=entry.name,
            email=f"{entry.username}@demo.invalid",
            password=None,
            organisation=organisation,
            role=entry.role,
            now=now,
        )
        user.password = hashed
        user.save(update_fields=["password"])
        city.users[entry.username] = user
        for grant in entry.grants:
            give_grant(
                actor=LOADER,
                membership=membership,
                capability=Capability(grant.capability),
                region=city.regions[grant.region],
                chain=None if grant.chain is None else city.chains[grant.chain],
                every_chain=grant.chain is None,
                now=now,
            )


def tell_of_people(city: City, units: Iterable[Unit], now: datetime) -> None:
    """A liaison with an account, a mandate, somebody on leave, an open invitation, a claim."""
    near = [city.organisations[unit.key] for unit in units if _near(unit)]
    _send_liaison(city, near, now)
    today = timezone.localdate(now)
    record_mandate(
        actor=actor_of(city.users["petro_handler"], now=now),
        organisation=city.organisations["haoke"],
        agent=city.users["liaison"],
        matters=[Matter.POSTS],
        first=today,
        last=today + timedelta(days=180),
        note="请社区专员代为发布和整理技术需求",
        now=now,
    )
    name_substitute(
        actor=actor_of(city.users["on_leave"], now=now),
        absent=city.users["on_leave"],
        substitute=city.users["chain_officer"],
        first=today,
        last=today + timedelta(days=14),
        note="年休假",
        now=now,
    )
    invite(
        actor=actor_of(city.users["chain_officer"], now=now),
        organisation=near[SERVED],
        role="owner",
        days=14,
        name="柏立夏",
        phone="0574-00001098",
        now=now,
    )
    _claim(near[SERVED + 1], now)


def _near(unit: Unit) -> bool:
    """The firms that the community of the pack looks after."""
    return unit.business is not None and unit.county == "330211"


def _send_liaison(city: City, near: list[Organisation], now: datetime) -> None:
    community, user = city.organisations["wangchao"], city.users["liaison"]
    since = timezone.localdate(now) - timedelta(days=200)
    liaison = create_liaison(
        actor=LOADER,
        kind="helper",
        name=user.name,
        organisation=community,
        phone="0574-00001099",
        region=community.region,
        user_id=user.pk,
        valid_from=since,
        now=now,
    )
    firms = [city.organisations["haoke"], *near[:SERVED]]
    assign_liaisons(
        actor=LOADER, rows=[AssignmentRow(liaison, firm, since) for firm in firms], now=now
    )


def _claim(firm: Organisation, now: datetime) -> None:
    """Somebody says to act for the firm; the office has not decided yet."""
    code = firm.identifiers.get(kind="uscc", valid_to__isnull=True).value
    claim_as_new_user(
        uscc=code,
        username="waiting_owner",
        name="狄知秋",
        password=PASSWORD,
        phone="0574-00001097",
        proof=ContentFile(PAPER, name="营业执照（演示）.pdf"),
        note="我是这家公司的法定代表人，附营业执照。",
        now=now,
    )
