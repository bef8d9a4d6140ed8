"""Importing lists of holdings: a row for each patent, certificate, award, round, contract …"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.authority import Actor
from lianshu.engine.sheets import Column
from lianshu.engine.sheets import Value as Cell
from lianshu.engine.tables import Absent, Attribute, FactDictionary, HoldingDefinition, Value
from lianshu.imports.targets import (
    Change,
    ImportContext,
    ImportOption,
    ImportSession,
    ImportTarget,
    Problem,
    Text,
)
from lianshu.records.errors import DomainError
from lianshu.records.text import normalise
from lianshu.registry.cells import column_of, value_of_cell
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.importing_common import (
    OWNER_COLUMNS,
    PROVENANCE_OPTIONS,
    LazyColumns,
    OwnerReader,
    check_provenance_options,
    not_from,
    owner_missing,
    provenance_of,
)
from lianshu.registry.importing_facts import may_import_facts
from lianshu.registry.models import Holding, Organisation
from lianshu.registry.naming import OrganisationNames
from lianshu.registry.queries.facts import readable_holdings
from lianshu.registry.services.entries import HoldingEntry
from lianshu.registry.services.holding_rows import (
    HoldingRow,
    HoldingRowPlan,
    holding_key,
    plan_holding_rows,
    save_holding_rows,
)
from lianshu.registry.wording_facts import end_after, holding_words, said

_PREFIX: Final = "attribute_"
_PLAIN: Final = (
    Column("kind", "事项种类", ("种类", "类别", "大类", "事项", "资质种类"), max_length=60),
    Column(
        "number",
        "编号",
        ("证书编号", "证书号", "专利号", "登记号", "注册号", "标准号", "合同登记编号", "文号"),
        kind="identifier",
        max_length=100,
        blank="missing",
    ),
    Column(
        "name",
        "名称",
        ("事项名称", "专利名称", "证书名称", "项目名称", "标准名称", "奖项名称", "成果名称"),
        max_length=200,
    ),
    Column(
        "valid_from",
        "有效期起",
        *(("起日", "起始日期", "授权日", "授权公告日", "发证日期", "获奖日期", "登记日期"), "date"),
    ),
    Column("valid_to", "有效期止", ("止日", "截止日期", "有效期至", "到期日", "终止日期"), "date"),
    Column("owner_order", "权利人次序", ("本单位次序", "权利人排名", "第几权利人"), "integer"),
)
_STATED: Final = ("name", "valid_from", "valid_to", "owner_order")


def holding_columns() -> tuple[Column, ...]:
    """The organisation, what every holding has, and one column for each attribute."""
    same: dict[str, list[Attribute]] = {}
    for holding in fact_dictionary().holdings:
        for attribute in holding.attributes:
            same.setdefault(attribute.id, []).append(attribute)
    return (
        *OWNER_COLUMNS,
        *_PLAIN,
        *(_attribute_column(name, found) for name, found in same.items()),
    )


def _attribute_column(name: str, found: Sequence[Attribute]) -> Column:
    """Kinds that call it differently lend it their words; codes are looked up by the row's kind."""
    titles = dict.fromkeys(one.title.zh for one in found)
    column = column_of(found[0], f"{_PREFIX}{name}", *titles, name)
    if name == "kind":
        # 种类 alone is more often the holding's own.
        label, *others = ("细类", "类型", "专利类型", "证书种类", "知识产权种类", "合同类别")
        return replace(column, label=label, aliases=tuple(others), blank="missing")
    return replace(column, blank="missing")


def _kind_words(dictionary: FactDictionary) -> dict[str, tuple[str, str]]:
    """Title → (holding, code of its kind or ""): 发明专利 is an ip_right of kind invention. Titles
    that several holdings have are left out."""
    words: dict[str, set[tuple[str, str]]] = {}
    for holding in dictionary.holdings:
        for word in (holding.id, holding.title.zh, holding.title.en or ""):
            words.setdefault(_key(word), set()).add((holding.id, ""))
    for holding in dictionary.holdings:
        for attribute in holding.attributes:
            if attribute.id == "kind":
                for code, title in dictionary.choices(attribute).items():
                    words.setdefault(_key(title), set()).add((holding.id, code))
    return {word: next(iter(found)) for word, found in words.items() if word and len(found) == 1}


def _key(text: str) -> str:
    return "".join(normalise(text).split())


