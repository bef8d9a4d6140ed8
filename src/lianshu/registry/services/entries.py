"""What a caller hands over to be recorded, and whether it can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Matter, Verdict
from lianshu.engine.tables import (
    Absent,
    FactDefinition,
    FactDictionary,
    HoldingDefinition,
    Period,
    Use,
    Value,
    ValueProblem,
    checked_attributes,
    checked_value,
    plain_value,
)
from lianshu.files.models import StoredFile
from lianshu.records.errors import DomainError
from lianshu.registry.dictionary import OWN_SOURCE, code_known
from lianshu.registry.models import Organisation
from lianshu.registry.rules import can_record_about


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a statement comes from and what it may be used for.

    `consent_on` and `consent_scope`: when and to what the firm agreed, where the source needs it.
    """

    source: str
    uses: Use
    consent_on: date | None = None
    consent_scope: str = ""
    evidence: StoredFile | None = None
    evidence_note: str = ""


@dataclass(frozen=True, slots=True)
class FactEntry:
    """A fact to be recorded; `unit` is the one the sender used, money in fen."""

    organisation: Organisation
    fact: str
    period: Period
    value: Value | Absent
    unit: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class HoldingEntry:
    """A holding to be recorded, valid from `valid_from` until `valid_to` (excluded)."""

    organisation: Organisation
    kind: str
    provenance: Provenance
    number: str = ""
    name: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    owner_order: int | None = None
    attributes: Mapping[str, Value | None] = field(default_factory=dict)


_YES = Verdict.yes()


class RecordingRights:
    """`can_record_about`, asked once for each region and chain: lists name many organisations."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._allowed: set[tuple[int, int | None, bool]] = set()
        self._known: set[tuple[int, str]] = set()

    def record_about(self, organisation: Organisation, *, source: str) -> Verdict:
        """Whether the actor may record about this organisation under the name of this source."""
        if (organisation.pk, source) in self._known:
            return _YES
        own = source == OWN_SOURCE and organisation.pk in self._actor.acting_in(Matter.RECORDS)
        key = (organisation.region_id, organisation.chain_id, own)
        verdict = _YES
        if key not in self._allowed:
            verdict = can_record_about(self._actor, organisation, source=source)
        if verdict.allowed:
            self._allowed.add(key)
            self._known.add((organisation.pk, source))
        return verdict


def check_fact(
    entry: FactEntry, dictionary: FactDictionary, *, today: date, provenance_checked: bool = False
) -> FactDefinition:
    """The entry's definition. Raises DomainError when the entry cannot be recorded.

    `provenance_checked`: the same provenance has passed for this fact just before.
    """
    definition = dictionary.facts_by_id.get(entry.fact)
    if definition is None:
        raise DomainError(
            _("事实字典里没有“%(id)s”，请核对编号。") % {"id": entry.fact}, field="fact"
        )
    if entry.period.kind not in definition.periods:
        raise DomainError(
            _("“%(fact)s”按%(wanted)s记录，不按%(given)s，请换一个期间。")
            % {
                "fact": definition.title,
                "wanted": "、".join(kind.zh for kind in definition.periods),
                "given": entry.period.kind.zh,
            },
            field="period",
        )
    if entry.period.start > today:
        raise DomainError(
            _("期间 %(period)s 还没有开始，请核对。") % {"period": entry.period.label},
            field="period",
        )
    if not provenance_checked:
        check_provenance(entry.provenance, definition, dictionary, today=today)
    try:
        checked_value(
            definition,
            entry.value,
            unit=entry.unit,
            dictionary=dictionary,
            code_known=code_known,
        )
    except ValueProblem as problem:
        raise DomainError(f"{problem}。", field="value") from problem
    return definition


def check_holding(
    entry: HoldingEntry, dictionary: FactDictionary, *, today: date
) -> tuple[HoldingDefinition, dict[str, object]]:
    """The definition and the attributes as stored. Raises DomainError."""
    definition = dictionary.holdings_by_id.get(entry.kind)
    if definition is None:
        raise DomainError(
            _("事实字典里没有“%(id)s”，请核对编号。") % {"id": entry.kind}, field="kind"
        )
    check_provenance(entry.provenance, definition, dictionary, today=today)
    if definition.number == "required" and not entry.number.strip():
        raise DomainError(
            _("“%(kind)s”要有编号，请补上。") % {"kind": definition.title}, field="number"
        )
    if definition.number == "none" and entry.number.strip():
        raise DomainError(
            _("“%(kind)s”没有编号，请删去“%(number)s”。")
            % {"kind": definition.title, "number": entry.number},
            field="number",
        )
    if entry.valid_from and entry.valid_to and entry.valid_from >= entry.valid_to:
        raise DomainError(
            _("有效期起日 %(start)s 不早于止日 %(end)s（不含），请核对。")
            % {"start": entry.valid_from, "end": entry.valid_to},
            field="valid_to",
        )
    if entry.owner_order is not None and (not definition.owners or entry.owner_order < 1):
        raise DomainError(
            _("“%(kind)s”的权利人次序 %(order)s 不对：从 1 起，且只有多人共有的事项才有。")
            % {"kind": definition.title, "order": entry.owner_order},
            field="owner_order",
        )
    try:
        given = checked_attributes(
            definition, entry.attributes, dictionary=dictionary, code_known=code_known
        )
    except ValueProblem as problem:
        raise DomainError(f"{problem}。", field="attributes") from problem
    return definition, {name: plain_value(value) for name, value in given.items()}


def check_provenance(
    given: Provenance,
    definition: FactDefinition | HoldingDefinition,
    dictionary: FactDictionary,
    *,
    today: date,
) -> None:
    """Raise DomainError when this source cannot say this, or not for these uses."""
    if given.source not in definition.sources:
        known = dictionary.sources_by_id
        raise DomainError(
            _("“%(what)s”不能来自“%(source)s”；可用的来源：%(known)s。")
            % {
                "what": definition.title,
                "source": known[given.source].title if given.source in known else given.source,
                "known": "、".join(str(known[one].title) for one in definition.sources),
            },
            field="source",
        )
    source = dictionary.sources_by_id[given.source]
    if not given.uses:
        raise DomainError(_("请写明允许的用途：统计、服务、决定或公开，至少一种。"), field="uses")
    if given.uses & ~source.permitted:
        raise DomainError(
            _("来源“%(source)s”不允许这种用途；最多允许：%(most)s。")
            % {"source": source.title, "most": "、".join(map(use_title, source.permitted))},
            field="uses",
        )
    needed = given.uses & source.consented
    if needed and (given.consent_on is None or not given.consent_scope.strip()):
        raise DomainError(
            _("来源“%(source)s”的数据用于%(uses)s要有企业的同意，请填同意日期和范围。")
            % {"source": source.title, "uses": "、".join(map(use_title, needed))},
            field="consent_on",
        )
    if given.consent_on is not None and given.consent_on > today:
        raise DomainError(
            _("同意日期 %(day)s 还没有到，请核对。") % {"day": given.consent_on}, field="consent_on"
        )


def unknown_id(given: str) -> str:
    """The sentence about an id that is not in the dictionary."""
    return _("事实字典里没有“%(id)s”，请核对编号。") % {"id": given}


def use_title(use: Use) -> str:
    """One use in words."""
    return {
        Use.STATISTICS: _("统计"),
        Use.SERVICE: _("服务"),
        Use.DECISION: _("决定"),
        Use.PUBLICATION: _("公开"),
    }[use]
