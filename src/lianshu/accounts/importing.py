"""People from a sheet: one invitation for each row that brings somebody new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.accounts.models import MembershipRole
from lianshu.accounts.rules import OFFICER
from lianshu.accounts.services.inviting_many import Invitee, invite_many, why_not
from lianshu.authority import Actor, Capability, Verdict
from lianshu.engine.sheets import Column, Value
from lianshu.imports.targets import (
    ImportContext,
    ImportOption,
    ImportSession,
    ImportTarget,
    Problem,
    register_target,
)
from lianshu.registry.finding import OrganisationFinder
from lianshu.registry.models import Organisation
from lianshu.registry.naming import OrganisationNames

ROLE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    MembershipRole.OWNER: ("负责人", "单位负责人", "管理员", "Owner"),
    MembershipRole.HANDLER: ("经办人", "联系人", "联络员", "Handler"),
    MembershipRole.VIEWER: ("只读", "查看", "Viewer"),
}
COLUMNS: Final = (
    Column("name", "姓名", ("人员姓名", "联系人姓名", "Name"), required=True, max_length=60),
    Column(
        "organisation",
        "单位",
        ("单位名称", "企业名称", "所在单位", "工作单位", "统一社会信用代码", "Organisation"),
        required=True,
        max_length=200,
        help="单位全称、简称或统一社会信用代码",
    ),
    Column(
        "role",
        "身份",
        ("角色", "人员身份", "平台身份", "Role"),
        kind="choice",
        choices=ROLE_WORDS,
    ),
    Column(
        "phone",
        "电话",
        ("手机", "手机号", "手机号码", "联系电话", "Phone"),
        kind="identifier",
        max_length=32,
    ),
    Column("email", "邮箱", ("电子邮箱", "电子邮件", "Email", "E-mail"), max_length=254),
)


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """Invite, leave alone, or refuse with a reason."""

    action: Literal["create", "change", "same", "refused"]
    reason: str = ""


class PeopleSession(ImportSession[Invitee, PersonPlan]):
    """One pass over a list of people."""

    def __init__(self, context: ImportContext) -> None:
        self._context = context
        self._organisations = OrganisationFinder(context.actor, context.names)
        self._default = context.options["role"]
        self._seen: set[tuple[int, str]] = set()

    def prepare(self, number: int, values: Mapping[str, Value]) -> Invitee | list[Problem]:
        problems: list[Problem] = []
        stated = {key: str(value or "").strip() for key, value in values.items()}
        named = stated["organisation"]
        found = self._organisations.find(named)
        if not isinstance(found, Organisation):
            name = "" if self._organisations.is_code(named) else named
            problems.append(Problem(found, "organisation", name))
        email, phone = stated.get("email", ""), stated.get("phone", "")
        if email and not _is_email(email):
            problems.append(Problem(_("不是完整的邮箱地址，请核对。"), "email"))
        if not (email or phone):
            why = _("没有电话也没有邮箱，再次导入时认不出是谁。请至少填一项。")
            problems.append(Problem(why))
        if problems or not isinstance(found, Organisation):
            return problems
        role = stated.get("role") or self._default
        return Invitee(found, role, stated["name"], email, phone)

    def plan(self, rows: Sequence[Invitee]) -> Sequence[PersonPlan]:
        reasons = why_not(actor=self._context.actor, people=rows, now=self._context.now)
        plans = []
        for row, (known, refusal) in zip(rows, reasons, strict=True):
            if known or not self._seen.isdisjoint(row.keys):
                plans.append(PersonPlan("same"))
            elif refusal:
                plans.append(PersonPlan("refused", refusal))
            else:
                plans.append(PersonPlan("create"))
            self._seen.update(row.keys)
        return plans

    def write(self, rows: Sequence[Invitee], plans: Sequence[PersonPlan]) -> None:
        new = [row for row, plan in zip(rows, plans, strict=True) if plan.action == "create"]
        if new:
            invite_many(
                actor=self._context.actor,
                people=new,
                days=int(self._context.options["days"]),
                mail=self._context.options["mail"] == "send",
                now=self._context.now,
            )


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def may_import_people(actor: Actor) -> Verdict:
    """Whoever may invite somebody somewhere."""
    if (
        actor.is_system
        or any(m.role == "owner" for m in actor.memberships)
        or any(actor.has(each) for each in (Capability.MANAGE_ACCOUNTS, *OFFICER))
    ):
        return Verdict.yes()
    return Verdict.no(_("只有单位负责人、链办和管理账号的人可以导入人员，请联系他们。"))


register_target(
    ImportTarget(
        id="people",
        title=lazy("人员"),
        columns=COLUMNS,
        permission=may_import_people,
        session=PeopleSession,
        key="",
        list_url=lambda: "/invitations/",
        options=(
            ImportOption(
                "role",
                lazy("没有写身份的行是"),
                default=lambda _actor: MembershipRole.HANDLER.value,
                choices=lambda _actor: tuple(MembershipRole.choices),
            ),
            ImportOption(
                "days",
                lazy("邀请的有效期"),
                default=lambda _actor: "30",
                choices=lambda _actor: (
                    ("7", lazy("7 天")),
                    ("14", lazy("14 天")),
                    ("30", lazy("30 天")),
                ),
            ),
            ImportOption(
                "mail",
                lazy("导入后"),
                default=lambda _actor: "send",
                choices=lambda _actor: (
                    ("send", lazy("把邀请链接发到各人的邮箱")),
                    ("later", lazy("先不发邮件，之后在邀请清单生成链接")),
                ),
            ),
        ),
        names=OrganisationNames(),
    )
)
