"""Importing who belongs to which chain, and who serves whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.authority import Actor, Verdict
from lianshu.engine.sheets import Column
from lianshu.engine.sheets import Value as Cell
from lianshu.imports.targets import (
    ImportContext,
    ImportOption,
    ImportSession,
    ImportTarget,
    Problem,
    Text,
)
from lianshu.registry.finding import ChainFinder, OrganisationFinder, plain_name
from lianshu.registry.importing_common import OWNER_COLUMNS, OwnerReader, owner_missing
from lianshu.registry.models import Chain, ChainRole, LiaisonKind, Organisation, Segment
from lianshu.registry.naming import OrganisationNames
from lianshu.registry.queries.chains import all_segments
from lianshu.registry.rules_chains import cares_anywhere
from lianshu.registry.services.chains import (
    ChainMemberRow,
    add_chain_members,
    plan_chain_members,
)
from lianshu.registry.services.liaison_list import ListedService, plan_services, save_services
from lianshu.registry.services.periods import RelationPlan

ROLE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    ChainRole.LEAD_FIRM: ("链主企业", "链主", "Lead firm"),
    ChainRole.INNOVATOR: ("链创单位", "链创", "Chain innovator"),
    ChainRole.MEMBER: ("成员单位", "成员", "会员", "链上企业", "Member"),
}
KIND_WORDS: Final[dict[str, tuple[str, ...]]] = {
    LiaisonKind.HELPER: ("助企专员", "助企服务员", "服务专员", "Enterprise helper"),
    LiaisonKind.INSTRUCTOR: ("党建指导员", "指导员", "Instructor"),
    LiaisonKind.AGENT: ("红色代办员", "代办员", "Agent"),
    LiaisonKind.TALENT: ("人才服务专员", "人才专员", "Talent liaison"),
    LiaisonKind.BROKER: ("科创经纪人", "技术经纪人", "Technology broker"),
}
_FROM: Final = Column(
    "valid_from",
    "起日",
    ("起始日期", "开始日期", "加入日期", "加入时间", "任职日期", "聘任日期", "自", "since"),
    kind="date",
)
MEMBER_COLUMNS: Final = (
    Column(
        "chain",
        "产业链",
        ("所属产业链", "产业链名称", "链条", "industry chain", "chain"),
        required=True,
    ),
    *OWNER_COLUMNS,
    Column(
        "role",
        "角色",
        ("链上角色", "单位角色", "身份", "role"),
        kind="choice",
        choices=ROLE_WORDS,
    ),
    Column("segment", "环节", ("所在环节", "产业链环节", "细分环节", "segment"), blank="missing"),
    _FROM,
)
LIAISON_COLUMNS: Final = (
    Column(
        "name", "姓名", ("专员", "专员姓名", "指导员姓名", "name"), required=True, max_length=60
    ),
    Column("kind", "类别", ("专员类别", "专员类型", "kind"), kind="choice", choices=KIND_WORDS),
    Column(
        "phone",
        "电话",
        ("联系电话", "手机", "手机号码", "联系方式", "phone"),
        kind="identifier",
        max_length=32,
        blank="missing",
    ),
    Column(
        "sender",
        "派出单位",
        ("工作单位", "所在单位", "选派单位", "所属单位", "sent by"),
        required=True,
        max_length=200,
    ),
    Column(
        "owner",
        "服务单位",
        ("服务企业", "服务对象", "联系企业", "结对企业", "企业名称", "单位名称", "serves"),
        max_length=200,
    ),
    OWNER_COLUMNS[1],
    _FROM,
)


def may_import_relations(actor: Actor) -> Verdict:
    """Who keeps chains and liaisons somewhere; each row is judged again."""
    if actor.is_system or cares_anywhere(actor):
        return Verdict.yes()
    return Verdict.no(_("链上单位和专员名单由链办导入，请联系您所在区域或产业链的链办。"))


class MemberSession(ImportSession[ChainMemberRow, RelationPlan]):
    """One pass over a list of who belongs to which chain."""

    def __init__(self, context: ImportContext) -> None:
        self._context = context
        self._owners, self._chains = OwnerReader(context), ChainFinder()
        self._segments: dict[int, dict[str, list[Segment]]] = defaultdict(dict)
        for segment in all_segments():
            names = self._segments[segment.chain_id]
            for name in {plain_name(segment.name), plain_name(segment.code)}:
                names.setdefault(name, []).append(segment)
        self._seen: dict[Any, int | None] = {}

    def prepare(self, number: int, values: Mapping[str, Cell]) -> ChainMemberRow | list[Problem]:
        organisation, problems = self._owners.read(number, values)
        chain = self._chain(values, problems)
        role = str(values.get("role") or self._context.options["role"])
        if not role:
            why = _("没有写角色，导入设置里也没有选定。请写链主企业、链创单位或成员单位。")
            problems.append(Problem(why))
        segment = None if chain is None else self._segment(chain, values, problems)
        if problems or organisation is None or chain is None:
            return problems
        since = values.get("valid_from")
        row = ChainMemberRow(
            chain, organisation, role, segment, since if isinstance(since, date) else None
        )
        return self._once(number, row) or row

    def _chain(self, values: Mapping[str, Cell], problems: list[Problem]) -> Chain | None:
        found = self._chains.find(str(values.get("chain") or ""))
        if isinstance(found, Chain):
            return found
        problems.append(Problem(found, "chain"))
        return None

    def _segment(
        self, chain: Chain, values: Mapping[str, Cell], problems: list[Problem]
    ) -> Segment | None:
        text = str(values.get("segment") or "")
        if not text:
            return None
        found = self._segments[chain.pk].get(plain_name(text), [])
        if len(found) == 1:
            return found[0]
        why = (
            _("是“%(chain)s”里几个环节共有的名称。请改写环节代码。")
            if found
            else _("不是“%(chain)s”的环节。请写这条链的环节名称或代码，或先在产业链页面添加。")
        )
        problems.append(Problem(why % {"chain": chain.name}, "segment"))
        return None

    def _once(self, number: int | None, row: ChainMemberRow) -> list[Problem]:
        """The same place twice: without an end the second one always overlaps the first."""
        key = (row.chain.pk, row.organisation.pk, row.role, row.segment and row.segment.pk)
        first = self._seen.setdefault(key, number)
        if first == number:
            return []
        if first is None:
            return [Problem(_("和前面一行说的是同一家单位的同一个角色。请删去其中一行。"))]
        why = _("和第 %(row)d 行说的是同一家单位的同一个角色。请删去其中一行。") % {"row": first}
        return [Problem(why)]

    def plan(self, rows: Sequence[ChainMemberRow]) -> Sequence[RelationPlan]:
        return plan_chain_members(actor=self._context.actor, rows=rows)

    def write(self, rows: Sequence[ChainMemberRow], plans: Sequence[RelationPlan]) -> None:
        add_chain_members(actor=self._context.actor, rows=rows, now=self._context.now)


class LiaisonSession(ImportSession[ListedService, RelationPlan]):
    """One pass over a list of liaisons, one organisation they serve on a row."""

    def __init__(self, context: ImportContext) -> None:
        self._context = context
        self._owners = OwnerReader(context)
        self._senders = OrganisationFinder(context.actor, context.names)
        self._seen: dict[Any, int] = {}

    def prepare(self, number: int, values: Mapping[str, Cell]) -> ListedService | list[Problem]:
        served, problems = self._owners.read(number, values)
        named = str(values.get("sender") or "")
        sender = self._senders.find(named)
        if not isinstance(sender, Organisation):
            name = "" if self._senders.is_code(named) else named
            problems.append(Problem(sender, "sender", name))
        kind = str(values.get("kind") or self._context.options["kind"])
        if not kind:
            why = _("没有写类别，导入设置里也没有选定。请写助企专员、党建指导员等类别之一。")
            problems.append(Problem(why))
        if problems or served is None or not isinstance(sender, Organisation):
            return problems
        since = values.get("valid_from")
        row = ListedService(
            number,
            kind,
            str(values["name"]).strip(),
            str(values.get("phone") or "").strip(),
            sender,
            served,
            since if isinstance(since, date) else None,
        )
        first = self._seen.setdefault((row.key, row.phone, served.pk), number)
        if first != number:
            why = _("和第 %(row)d 行相同：%(name)s服务“%(served)s”。请删去其中一行。") % {
                "row": first,
                "name": row.name,
                "served": served.name,
            }
            return [Problem(why)]
        return row

    def plan(self, rows: Sequence[ListedService]) -> Sequence[RelationPlan]:
        return plan_services(actor=self._context.actor, rows=rows)

    def write(self, rows: Sequence[ListedService], plans: Sequence[RelationPlan]) -> None:
        save_services(actor=self._context.actor, rows=rows, now=self._context.now)


def _roles(_actor: Actor) -> Sequence[tuple[str, Text]]:
    return [("", lazy("每行都写了角色")), *ChainRole.choices]


def _kinds(_actor: Actor) -> Sequence[tuple[str, Text]]:
    return [("", lazy("每行都写了类别")), *LiaisonKind.choices]


CHAIN_MEMBERS: Final = ImportTarget(
    id="chain_members",
    title=lazy("链上单位"),
    columns=MEMBER_COLUMNS,
    permission=may_import_relations,
    session=MemberSession,
    key="",
    list_url=lambda: "/chain-members/",
    options=(ImportOption("role", lazy("没有写角色的行是"), choices=_roles),),
    check_header=lambda titles, _options: owner_missing(titles),
    names=OrganisationNames(),
)
LIAISONS: Final = ImportTarget(
    id="liaisons",
    title=lazy("专员名单"),
    columns=LIAISON_COLUMNS,
    permission=may_import_relations,
    session=LiaisonSession,
    key="",
    list_url=lambda: "/liaisons/",
    options=(ImportOption("kind", lazy("没有写类别的行是"), choices=_kinds),),
    check_header=lambda titles, _options: owner_missing(titles),
    names=OrganisationNames(),
)
