"""The people an administrator manages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianshu.accounts.models import Membership, MembershipRole
from lianshu.accounts.queries import memberships_managed_by
from lianshu.accounts.queries_joining import holding
from lianshu.authority import Actor, Capability
from lianshu.registry.lists import organisation_filter, region_filter
from lianshu.ui.lists import Action, ChoiceFilter, Column, ListSpec, Option, YesNoFilter

CAPABILITY_NAMES: Final[dict[str, Promise]] = {
    Capability.COORDINATE: _("链办撮合"),
    Capability.IMPORT: _("代为导入"),
    Capability.MANAGE_ORGANISATIONS: _("管理单位"),
    Capability.MANAGE_ACCOUNTS: _("管理账号"),
    Capability.READ_AUDIT: _("查看操作记录"),
    Capability.OPERATE: _("运维"),
    Capability.READ_SOURCES: _("查看单一来源"),
}


def _rows(actor: Actor) -> QuerySet[Membership]:
    return memberships_managed_by(actor, now=timezone.now())


def _grants(row: Membership) -> str:
    return gettext("、").join(
        gettext("%(what)s（%(where)s）")
        % {
            "what": CAPABILITY_NAMES[grant.capability],
            "where": f"{grant.region}{'' if grant.every_chain else f' · {grant.chain}'}",
        }
        for grant in row.grants.all()
    )


def _actions(actor: Actor) -> Sequence[Action]:
    if not actor.has(Capability.MANAGE_ACCOUNTS):
        return ()
    return (
        Action(_("新建账号"), reverse("user-new"), "user-plus"),
        Action(_("导入人员"), f"{reverse('imports:new')}?target=people", "file-import"),
        Action(_("邀请"), reverse("invitations"), "mail"),
    )


@dataclass(frozen=True)
class GrantFilter(ChoiceFilter):
    """Memberships with one of the chosen capabilities, wherever."""

    def condition(self, value: list[str]) -> Q:
        return holding(value)


def _capabilities(_actor: Actor) -> list[Option]:
    return [Option(str(each), name) for each, name in CAPABILITY_NAMES.items()]


USERS = ListSpec[Membership, Membership](
    id="users",
    title=_("账号"),
    intro=_("您管理范围内的人员、所属单位和授权。"),
    rows=_rows,
    search=lambda rows, words: rows.filter(
        Q(user__name__icontains=words) | Q(user__username__icontains=words)
    ),
    search_hint=_("姓名或用户名"),
    filters=(
        ChoiceFilter("role", _("身份"), "role", MembershipRole, counts=True),
        organisation_filter("organisation", _("单位"), id="organisation"),
        region_filter("organisation__region"),
        GrantFilter("grant", _("授权"), "grants__capability", _capabilities),
        YesNoFilter("blocked", _("已停用"), Q(user__is_active=False)),
    ),
    columns=(
        Column(
            "name",
            _("姓名"),
            lambda row: row.user.name,
            sort="user__name",
            below=lambda row: row.user.username,
        ),
        Column("username", _("用户名"), lambda row: row.user.username, shown=False),
        Column(
            "organisation",
            _("单位"),
            lambda row: row.organisation.name,
            sort="organisation__name_key",
        ),
        Column("role", _("身份"), lambda row: row.get_role_display(), sort="role"),
        Column("grants", _("授权"), _grants),
        Column(
            "seen",
            _("最近登录"),
            lambda row: row.user.last_login,
            kind="moment",
            sort="user__last_login",
        ),
    ),
    sort="organisation",
    link=lambda row: reverse("user", args=[row.pk]),
    key_field="pk",
    key=lambda row: str(row.pk),
    name=lambda row: row.user.name,
    actions=_actions,
    empty=_("您的管理范围内还没有账号。"),
)
