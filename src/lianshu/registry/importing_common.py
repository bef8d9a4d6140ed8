"""What lists of facts and holdings share: whose they are, who says so, and for which uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, overload

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.authority import Actor
from lianshu.engine.sheets import Column
from lianshu.engine.sheets import Value as Cell
from lianshu.engine.tables import FactDefinition, HoldingDefinition, Use
from lianshu.imports.targets import ImportContext, ImportOption, Problem, Text
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.finding import OrganisationFinder
from lianshu.registry.models import Organisation
from lianshu.registry.queries.organisations import current_code
from lianshu.registry.services.entries import Provenance, use_title
from lianshu.registry.wording_facts import said, uses_words

USES: Final = (
    Use.STATISTICS,
    Use.SERVICE,
    Use.STATISTICS | Use.SERVICE,
    Use.SERVICE | Use.DECISION,
    Use.STATISTICS | Use.SERVICE | Use.DECISION,
    Use.STATISTICS | Use.SERVICE | Use.DECISION | Use.PUBLICATION,
)
"""The permissions that senders give."""

OWNER: Final = Column(
    "owner",
    "单位",
    (
        *("单位名称", "企业名称", "企业", "公司名称", "公司", "机构名称", "名称"),
        *("organisation", "organization", "company"),
    ),
    max_length=200,
)
OWNER_CODE: Final = Column(
    "uscc",
    "统一社会信用代码",
    ("信用代码", "社会信用代码", "统一代码", "credit code", "uscc"),
    "identifier",
)
OWNER_COLUMNS: Final = (OWNER, OWNER_CODE)


class LazyColumns(Sequence[Column]):
    """Columns that follow the dictionary, read when a list is, not when the program starts: a
    defective dictionary then stops the import that needs it and nothing else."""

    def __init__(self, make: Callable[[], tuple[Column, ...]]) -> None:
        self._make = make

    @overload
    def __getitem__(self, index: int) -> Column: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Column]: ...
    def __getitem__(self, index: int | slice) -> Column | Sequence[Column]:
        return self._make()[index]

    def __len__(self) -> int:
        return len(self._make())


def _sources(_actor: Actor) -> Sequence[tuple[str, Text]]:
    known = fact_dictionary().sources
    return [("", lazy("请选择")), *((one.id, said(one.title)) for one in known)]


def _uses(_actor: Actor) -> Sequence[tuple[str, Text]]:
    return [("", lazy("请选择")), *((",".join(uses.names), uses_words(uses)) for uses in USES)]


PROVENANCE_OPTIONS: Final = (
    ImportOption(
        "source",
        lazy("数据来自"),
        choices=_sources,
        help=lazy("谁出的数，决定哪个值优先、最多能作什么用。"),
        required=True,
    ),
    ImportOption(
        "uses",
        lazy("允许用于"),
        choices=_uses,
        help=lazy("提供数据的单位允许的用途。只用于统计的，任何人都看不到单家的数。"),
        required=True,
    ),
    ImportOption(
        "consent_on",
        lazy("企业同意的日期"),
        help=lazy("来源要求企业同意的用途才填，例如 2026-03-01。"),
        max_length=10,
    ),
    ImportOption("consent_scope", lazy("企业同意的范围"), help=lazy("例如：享受政策、对接服务。")),
    ImportOption(
        "evidence",
        lazy("依据"),
        help=lazy("哪份文件或报表；不写则记这份清单的来源。"),
    ),
)


def check_provenance_options(options: Mapping[str, str]) -> Mapping[str, str]:
    """Option id → what is wrong with it; what is still empty is asked for by the importer."""
    day = _day(options["consent_on"])
    if day is None and options["consent_on"]:
        return {"consent_on": _("请写成 2026-03-01 这样的日期。")}
    source = fact_dictionary().sources_by_id.get(options["source"])
    if source is None or not options["uses"]:
        return {}
    uses = Use.of(*options["uses"].split(","))
    if beyond := uses & ~source.permitted:
        return {
            "uses": _("“%(source)s”的数据不能用于%(beyond)s，最多用于%(most)s。")
            % {
                "source": said(source.title),
                "beyond": uses_words(beyond),
                "most": uses_words(source.permitted),
            }
        }
    needed = uses & source.consented
    if needed and not (day and options["consent_scope"]):
        return {
            "consent_on" if day is None else "consent_scope": _(
                "“%(source)s”的数据用于%(uses)s要有企业的同意，请填同意日期和范围。"
            )
            % {"source": said(source.title), "uses": "、".join(map(use_title, needed))}
        }
    return {}


def provenance_of(context: ImportContext) -> Provenance:
    """Who says all rows of the run, and for which uses."""
    options = context.options
    return Provenance(
        source=options["source"],
        uses=Use.of(*options["uses"].split(",")),
        consent_on=_day(options["consent_on"]),
        consent_scope=options["consent_scope"],
        evidence_note=options["evidence"] or context.source,
    )


def not_from(source: str, definition: FactDefinition | HoldingDefinition) -> str:
    """The end of a sentence when this source cannot say this; else nothing."""
    if source in definition.sources:
        return ""
    known = fact_dictionary().sources_by_id
    return _("不能来自“%(source)s”；可用的来源：%(known)s。请不导入，或改来源。") % {
        "source": said(known[source].title),
        "known": "、".join(said(known[one].title) for one in definition.sources),
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def owner_missing(titles: Mapping[str, str]) -> list[Problem]:
    """A header that names no column of organisations."""
    if {"owner", "uscc"} & set(titles):
        return []
    return [Problem(_("缺少“单位”或“统一社会信用代码”列。请在表头加上，或指定它对应哪一列。"))]


class OwnerReader:
    """Whose row it is; with `once`, an organisation may stand in one row only."""

    def __init__(self, context: ImportContext, *, once: bool = False) -> None:
        self._finder = OrganisationFinder(context.actor, context.names)
        self._rows: dict[int, int | None] = {}
        self._once = once

    def read(
        self, number: int, values: Mapping[str, Cell]
    ) -> tuple[Organisation | None, list[Problem]]:
        """The organisation, or why there is none."""
        found = self._found(values)
        if isinstance(found, Problem):
            return None, [found]
        if self._once and found.pk in self._rows:
            return None, [Problem(self._twice(found), "owner" if values.get("owner") else "uscc")]
        self._rows[found.pk] = number
        return found, []

    def pass_over(self, values: Mapping[str, Cell]) -> None:
        """A row written before."""
        found = self._found(values)
        if isinstance(found, Organisation):
            self._rows.setdefault(found.pk, None)

    def _found(self, values: Mapping[str, Cell]) -> Organisation | Problem:
        """By the code where there is one; a name beside it must not be another's."""
        code, name = str(values.get("uscc") or ""), str(values.get("owner") or "")
        if not code and not name:
            return Problem(_("没有写单位。请补上单位名称或统一社会信用代码。"))
        by_code = self._finder.find(code) if code else ""
        by_name = self._finder.find(name) if name else ""
        if isinstance(by_code, Organisation):
            if isinstance(by_name, Organisation) and by_name.pk != by_code.pk:
                return Problem(
                    _("是“%(code)s”的代码，而单位写的是“%(name)s”。请核对这一行是哪一家。")
                    % {"code": by_code.name, "name": by_name.name},
                    "uscc",
                )
            return by_code
        if not isinstance(by_name, Organisation):
            if not name:
                return Problem(by_code, "uscc")
            return Problem(by_name, "owner", "" if self._finder.is_code(name) else name)
        if code and (own := current_code(by_name)):
            return Problem(
                _("不是“%(name)s”登记的代码（%(own)s）。请核对代码和名称。")
                % {"name": by_name.name, "own": own},
                "uscc",
            )
        return by_name

    def _twice(self, organisation: Organisation) -> str:
        first = self._rows[organisation.pk]
        if first is None:
            return _("和前面一行是同一家单位“%(name)s”。请删去其中一行。") % {
                "name": organisation.name
            }
        return _("和第 %(row)d 行是同一家单位“%(name)s”。请删去其中一行。") % {
            "row": first,
            "name": organisation.name,
        }
