"""Writing the tree of regions."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError
from lianshu.registry.models import Region, RegionAncestry, RegionKind, RegionSuccession
from lianshu.registry.rules import can_manage_region

LONGEST_NAME = 100
LONGEST_CODE = 32
LONGEST_OFFICIAL = 16


@transaction.atomic
def add_region(
    *,
    code: str,
    name: str,
    kind: str,
    parent: Region | None = None,
    name_en: str = "",
    official_code: str = "",
) -> Region:
    """A place below `parent`, with its ancestry rows; for loading a city's tree."""
    region = Region.objects.create(
        code=code,
        name=name,
        name_en=name_en,
        kind=kind,
        parent=parent,
        official_code=official_code,
    )
    above = [] if parent is None else list(parent.ancestry.values_list("ancestor_id", flat=True))
    RegionAncestry.objects.bulk_create(
        RegionAncestry(ancestor_id=ancestor, descendant=region) for ancestor in [*above, region.pk]
    )
    return region


@transaction.atomic
def create_region(
    *,
    actor: Actor,
    parent: Region,
    code: str,
    name: str,
    kind: str,
    now: datetime,
    official_code: str = "",
) -> Region:
    """A new place, such as a zone or grid cell; `parent` lies in the actor's care."""
    require(can_manage_region(actor, parent))
    code, official_code = code.strip(), official_code.strip()
    if not code or len(code) > LONGEST_CODE or not code.isascii():
        raise DomainError(_("请填写代码：字母、数字和横线，最长 32 位。"), field="code")
    _check_kind(kind)
    _check_official(official_code)
    try:
        with transaction.atomic():
            region = add_region(
                code=code,
                name=_checked_name(name, parent, None),
                kind=kind,
                parent=parent,
                official_code=official_code,
            )
    except IntegrityError as error:
        raise DomainError(
            _("代码 %(code)s 已经用过，请换一个。") % {"code": code}, field="code"
        ) from error
    record(actor=actor, action="region.added", obj=region, now=now)
    return region


@transaction.atomic
def edit_region(
    *, actor: Actor, region: Region, name: str, kind: str, official_code: str, now: datetime
) -> Region:
    """Another name, kind or official code; our own code and its place in the tree stay."""
    require(can_manage_region(actor, region))
    _check_kind(kind)
    _check_official(official_code.strip())
    wanted = {
        "name": _checked_name(name, region.parent, region),
        "kind": kind,
        "official_code": official_code.strip(),
    }
    changes = {
        field: [getattr(region, field), value]
        for field, value in wanted.items()
        if getattr(region, field) != value
    }
    if changes:
        for field, value in wanted.items():
            setattr(region, field, value)
        region.save(update_fields=list(wanted))
        record(actor=actor, action="region.renamed", obj=region, now=now, changes=changes)
    return region


@transaction.atomic
def succeed_region(
    *,
    actor: Actor,
    predecessor: Region,
    successor: Region,
    on: date,
    now: datetime,
    note: str = "",
) -> RegionSuccession:
    """Since `on`, what lay in `predecessor` lies in `successor`. Nothing moves by that:
    organisations keep their region until each is moved."""
    for each in (predecessor, successor):
        require(can_manage_region(actor, each))
    if predecessor.pk == successor.pk:
        raise DomainError(_("区域不能接替自己，请改选另一个。"), field="successor")
    if on > timezone.localdate(now):
        raise DomainError(_("日期 %(day)s 还没有到，请核对。") % {"day": on}, field="on")
    words = {"old": predecessor.name, "new": successor.name}
    if predecessor.pk in _after(successor):
        raise DomainError(
            _("“%(old)s”本来就由“%(new)s”调整而来，不能反过来，请核对方向。") % words,
            field="successor",
        )
    row, made = RegionSuccession.objects.get_or_create(
        predecessor=predecessor,
        successor=successor,
        defaults={"on": on, "note": note.strip()[:200]},
    )
    if not made:
        raise DomainError(_("“%(old)s”调整为“%(new)s”已经登记过。") % words, field="successor")
    record(
        actor=actor,
        action="region.succeeded",
        obj=predecessor,
        now=now,
        changes={"successor": [None, successor.name]},
    )
    return row


def _after(region: Region) -> set[int]:
    """Everything that it became, step by step."""
    found: set[int] = set()
    latest = {region.pk}
    while latest:
        rows = RegionSuccession.objects.filter(predecessor__in=latest)
        latest = set(rows.values_list("successor_id", flat=True)) - found
        found |= latest
    return found


def _checked_name(name: str, parent: Region | None, itself: Region | None) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise DomainError(_("请填写区域名称，最长 100 个字。"), field="name")
    same = Region.objects.filter(parent=parent, name=name)
    if (same if itself is None else same.exclude(pk=itself.pk)).exists():
        raise DomainError(_("同一级已经有“%(name)s”，请核对。") % {"name": name}, field="name")
    return name


def _check_kind(kind: str) -> None:
    if kind not in RegionKind.values:
        raise DomainError(_("不认识的区域种类“%(kind)s”。") % {"kind": kind}, field="kind")


def _check_official(code: str) -> None:
    if len(code) > LONGEST_OFFICIAL or not ((code.isascii() and code.isdigit()) or not code):
        raise DomainError(
            _("行政区划代码只有数字（县级 6 位，街道 9 位），没有可不填。"), field="official_code"
        )
