"""The numbers of organisations: given, changed and ended with a date."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.engine.identity import Verdict, check_credit_code, normalise_credit_code
from lianshu.records.errors import DomainError
from lianshu.registry.models import Identifier, IdentifierKind, Organisation
from lianshu.registry.rules import can_manage_organisation

ONE_AT_A_TIME = frozenset({IdentifierKind.USCC, IdentifierKind.REGISTRATION})
"""A firm may be listed twice and have several numbers of ours, but one code from the registrar."""
LONGEST = 64


@transaction.atomic
def set_identifier(
    *,
    actor: Actor,
    organisation: Organisation,
    kind: str,
    value: str,
    now: datetime,
    valid_from: date | None = None,
    valid_to: date | None = None,
    override_reason: str = "",
) -> Identifier:
    """Give the organisation a number; with `valid_to`, one that it had.

    A new current credit code or registration number ends the one before on `valid_from` (today
    when unknown). Raises DomainError for a credit code that fails its check, unless
    `override_reason` says why it is right, and for one that another organisation has.
    """
    require(can_manage_organisation(actor, organisation))
    row, ended = give_identifier(
        organisation=organisation,
        kind=kind,
        value=value,
        today=timezone.localdate(now),
        valid_from=valid_from,
        valid_to=valid_to,
        override_reason=override_reason,
    )
    if row is not None:
        record(
            actor=actor,
            action="organisation.identifier_set",
            obj=organisation,
            now=now,
            changes={kind: [ended and ended.value, row.value]}
            | ({"override_reason": [None, row.override_reason]} if row.override_reason else {}),
        )
        return row
    return Identifier.objects.get(
        organisation=organisation,
        kind=kind,
        value=written(kind, value),
        valid_to__isnull=True,
    )


@transaction.atomic
def end_identifier(
    *, actor: Actor, identifier: Identifier, now: datetime, on: date | None = None
) -> Identifier:
    """Say that the organisation no longer has the number since `on` (today)."""
    organisation = identifier.organisation
    require(can_manage_organisation(actor, organisation))
    if identifier.valid_to is not None:
        raise DomainError(
            _("%(value)s 已于 %(day)s 停用。")
            % {"value": identifier.value, "day": identifier.valid_to}
        )
    _end(identifier, on or timezone.localdate(now))
    record(
        actor=actor,
        action="organisation.identifier_ended",
        obj=organisation,
        now=now,
        changes={identifier.kind: [identifier.value, None]},
    )
    return identifier


def give_identifier(
    *,
    organisation: Organisation,
    kind: str,
    value: str,
    today: date,
    valid_from: date | None = None,
    valid_to: date | None = None,
    override_reason: str = "",
) -> tuple[Identifier | None, Identifier | None]:
    """The new row and the one it ended; (None, None) when nothing changes.

    For services that have asked the rule and write the audit.
    """
    value = written(kind, value)
    reason = checked_number(kind, value, override_reason.strip())
    if valid_to is not None and (valid_to > today or (valid_from and valid_from > valid_to)):
        raise DomainError(_("停用日期要在起日之后、今天之前，请核对。"), field="valid_to")
    current = list(
        Identifier.objects.select_for_update()
        .filter(kind=kind, valid_to__isnull=True, organisation=organisation)
        .order_by("pk")
    )
    if valid_to is None and any(each.value == value for each in current):
        return None, None
    if valid_to is None:
        _refuse_anothers(kind, value)
    ended = None
    if valid_to is None and kind in ONE_AT_A_TIME and current:
        ended = current[0]
        _end(ended, valid_from or today)
    try:
        with transaction.atomic():
            row = Identifier.objects.create(
                organisation=organisation,
                kind=kind,
                value=value,
                valid_from=valid_from or (today if ended else None),
                valid_to=valid_to,
                override_reason=reason,
            )
    except IntegrityError as error:
        raise DomainError(
            _("代码 %(value)s 刚刚被另一家单位登记，请核对。") % {"value": value},
            field=_field(kind),
        ) from error
    return row, ended


def written(kind: str, value: str) -> str:
    """How a number of this kind is stored."""
    if kind not in IdentifierKind.values:
        raise DomainError(_("不认识的号码种类“%(kind)s”。") % {"kind": kind}, field="kind")
    value = value.strip() if kind == IdentifierKind.OWN else normalise_credit_code(value)
    if not value:
        raise DomainError(_("请填写号码。"), field=_field(kind))
    if len(value) > LONGEST:
        raise DomainError(
            _("号码最长 %(most)d 个字符，请核对。") % {"most": LONGEST}, field=_field(kind)
        )
    return value


def _field(kind: str) -> str:
    return "uscc" if kind == IdentifierKind.USCC else "value"


def checked_number(kind: str, value: str, override_reason: str) -> str:
    """The override reason where one is needed; a code that passes needs none."""
    if kind != IdentifierKind.USCC:
        return ""
    code = check_credit_code(value)
    if code.verdict != Verdict.INVALID:
        return ""
    if not override_reason:
        raise DomainError(
            _(
                "统一社会信用代码 %(value)s 校验不通过：%(reason)s"
                "证照上确实如此的，请写明仍采用的理由。"
            )
            % {"value": value, "reason": code.reason},
            field="uscc",
        )
    return override_reason


def _refuse_anothers(kind: str, value: str) -> None:
    holder = (
        Identifier.objects.filter(kind=kind, value=value, valid_to__isnull=True)
        .select_related("organisation")
        .first()
    )
    if holder is not None:
        raise DomainError(
            _(
                "代码 %(value)s 已属于“%(name)s”，请核对代码；"
                "是同一家单位的，请把两条登记合并，不是的，请先在那家单位停用它。"
            )
            % {"value": value, "name": holder.organisation.name},
            field=_field(kind),
        )


def _end(identifier: Identifier, on: date) -> None:
    if identifier.valid_from is not None and identifier.valid_from > on:
        raise DomainError(
            _("%(value)s 从 %(start)s 起使用，不能在 %(end)s 停用，请核对日期。")
            % {"value": identifier.value, "start": identifier.valid_from, "end": on},
            field="valid_from",
        )
    identifier.valid_to = on
    identifier.save(update_fields=["valid_to"])