class HoldingSession(ImportSession[HoldingRow, HoldingRowPlan]):
    """One pass over a list of holdings of one source."""

    def __init__(self, context: ImportContext) -> None:
        self._context = context
        self._dictionary: FactDictionary = fact_dictionary()
        self._words = _kind_words(self._dictionary)
        self._provenance = provenance_of(context)
        self._owners = OwnerReader(context)
        self._rows: dict[Any, int] = {}

    def prepare(self, number: int, values: Mapping[str, Cell]) -> HoldingRow | list[Problem]:
        organisation, problems = self._owners.read(number, values)
        definition, implied = self._kind(values, problems)
        if organisation is None or definition is None:
            return problems
        attributes = self._attributes(values, definition, implied, problems)
        if problems:
            return problems
        row = HoldingRow(
            number,
            self._entry(organisation, definition, values, attributes),
            frozenset(
                name.removeprefix(_PREFIX)
                for name in (*values, *([f"{_PREFIX}kind"] if implied else []))
                if name in _STATED or name.startswith(_PREFIX)
            ),
        )
        return self._twice(row) or row

    def _kind(
        self, values: Mapping[str, Cell], problems: list[Problem]
    ) -> tuple[HoldingDefinition | None, str]:
        """What the row is, and the code of its kind where the word says that too."""
        text = str(values.get("kind") or "")
        default = self._context.options["kind"]
        if not text and not default:
            problems.append(Problem(_("没有写事项种类，导入设置里也没有选。请补上或选定。")))
            return None, ""
        found = self._words.get(_key(text)) if text else (default, "")
        if found is None or (default and found[0] != default and not found[1]):
            given = _definition_code(self._dictionary, default, text)
            found = (default, given) if given else found
        if found is None:
            known = "、".join(said(one.title) for one in self._dictionary.holdings)
            problems.append(
                Problem(_("不是已有的种类。可写：%(known)s。") % {"known": known}, "kind")
            )
            return None, ""
        definition = self._dictionary.holdings_by_id[found[0]]
        if why := not_from(self._provenance.source, definition):
            problems.append(Problem(f"“{said(definition.title)}”{why}"))
        return definition, found[1]

    def _attributes(
        self,
        values: Mapping[str, Cell],
        definition: HoldingDefinition,
        implied: str,
        problems: list[Problem],
    ) -> dict[str, Value | None]:
        known = {attribute.id: attribute for attribute in definition.attributes}
        attributes: dict[str, Value | None] = {"kind": implied} if implied else {}
        for column, cell in values.items():
            name = column.removeprefix(_PREFIX)
            if name == column or cell is None:
                continue
            if name not in known:
                why = _("不用填：“%(kind)s”没有这一项。请清空这一格，或核对事项种类。")
                problems.append(Problem(why % {"kind": said(definition.title)}, column))
                continue
            try:
                value = value_of_cell(known[name], cell)
            except DomainError as error:
                problems.append(Problem(error.message, column))
                continue
            if not isinstance(value, Absent):
                attributes[name] = value
        return attributes

    def _entry(
        self,
        organisation: Organisation,
        definition: HoldingDefinition,
        values: Mapping[str, Cell],
        attributes: Mapping[str, Value | None],
    ) -> HoldingEntry:
        valid_from, valid_to = values.get("valid_from"), values.get("valid_to")
        order = values.get("owner_order")
        return HoldingEntry(
            organisation,
            definition.id,
            self._provenance,
            number=str(values.get("number") or ""),
            name=str(values.get("name") or ""),
            valid_from=valid_from if isinstance(valid_from, date) else None,
            # A list says the last day of validity; the register keeps the day after.
            valid_to=end_after(valid_to if isinstance(valid_to, date) else None),
            owner_order=order if isinstance(order, int) else None,
            attributes=attributes,
        )

    def _twice(self, row: HoldingRow) -> list[Problem]:
        first = self._rows.setdefault(holding_key(row.entry), row.number)
        if first == row.number:
            return []
        why = _("和第 %(row)d 行是同一家单位的同一事项。请删去其中一行，或补上不同的编号。")
        return [Problem(why % {"row": first}, "number" if row.entry.number else "")]

    def plan(self, rows: Sequence[HoldingRow]) -> Sequence[HoldingRowPlan]:
        return plan_holding_rows(actor=self._context.actor, rows=rows, now=self._context.now)

    def describe(self, row: HoldingRow, plan: HoldingRowPlan) -> Sequence[Change]:
        before, entry = plan.before, plan.entry
        if before is None or entry is None:
            return ()
        old, new = _words(before), _words(entry)
        readable = before.pk in readable_holdings(self._context.actor, [before])
        return [
            Change(
                label, old.get(label, _("（空）")) if readable else "…", new.get(label, _("（空）"))
            )
            for label in dict.fromkeys((*old, *new))
            if old.get(label) != new.get(label)
        ]

    def write(self, rows: Sequence[HoldingRow], plans: Sequence[HoldingRowPlan]) -> None:
        save_holding_rows(actor=self._context.actor, plans=plans, now=self._context.now)


def _words(holding: Holding | HoldingEntry) -> dict[str, str]:
    return dict(holding_words(fact_dictionary().holdings_by_id[holding.kind], holding))


def _definition_code(dictionary: FactDictionary, holding: str, text: str) -> str:
    """The code of the chosen holding's kind that the text means, or ""."""
    definition = dictionary.holdings_by_id.get(holding)
    attributes = () if definition is None else definition.attributes
    for attribute in attributes:
        if attribute.id == "kind":
            for code, title in dictionary.choices(attribute).items():
                if _key(text) in (_key(code), _key(title)):
                    return code
    return ""


def _kinds(_actor: Actor) -> Sequence[tuple[str, Text]]:
    known = fact_dictionary().holdings
    return [("", lazy("每行都写了种类")), *((one.id, said(one.title)) for one in known)]


HOLDINGS: Final = ImportTarget(
    id="holdings",
    title=lazy("单位资质与权利（每项一行）"),
    columns=LazyColumns(holding_columns),
    permission=may_import_facts,
    session=HoldingSession,
    key="",
    list_url=lambda: "/organisations/",
    options=(
        ImportOption("kind", lazy("没有写事项种类的行是"), choices=_kinds),
        *PROVENANCE_OPTIONS,
    ),
    check_options=lambda _actor, options: check_provenance_options(options),
    check_header=lambda titles, _options: owner_missing(titles),
    names=OrganisationNames(),
)
