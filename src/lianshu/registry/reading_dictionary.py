"""The dictionary as people look it up: every fact and kind of holding in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from lianshu.engine.sheets import Format, OutCell, write_table
from lianshu.engine.tables import (
    Attribute,
    FactDefinition,
    FactDictionary,
    HoldingDefinition,
    Quantity,
)
from lianshu.records.text import normalise
from lianshu.registry.dictionary import fact_dictionary, public_codes
from lianshu.registry.wording_facts import TYPES, said, unit_title, uses_words


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Who can say it, and for which uses at most."""

    title: str
    uses: str
    consent: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact or a kind of holding."""

    id: str
    title: str
    group: str
    definition: str
    type: str
    unit: str
    periods: str
    codes: str
    aliases: str
    sources: tuple[SourceLine, ...]
    attributes: tuple[tuple[str, str, str], ...] = ()

    def holds(self, words: str) -> bool:
        """Whether every word occurs in it."""
        texts = (self.id, self.title, self.definition, self.aliases, self.group)
        details = (f"{id} {title}" for id, title, _type in self.attributes)
        text = normalise(" ".join((*texts, *details)))
        return all(word in text for word in normalise(words).split())


def fact_entries(words: str = "") -> list[Entry]:
    """The facts in the dictionary's order, those that hold the words."""
    dictionary = fact_dictionary()
    groups = {group.id: said(group.title) for group in dictionary.groups}
    return [
        entry
        for fact in dictionary.facts
        if (entry := _fact(fact, groups.get(fact.group or "", ""), dictionary)).holds(words)
    ]


def holding_entries(words: str = "") -> list[Entry]:
    """The kinds of holdings in the dictionary's order, those that hold the words."""
    dictionary = fact_dictionary()
    return [
        entry
        for holding in dictionary.holdings
        if (entry := _holding(holding, dictionary)).holds(words)
    ]


def _fact(fact: FactDefinition, group: str, dictionary: FactDictionary) -> Entry:
    return Entry(
        id=fact.id,
        title=said(fact.title),
        group=group,
        definition=said(fact.definition),
        type=str(TYPES[fact.type]),
        unit=unit_title(fact, dictionary),
        periods="、".join(kind.zh for kind in fact.periods),
        codes=_codes(fact, dictionary),
        aliases="、".join(fact.aliases),
        sources=_sources(fact.sources, dictionary),
    )


def _holding(holding: HoldingDefinition, dictionary: FactDictionary) -> Entry:
    return Entry(
        id=holding.id,
        title=said(holding.title),
        group="",
        definition=said(holding.definition),
        type=_number(holding),
        unit="",
        periods=_("起止日期"),
        codes="",
        aliases="",
        sources=_sources(holding.sources, dictionary),
        attributes=tuple(
            (f"{holding.id}.{each.id}", said(each.title), _attribute_type(each, dictionary))
            for each in holding.attributes
        ),
    )


def _number(holding: HoldingDefinition) -> str:
    return {
        "required": _("必有编号"),
        "optional": _("可有编号"),
        "none": _("没有编号"),
    }[holding.number]


def _attribute_type(attribute: Attribute, dictionary: FactDictionary) -> str:
    parts = [str(TYPES[attribute.type])]
    if attribute.required:
        parts.append(_("必填"))
    if codes := _codes(attribute, dictionary):
        parts.append(codes)
    return " · ".join(parts)


def _codes(quantity: Quantity, dictionary: FactDictionary) -> str:
    if quantity.public_codes is not None:
        found = public_codes(quantity.public_codes)
        return "" if found is None else f"{found.spec.title}（{found.spec.standard}）"
    return "、".join(dictionary.choices(quantity).values())


def _sources(ids: tuple[str, ...], dictionary: FactDictionary) -> tuple[SourceLine, ...]:
    known = dictionary.sources_by_id
    return tuple(
        SourceLine(
            said(known[one].title),
            uses_words(known[one].permitted),
            uses_words(known[one].consented) if known[one].consented else "",
        )
        for one in ids
    )


def write_dictionary(target: BinaryIO, words: str, format: Format) -> int:
    """The facts and kinds of holdings that hold the words, with each attribute in a row."""
    header = [
        *(_("种类"), _("编号"), _("名称"), _("分组"), _("类型"), _("单位"), _("期间")),
        *(_("含义"), _("可用代码"), _("别的写法"), _("来源（可信的在前）"), _("最多用于")),
    ]

    def rows() -> Iterator[list[OutCell]]:
        for kind, entries in (
            (_("数据"), fact_entries(words)),
            (_("资质"), holding_entries(words)),
        ):
            for entry in entries:
                yield [
                    *(kind, entry.id, entry.title, entry.group or None, entry.type),
                    *(entry.unit or None, entry.periods, entry.definition, entry.codes or None),
                    *(entry.aliases or None, "、".join(one.title for one in entry.sources)),
                    "；".join(f"{one.title}：{one.uses}" for one in entry.sources),
                ]
                for id, title, type in entry.attributes:
                    yield [_("明细"), id, title, entry.title, type, *(None,) * 7]

    return write_table(target, header, rows(), format=format)
