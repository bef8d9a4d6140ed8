"""Importing lists of organisations: new ones in bulk, known ones by id, code or exact name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.authority import Actor, Capability, Verdict
from lianshu.engine.sheets import Column
from lianshu.engine.sheets import Value as Cell
from lianshu.imports.targets import (
    Change,
    Doubt,
    ImportContext,
    ImportOption,
    ImportSession,
    ImportTarget,
    Problem,
    Text,
)
from lianshu.records.errors import DomainError
from lianshu.registry.finding import ChainFinder, RegionFinder, plain_name
from lianshu.registry.models import Chain, IdentifierKind, OrganisationKind, Region
from lianshu.registry.naming import OrganisationNames, RegisteredNames, registered_alike
from lianshu.registry.services.identifiers import checked_number, written
from lianshu.registry.services.organisation_list import (
    NUMBERS,
    ListedOrganisation,
    OrganisationPlan,
    plan_organisations,
    save_organisations,
)
from lianshu.ui.wording import field_label

KIND_WORDS: Final[dict[str, tuple[str, ...]]] = {
    OrganisationKind.ENTERPRISE: ("企业", "公司", "Enterprise"),
    OrganisationKind.UNIVERSITY: ("高校", "大学", "院校", "高等院校", "University"),
    OrganisationKind.INSTITUTE: ("科研院所", "研究院", "研究所", "科研机构", "Institute"),
    OrganisationKind.HOSPITAL: ("医院", "Hospital"),
    OrganisationKind.BANK: ("银行", "金融机构", "Bank"),
    OrganisationKind.FUND: ("基金", "Fund"),
    OrganisationKind.AGENCY: ("服务机构", "中介机构", "Service agency"),
    OrganisationKind.COMMUNITY: ("产业社区", "社区", "Industrial community"),
    OrganisationKind.ASSOCIATION: ("协会", "行业协会", "商会", "Association"),
    OrganisationKind.ALLIANCE: ("联盟", "产业联盟", "共同体", "Alliance"),
    OrganisationKind.PARTY_ORGANISATION: ("党组织", "Party organisation"),
    OrganisationKind.CHAIN_OFFICE: ("链办", "Chain office"),
    OrganisationKind.GOVERNMENT: ("政府部门", "机关", "Government unit"),
}
COLUMNS: Final = (
    Column(
        "external_id",
        "外部编号",
        ("编号", "单位编号", "来源编号", "id", "external id", "Source ID"),
        kind="identifier",
        max_length=128,
    ),
    Column(
        "name",
        "名称",
        (
            *("单位名称", "企业名称", "单位", "企业", "公司名称", "机构名称", "单位全称"),
            *("name", "organisation", "company"),
        ),
        max_length=200,
    ),
    Column(
        "uscc",
        "统一社会信用代码",
        ("信用代码", "社会信用代码", "统一代码", "credit code", "Unified social credit code"),
        kind="identifier",
        max_length=64,
        blank="missing",
    ),
    Column(
        "kind", "类型", ("单位类型", "单位性质", "机构类型", "type"), "choice", choices=KIND_WORDS
    ),
    Column(
        "region", "区域", ("所在区域", "地区", "区县", "属地", "所属区县", "region", "district")
    ),
    Column("chain", "产业链", ("所属产业链", "产业链名称", "industry chain")),
    Column("short_name", "简称", ("单位简称", "short name"), max_length=60, blank="missing"),
    Column(
        "former_names",
        "曾用名",
        ("原名称", "former names"),
        "multi",
        max_length=200,
        blank="missing",
    ),
    Column(
        "registration",
        "注册号",
        ("原工商注册号", "工商注册号", "registration number"),
        kind="identifier",
        max_length=64,
        blank="missing",
    ),
    Column(
        "stock",
        "股票代码",
        ("证券代码", "stock code"),
        kind="identifier",
        max_length=64,
        blank="missing",
    ),
    Column("introduction", "简介", ("单位简介", "主营业务", "introduction"), max_length=4000),
)


class OrganisationSession(ImportSession[ListedOrganisation, OrganisationPlan]):
    """One pass over a list of organisations."""

    def __init__(self, context: ImportContext) -> None:
        self._context = context
        self._regions, self._chains = RegionFinder(), ChainFinder()
        place = context.options["region"]
        found = self._regions.find(place) if place else None
        self._defaults = ListedOrganisation(
            0,
            uscc_override=context.options["override"],
            default_kind=context.options["kind"],
            default_region=found if isinstance(found, Region) else None,
        )
        self._codes: dict[str, int | None] = {}
        self._names: dict[str, int | None] = {}
        self._meant: dict[int, int] = {}
        self._unknown: list[ListedOrganisation] = []

    def prepare(
        self, number: int, values: Mapping[str, Cell]
    ) -> ListedOrganisation | list[Problem]:
        problems: list[Problem] = []
        numbers = self._numbers(values, problems)
        region = self._place(self._regions.find, Region, "region", values, problems)
        chain = self._place(self._chains.find, Chain, "chain", values, problems)
        name = " ".join(str(values.get("name") or "").split())
        code = numbers.get(IdentifierKind.USCC, "")
        if not name and not code:
            problems.append(Problem(_("没有写名称。请补上单位全称。")))
        self._twice(number, name, code, problems)
        if problems:
            return problems
        former = values.get("former_names")
        return replace(
            self._defaults,
            number=number,
            name=name,
            external_id=str(values.get("external_id") or ""),
            kind=str(values.get("kind") or ""),
            region=region,
            chain=chain,
            short_name=str(values.get("short_name") or "").strip(),
            introduction=str(values.get("introduction") or "").strip(),
            numbers=numbers,
            former_names=former if isinstance(former, tuple) else (),
        )

    def _numbers(self, values: Mapping[str, Cell], problems: list[Problem]) -> dict[str, str]:
        numbers: dict[str, str] = {}
        for kind in NUMBERS:
            if not (text := str(values.get(kind.value) or "")):
                continue
            try:
                value = written(kind, text)
                checked_number(kind, value, self._defaults.uscc_override)
            except DomainError as error:
                why = f"：{error.message}"
                if kind == IdentifierKind.USCC:
                    why += _("确有其事的，可在导入设置里写明照录的理由。")
                problems.append(Problem(why, kind.value))
            else:
                numbers[kind.value] = value
        return numbers

    @staticmethod
    def _place(
        find: Any,
        wanted: type[Any],
        column: str,
        values: Mapping[str, Cell],
        problems: list[Problem],
    ) -> Any:
        """The region or chain that the row names, None when it names none."""
        text = values.get(column)
        if text is None:
            return None
        found = find(str(text))
        if isinstance(found, wanted):
            return found
        problems.append(Problem(found, column))
        return None

    def _twice(self, number: int, name: str, code: str, problems: list[Problem]) -> None:
        """One code in two rows, or one name where no code tells the two apart."""
        seen, key, column = (
            (self._codes, code, "uscc") if code else (self._names, plain_name(name), "name")
        )
        first = seen.setdefault(key, number)
        if key and first != number:
            what = _("代码") if code else _("名称")
            why = (
                _("和前面一行的%(what)s相同。请删去其中一行，或改正%(what)s。")
                if first is None
                else _("和第 %(row)d 行的%(what)s相同。请删去其中一行，或改正%(what)s。")
            )
            problems.append(Problem(why % {"row": first, "what": what}, column))

    def pass_over(self, values: Mapping[str, Cell]) -> None:
        code = str(values.get("uscc") or "")
        if code:
            self._codes.setdefault(written(IdentifierKind.USCC, code), None)
        else:
            self._names.setdefault(plain_name(str(values.get("name") or "")), None)

    def plan(self, rows: Sequence[ListedOrganisation]) -> Sequence[OrganisationPlan]:
        plans = plan_organisations(
            actor=self._context.actor,
            source=self._context.source,
            rows=rows,
            names=self._context.names,
        )
        self._unknown += [plan.row for plan in plans if plan.unknown and plan.row.name]
        return [self._once(plan) for plan in plans]

    def _once(self, plan: OrganisationPlan) -> OrganisationPlan:
        """Two rows that mean one organisation: by id, code and name it shows only now."""
        if plan.before is None:
            return plan
        first = self._meant.setdefault(plan.before.pk, plan.row.number)
        if first == plan.row.number:
            return plan
        reason = _("和第 %(row)d 行是同一家单位“%(name)s”。请删去其中一行。") % {
            "row": first,
            "name": plan.before.name,
        }
        return OrganisationPlan(plan.row, "refused", reason)

    def doubts(self) -> Sequence[Doubt]:
        return registered_alike(self._context.actor, self._unknown)

    def describe(self, row: ListedOrganisation, plan: OrganisationPlan) -> Sequence[Change]:
        labels = {column.id: column.label for column in COLUMNS}
        return [
            Change(labels.get(name, field_label(name)), _words(name, old), _words(name, new))
            for name, (old, new) in plan.changes.items()
        ]

    def write(self, rows: Sequence[ListedOrganisation], plans: Sequence[OrganisationPlan]) -> None:
        save_organisations(
            actor=self._context.actor,
            source=self._context.source,
            plans=plans,
            now=self._context.now,
        )


def _words(name: str, value: Any) -> str:
    if not value:
        return _("（空）")
    return str(OrganisationKind(value).label) if name == "kind" else str(value)


def may_import_organisations(actor: Actor) -> Verdict:
    """Who may register organisations somewhere."""
    if actor.is_system or actor.has(Capability.MANAGE_ORGANISATIONS):
        return Verdict.yes()
    return Verdict.no(_("导入单位名录要有登记单位的授权，请联系平台管理员。"))


def _kinds(_actor: Actor) -> Sequence[tuple[str, Text]]:
    return [("", lazy("每行都写了类型")), *OrganisationKind.choices]


def _places(actor: Actor) -> Sequence[tuple[str, Text]]:
    return [("", lazy("每行都写了区域")), *OrganisationNames().places(actor)]


ORGANISATIONS: Final = ImportTarget(
    id="organisations",
    title=lazy("单位名录"),
    columns=COLUMNS,
    permission=may_import_organisations,
    session=OrganisationSession,
    key="external_id",
    list_url=lambda: "/organisations/",
    names=RegisteredNames(),
    options=(
        ImportOption("kind", lazy("没有写类型的行是"), choices=_kinds),
        ImportOption("region", lazy("没有写区域的行在"), choices=_places),
        ImportOption(
            "override",
            lazy("校验不通过的信用代码仍照录的理由"),
            help=lazy("不填则退回这些行。证照上确实如此的才照录，理由会记在单位页面上。"),
        ),
    ),
)
