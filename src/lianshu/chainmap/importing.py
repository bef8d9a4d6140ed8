"""Importing product relations and who makes what, by the one importer: checked, shown, written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.authority import Actor, Verdict
from lianshu.chainmap.finding import FirmFinder
from lianshu.chainmap.models import (
    NAME_MOST,
    OutsideMaker,
    ProductRelation,
    RelationSource,
    Visibility,
)
from lianshu.chainmap.rules import can_edit_map
from lianshu.chainmap.services.makers import MakerPlan, MakerRow, plan_makers, save_makers
from lianshu.chainmap.services.makers import save_outside as save_firm_elsewhere
from lianshu.chainmap.services.products import EdgeRow, known_edges, save_edges
from lianshu.engine.chains import code_key, trimmed
from lianshu.engine.sheets import Column
from lianshu.engine.sheets import Value as Cell
from lianshu.imports.targets import (
    Change,
    ImportContext,
    ImportOption,
    ImportSession,
    ImportTarget,
    Problem,
    Text,
    register_target,
)
from lianshu.registry.models import Organisation

EDGE_COLUMNS: Final = (
    Column(
        "from_product",
        "起点产品",
        ("from_product", "from", "产品"),
        required=True,
        max_length=NAME_MOST,
    ),
    Column("to_product", "终点产品", ("to_product", "to"), required=True, max_length=NAME_MOST),
    Column(
        "rel",
        "关系",
        ("rel", "relation"),
        kind="choice",
        required=True,
        choices={value: (value,) for value in ProductRelation.values},
    ),
)
MAKER_COLUMNS: Final = (
    Column(
        "company_code",
        "企业代码",
        ("company_code", "code", "代码", "统一社会信用代码", "证券代码", "股票代码"),
        "identifier",
        max_length=64,
    ),
    Column("company", "企业名称", ("company", "企业", "单位", "单位名称"), max_length=NAME_MOST),
    Column("place", "所在地", ("place", "城市"), max_length=100),
    Column(
        "product_name", "产品名称", ("product_name", "product"), required=True, max_length=NAME_MOST
    ),
    Column("weight", "收入占比", ("weight", "share", "占比"), kind="decimal", allow_negative=True),
    Column("stated_on", "日期", ("date", "统计日期"), kind="date"),
)


def _sources(_actor: Actor) -> Sequence[tuple[str, Text]]:
    """A list never speaks for a firm."""
    return [("", lazy("请选择"))] + [
        each for each in RelationSource.choices if each[0] != RelationSource.STATED
    ]


def _visibilities(_actor: Actor) -> Sequence[tuple[str, Text]]:
    return [("", lazy("请选择")), *Visibility.choices]


SOURCE: Final = ImportOption("source", lazy("这份清单依据"), choices=_sources, required=True)
VISIBILITY: Final = ImportOption(
    "visibility", lazy("谁可以看到"), choices=_visibilities, required=True
)
UNKNOWN: Final = ImportOption(
    "unknown",
    lazy("没有登记的企业"),
    default=lambda _actor: "refuse",
    choices=lambda _actor: [
        ("refuse", lazy("退回这一行")),
        ("outside", lazy("记为外地企业（要有代码和名称）")),
    ],
)


class EdgeSession(ImportSession[EdgeRow, MakerPlan]):
    """One pass over a list of product relations."""

    def __init__(self, context: ImportContext) -> None:
        self._context = context
        self._seen: dict[tuple[str, str, str], int] = {}

    def prepare(self, number: int, values: Mapping[str, Cell]) -> EdgeRow | list[Problem]:
        start, end = (trimmed(str(values.get(key) or "")) for key in ("from_product", "to_product"))
        relation = str(values["rel"])
        if start == end:
            words = {"product": start, "relation": relation}
            why = _("“%(product)s”写成自己的%(relation)s，不会起作用。请删去这一行。") % words
            return [Problem(why)]
        first = self._seen.setdefault((start, end, relation), number)
        if first != number:
            return [Problem(_("和第 %(row)d 行相同。请删去其中一行。") % {"row": first})]
        return EdgeRow(start, end, relation, self._context.options["source"])

    def plan(self, rows: Sequence[EdgeRow]) -> Sequence[MakerPlan]:
        known = known_edges(rows)
        return [
            MakerPlan("same" if (row.start, row.end, row.relation) in known else "create")
            for row in rows
        ]

    def write(self, rows: Sequence[EdgeRow], plans: Sequence[MakerPlan]) -> None:
        save_edges(actor=self._context.actor, rows=rows, now=self._context.now)


class MakerSession(ImportSession[MakerRow, MakerPlan]):
    """One pass over a list of who makes what. Firms elsewhere are written with their rows."""

    def __init__(self, context: ImportContext) -> None:
        self._context = context
        self._firms = FirmFinder(context.actor, context.names)
        self._new: dict[str, OutsideMaker] = {}
        self._seen: dict[tuple[str, str], int] = {}

    def prepare(self, number: int, values: Mapping[str, Cell]) -> MakerRow | list[Problem]:
        code, name = (str(values.get(key) or "").strip() for key in ("company_code", "company"))
        firm = self._firm(code, name, str(values.get("place") or ""))
        problems = [] if not isinstance(firm, str) else [self._unknown(firm, code, name)]
        share = cast("Decimal | None", values.get("weight"))
        if share is not None and not 0 <= share <= 1:
            why = _("不是 0 到 1 之间的占比。请更正，不知道就留空。")
            problems.append(Problem(why, "weight"))
        if problems or isinstance(firm, str):
            return problems
        product = trimmed(str(values["product_name"]))
        who = firm.code if isinstance(firm, OutsideMaker) else firm.public_id
        first = self._seen.setdefault((who, product), number)
        if first != number:
            why = _("和第 %(row)d 行说的是同一家企业的同一个产品。请删去其中一行。")
            return [Problem(why % {"row": first})]
        day = values.get("stated_on")
        options = self._context.options
        return MakerRow(
            firm,
            product,
            share,
            options["source"],
            options["visibility"],
            day if isinstance(day, date) else None,
        )

    def _firm(self, code: str, name: str, place: str) -> Organisation | OutsideMaker | str:
        found = self._firms.find(code, name)
        key = code_key(code)
        if not isinstance(found, str) or self._context.options["unknown"] != "outside":
            return found
        if not key or not name:
            return _("没有登记；要记为外地企业，请同时写企业代码和企业名称。")
        return self._new.setdefault(key, OutsideMaker(code=key, name=name, place=place))

    def _unknown(self, why: str, code: str, name: str) -> Problem:
        return Problem(why, "company_code" if code else "company")

    def plan(self, rows: Sequence[MakerRow]) -> Sequence[MakerPlan]:
        known = [row for row in rows if not row.firm._state.adding]
        plans = dict(zip(map(id, known), plan_makers(known), strict=True))
        return [plans.get(id(row), MakerPlan("create")) for row in rows]

    def describe(self, row: MakerRow, plan: MakerPlan) -> Sequence[Change]:
        before = plan.before
        if before is None:
            return ()
        pairs = (
            (_("收入占比"), before.share, row.share),
            (_("来源"), before.get_source_display(), RelationSource(row.source).label),
            (_("公开范围"), before.get_visibility_display(), Visibility(row.visibility).label),
        )
        return [Change(label, _shown(old), _shown(new)) for label, old, new in pairs if old != new]

    def write(self, rows: Sequence[MakerRow], plans: Sequence[MakerPlan]) -> None:
        actor, now = self._context.actor, self._context.now
        for row in rows:
            firm = row.firm
            if isinstance(firm, OutsideMaker) and firm._state.adding:
                saved = save_firm_elsewhere(
                    actor=actor, code=firm.code, name=firm.name, place=firm.place, now=now
                )
                firm.pk, firm._state.adding = saved.pk, False
        save_makers(actor=actor, rows=rows, now=now)


def _shown(value: Any) -> str:
    return "—" if value is None else str(value)


def _permission(actor: Actor) -> Verdict:
    return can_edit_map(actor)


def _firm_missing(titles: Mapping[str, str], _options: Mapping[str, str]) -> Sequence[Problem]:
    if "company_code" in titles or "company" in titles:
        return ()
    return [Problem(_("没有企业代码或企业名称列，认不出是哪家企业。请补上其中一列。"))]


PRODUCT_EDGES: Final = ImportTarget(
    id="product_edges",
    title=lazy("产品关系"),
    columns=EDGE_COLUMNS,
    permission=_permission,
    session=EdgeSession,
    key="",
    list_url=lambda: "/chainmap/quality/",
    options=(SOURCE,),
)
PRODUCT_MAKERS: Final = ImportTarget(
    id="product_makers",
    title=lazy("谁生产什么"),
    columns=MAKER_COLUMNS,
    permission=_permission,
    session=MakerSession,
    key="",
    list_url=lambda: "/chainmap/quality/",
    options=(SOURCE, VISIBILITY, UNKNOWN),
    check_header=_firm_missing,
)
for _target in (PRODUCT_EDGES, PRODUCT_MAKERS):
    register_target(_target)
