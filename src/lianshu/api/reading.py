"""What the operations share: finding one thing, giving one page, answering a repeated request."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.api.auth import ApiRequest
from lianshu.api.errors import nothing_here
from lianshu.api.schemas import Listing, Page, Perform
from lianshu.authority import Actor
from lianshu.records.errors import DomainError, NotFound
from lianshu.records.services import perform_once
from lianshu.registry.models import Chain, Organisation, Region
from lianshu.registry.queries import all_chains, all_regions, organisation_by_id, organisations_for
from lianshu.registry.services.periods import check_exists

RowT = TypeVar("RowT")
ModelT = TypeVar("ModelT", bound=Model)
ItemT = TypeVar("ItemT")
_AN_ID: Final = re.compile(r"[0-9a-z]{1,32}", re.ASCII)


def found(query: Callable[[Actor, str], RowT | None], request: ApiRequest, public_id: str) -> RowT:
    """What `query` gives for this id; `NotFound` alike for what is not and what is not visible.

    What cannot be an id never reaches the database.
    """
    row = query(request.auth, public_id) if _AN_ID.fullmatch(public_id) else None
    if row is None:
        raise NotFound(nothing_here())
    return row


def found_organisation(request: ApiRequest, public_id: str, *, field: str) -> Organisation:
    """The organisation named in a body; `DomainError` on `field` when there is none."""
    row = organisation_by_id(request.auth, public_id)
    if row is None:
        raise DomainError(_("没有编号为 %(id)s 的单位。") % {"id": public_id}, field=field)
    check_exists(row, field=field)
    return row


def found_organisations(
    request: ApiRequest, public_ids: list[str], *, field: str
) -> list[Organisation]:
    """All the organisations named in a body; `DomainError` names the first unknown one."""
    rows = {
        row.public_id: row
        for row in organisations_for(request.auth).filter(public_id__in=public_ids)
    }
    for public_id in public_ids:
        if public_id not in rows:
            raise DomainError(_("没有编号为 %(id)s 的单位。") % {"id": public_id}, field=field)
    return list(rows.values())


def region_of(code: str | None) -> Region | None:
    """The region of this code; `DomainError` when there is none."""
    return _by_code(all_regions(), code, field="region") if code else None


def chain_of(code: str | None) -> Chain | None:
    """The chain of this code; `DomainError` when there is none."""
    return _by_code(all_chains(), code, field="chain") if code else None


def _by_code(rows: list[RowT], code: str, *, field: str) -> RowT:
    for row in rows:
        if getattr(row, "code", None) == code:
            return row
    raise DomainError(
        _("没有代码为 %(code)s 的%(what)s，可选代码见 /api/regions 和 /api/chains。")
        % {"code": code, "what": _("区域") if field == "region" else _("产业链")},
        field=field,
    )


def page_of(
    request: HttpRequest,
    query: Listing,
    rows: QuerySet[ModelT],
    present: Callable[[list[ModelT]], list[ItemT]],
) -> Page[ItemT]:
    """One page of `rows`, which are sorted; an unknown parameter is an error, because a misspelt
    filter would otherwise give more than was asked for."""
    for name in request.GET:
        if name not in type(query).model_fields:
            raise DomainError(
                _("没有“%(name)s”这个参数；可用：%(known)s。")
                % {"name": name[:40], "known": "、".join(type(query).model_fields)},
                field=name[:40],
            )
    start = (query.page - 1) * query.limit
    total = rows.order_by().count()
    items = present(list(rows[start : start + query.limit])) if total > start else []
    return Page(total=total, page=query.page, limit=query.limit, items=items)


def once(
    request: ApiRequest,
    key: str | None,
    action: str,
    payload: dict[str, Any],
    perform: Perform,
) -> dict[str, Any]:
    """Do it unless this key was used before; then give the first answer again.

    Answers hold states, never confidential texts, because they are kept.
    """
    return perform_once(
        actor=request.auth,
        key=key,
        action=action,
        payload=payload,
        perform=lambda: perform().model_dump(mode="json"),
        now=timezone.now(),
    )
