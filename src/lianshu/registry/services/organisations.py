"""Writing the register of organisations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError
from lianshu.registry.models import (
    FORMS_OF_KIND,
    MAY_LACK_CODE,
    Chain,
    GroupForm,
    IdentifierKind,
    NameKind,
    Organisation,
    OrganisationKind,
    Region,
    SourceKey,
)
from lianshu.registry.rules import (
    can_create_organisation,
    can_edit_organisation,
    can_manage_organisation,
)
from lianshu.registry.services.holdings import follow_organisation
from lianshu.registry.services.identifiers import give_identifier
from lianshu.registry.services.moving import refresh_owner_keys
from lianshu.registry.services.names import keep_name

EDITABLE = ("name", "short_name", "kind", "form", "introduction")
LONGEST_NAME = 200


@transaction.atomic
def create_organisation(
    *,
    actor: Actor,
    name: str,
    kind: str,
    region: Region,
    now: datetime,
    chain: Chain | None = None,
    short_name: str = "",
    form: str = "",
    introduction: str = "",
    uscc: str = "",
    uscc_override: str = "",
    source_key: tuple[str, str] | None = None,
) -> Organisation:
    """A new organisation.

    `DomainError` (field `uscc`) when its kind needs a credit code and none is given, when the code
    fails the check and `uscc_override` does not say why it is right, or when it is another one's.
    """
    require(
        can_create_organisation(
            actor, region_id=region.pk, chain_id=None if chain is None else chain.pk
        )
    )
    name = checked_name(name)
    check_kind(kind, form)
    check_code_given(name, kind, uscc)
    organisation = Organisation(
        name=name,
        short_name=short_name.strip(),
        kind=kind,
        form=form,
        region=region,
        chain=chain,
        introduction=introduction,
        created_at=now,
        updated_at=now,
    )
    organisation.refresh_keys()
    organisation.save()
    if uscc.strip():
        give_identifier(
            organisation=organisation,
            kind=IdentifierKind.USCC,
            value=uscc,
            today=timezone.localdate(now),
            override_reason=uscc_override,
        )
    if source_key:
        SourceKey.objects.create(
            organisation=organisation, source=source_key[0], external_id=source_key[1]
        )
    record(actor=actor, action="organisation.created", obj=organisation, now=now)
    return organisation


@transaction.atomic
def edit_organisation(
    *, actor: Actor, organisation: Organisation, changes: Mapping[str, Any], now: datetime
) -> Organisation:
    """Change some of `EDITABLE`; what changed goes to the audit, a name that was to the former
    ones."""
    require(can_edit_organisation(actor, organisation))
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise DomainError(
            _("这些内容不能在此修改：%(names)s") % {"names": "、".join(sorted(unknown))}
        )
    wanted = dict(changes)
    if "name" in wanted:
        wanted["name"] = checked_name(str(wanted["name"]))
    before = {field: getattr(organisation, field) for field in wanted}
    changed = {f: [before[f], value] for f, value in wanted.items() if before[f] != value}
    if not changed:
        return organisation
    for field, (_old, new) in changed.items():
        setattr(organisation, field, new)
    check_kind(organisation.kind, organisation.form)
    if "kind" in changed:
        _check_code_present(organisation)
    if "name" in changed:
        keep_name(organisation, NameKind.FORMER, before["name"], valid_to=timezone.localdate(now))
    organisation.updated_at = now
    organisation.refresh_keys(organisation.other_names.values_list("value", flat=True))
    organisation.save()
    if changed.keys() & {"name", "short_name"}:
        refresh_owner_keys(organisation)
    record(actor=actor, action="organisation.edited", obj=organisation, now=now, changes=changed)
    return organisation


@transaction.atomic
def move_organisation(
    *,
    actor: Actor,
    organisation: Organisation,
    region: Region,
    chain: Chain | None,
    now: datetime,
) -> Organisation:
    """Give it another region and chain, and with it the statements and services about it."""
    require(can_manage_organisation(actor, organisation))
    require(
        can_create_organisation(
            actor, region_id=region.pk, chain_id=None if chain is None else chain.pk
        )
    )
    wanted = {"region": region, "chain": chain}
    before = {field: getattr(organisation, field) for field in wanted}
    changes = {
        field: [before[field] and str(before[field]), new and str(new)]
        for field, new in wanted.items()
        if before[field] != new
    }
    if not changes:
        return organisation
    organisation.region, organisation.chain, organisation.updated_at = region, chain, now
    organisation.save(update_fields=["region", "chain", "updated_at"])
    follow_organisation(organisation)
    record(actor=actor, action="organisation.moved", obj=organisation, now=now, changes=changes)
    return organisation


def check_code_given(name: str, kind: str, uscc: str) -> None:
    """Raise DomainError when a kind that always has a credit code comes without one."""
    if not uscc.strip() and kind not in MAY_LACK_CODE:
        raise DomainError(
            _("请填写“%(name)s”的统一社会信用代码：%(kind)s都有，证照上可以查到。")
            % {"name": name, "kind": OrganisationKind(kind).label},
            field="uscc",
        )


def checked_name(name: str) -> str:
    """Without blanks around it; DomainError for none and for one too long."""
    name = name.strip()
    if not name:
        raise DomainError(_("请填写单位名称。"), field="name")
    if len(name) > LONGEST_NAME:
        raise DomainError(_("单位名称最长 200 个字，请核对。"), field="name")
    return name


def check_kind(kind: str, form: str) -> None:
    """Raise DomainError for a kind there is not, and a form that the kind does not have."""
    if kind not in OrganisationKind.values:
        raise DomainError(_("不认识的单位类型“%(kind)s”。") % {"kind": kind}, field="kind")
    fitting = FORMS_OF_KIND.get(OrganisationKind(kind), ())
    if form and form not in fitting:
        raise DomainError(
            _("“%(kind)s”没有“%(form)s”这种形态；可选：%(known)s。")
            % {
                "kind": OrganisationKind(kind).label,
                "form": dict(GroupForm.choices).get(form, form),
                "known": "、".join(str(one.label) for one in fitting) or _("留空"),
            },
            field="form",
        )


def _check_code_present(organisation: Organisation) -> None:
    """Its kind was changed into one that has a code: it must have one by now."""
    current = organisation.identifiers.filter(kind=IdentifierKind.USCC, valid_to__isnull=True)
    if organisation.kind not in MAY_LACK_CODE and not current.exists():
        raise DomainError(
            _("%(kind)s要有统一社会信用代码，请先在“身份与名称”里登记代码，再改类型。")
            % {"kind": OrganisationKind(organisation.kind).label},
            field="kind",
        )
