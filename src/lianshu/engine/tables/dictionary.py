"""The dictionary: every fact and holding that can be known of an organisation, from `facts.yaml`.

====  ================================================================
rule  defect
====  ================================================================
F001  a source that the dictionary does not list
F002  a unit that it does not list, or not the unit of the type
F003  a code list that it does not list, none for a code, or one for no code
F004  bounds for what is no number, or the lower above the upper
F005  a source that permits nothing, or needs consent for what it does not permit
F006  one id twice among facts and holdings
F007  one attribute id of two types: a snapshot has one column for it
F008  a group that the dictionary does not list
====  ================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from lianshu.engine.definitions import Definition, DefinitionError, Finding, Loaded, Text, load_file
from lianshu.engine.tables.periods import PeriodKind
from lianshu.engine.tables.uses import Use

FACTS_FILE: Final = "facts.yaml"

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,47}$")]
ValueType = Literal["count", "money", "ratio", "text", "date", "bool", "code"]
UseName = Literal["statistics", "service", "decision", "publication"]

_NUMBERS: Final = ("count", "money", "ratio")
_UNITS: Final = {"money": "fen", "text": "none", "date": "none", "bool": "none", "code": "none"}


class Unit(Definition):
    """What is counted. `fen`, `ratio` and `none` are always there."""

    id: Identifier
    title: Text


class Source(Definition):
    """Who can say something, and for which uses at most."""

    id: Identifier
    title: Text
    permits: tuple[UseName, ...]
    needs_consent: tuple[UseName, ...] = ()

    @cached_property
    def permitted(self) -> Use:
        """What a fact from here may be used for at most."""
        return Use.of(*self.permits)

    @cached_property
    def consented(self) -> Use:
        """The uses for which the firm must have agreed."""
        return Use.of(*self.needs_consent)


class Group(Definition):
    """Facts that people look at together."""

    id: Identifier
    title: Text


class Choice(Definition):
    """One code of a list of our own."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
    title: Text


class ChoiceList(Definition):
    """A small closed list; ids are a public contract."""

    id: Identifier
    title: Text
    choices: Annotated[tuple[Choice, ...], Field(min_length=1)]


class Quantity(Definition):
    """What a value may be. Counts and ratios are not negative unless `min: null` is written.
    `aliases` are other headers that lists of offices give it."""

    id: Identifier
    title: Text
    type: ValueType
    unit: Identifier = "none"
    min: Decimal | None = Decimal(0)
    max: Decimal | None = None
    codes: Identifier | None = None
    public_codes: Identifier | None = None
    aliases: tuple[str, ...] = ()


class FactDefinition(Quantity):
    """A scalar: one value of an organisation for a period. `sources` are in order of trust; facts
    of one `group` stand together on pages."""

    definition: Text
    periods: Annotated[tuple[PeriodKind, ...], Field(min_length=1)]
    group: Identifier | None = None
    sources: Annotated[tuple[Identifier, ...], Field(min_length=1)]

    def rank(self, source: str) -> int:
        """0 for the source trusted most; those not listed come last."""
        return self.sources.index(source) if source in self.sources else len(self.sources)


class Attribute(Quantity):
    """A typed detail of a holding."""

    required: bool = False


class HoldingDefinition(Definition):
    """A dated list item of an organisation. `sources` are in order of trust."""

    id: Identifier
    title: Text
    definition: Text
    number: Literal["required", "optional", "none"] = "optional"
    owners: bool = False
    sources: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    attributes: tuple[Attribute, ...] = ()

    def rank(self, source: str) -> int:
        """0 for the source trusted most; those not listed come last."""
        return self.sources.index(source) if source in self.sources else len(self.sources)


class FactDictionary(Definition):
    """Everything that can be known; look up with `fact` and `holding`."""

    id: str
    title: Text
    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(\.\d+)?$")]
    units: tuple[Unit, ...]
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    code_lists: tuple[ChoiceList, ...] = ()
    groups: tuple[Group, ...] = ()
    facts: Annotated[tuple[FactDefinition, ...], Field(min_length=1)]
    holdings: tuple[HoldingDefinition, ...] = ()

    @cached_property
    def facts_by_id(self) -> Mapping[str, FactDefinition]:
        """In the dictionary's order."""
        return {fact.id: fact for fact in self.facts}

    @cached_property
    def holdings_by_id(self) -> Mapping[str, HoldingDefinition]:
        """In the dictionary's order."""
        return {holding.id: holding for holding in self.holdings}

    @cached_property
    def sources_by_id(self) -> Mapping[str, Source]:
        """Who can say something."""
        return {source.id: source for source in self.sources}

    @cached_property
    def _choices(self) -> Mapping[str, Mapping[str, str]]:
        return {
            one.id: {choice.id: str(choice.title) for choice in one.choices}
            for one in self.code_lists
        }

    def choices(self, quantity: Quantity) -> Mapping[str, str]:
        """Code → Chinese title of the quantity's own list; empty when it has none."""
        return self._choices.get(quantity.codes or "", {})

    def unit_title(self, unit: str) -> str:
        """The unit in Chinese; an unknown one as it is."""
        fixed = {"fen": "分", "ratio": "比值", "none": "无单位"}
        return next((str(one.title) for one in self.units if one.id == unit), fixed.get(unit, unit))


def load_dictionary(path: Path) -> FactDictionary:
    """The dictionary at `path`, read once for each state of the file.

    Raises DefinitionError with every defect.
    """
    try:
        state = path.stat()
    except OSError:
        return _load(path, (0, 0))
    return _load(path, (state.st_mtime_ns, state.st_size))


def check_dictionary(path: Path) -> list[Finding]:
    """Every defect of the file; empty when `load_dictionary` takes it."""
    try:
        load_dictionary(path)
    except DefinitionError as error:
        return list(error.findings)
    return []


@lru_cache(maxsize=4)
def _load(path: Path, _state: tuple[int, int]) -> FactDictionary:
    loaded = load_file(path, FactDictionary)
    findings = list(_defects(loaded))
    if findings:
        raise DefinitionError(findings)
    return loaded.value


def _defects(loaded: Loaded[FactDictionary]) -> Iterator[Finding]:
    found = loaded.value
    yield from _source_defects(loaded)
    seen: set[str] = set()
    parts: dict[str, Sequence[FactDefinition | HoldingDefinition]] = {
        "facts": found.facts,
        "holdings": found.holdings,
    }
    for part, definitions in parts.items():
        for number, one in enumerate(definitions):
            if one.id in seen:
                message = f"编号 {one.id} 已经用过，请改名"
                yield loaded.finding(part, number, "id", rule="F006", message=message)
            seen.add(one.id)
            for place, source in enumerate(one.sources):
                if source not in found.sources_by_id:
                    message = f"没有来源 {source}，可用的是：{'、'.join(found.sources_by_id)}"
                    where = (part, number, "sources", place)
                    yield loaded.finding(*where, rule="F001", message=message)
    groups = {group.id for group in found.groups}
    for number, fact in enumerate(found.facts):
        if fact.group is not None and fact.group not in groups:
            message = f"没有分组 {fact.group}，可用的是：{'、'.join(sorted(groups)) or '（没有）'}"
            yield loaded.finding("facts", number, "group", rule="F008", message=message)
        yield from _quantity_defects(loaded, fact, ("facts", number))
    types: dict[str, str] = {}
    for number, holding in enumerate(found.holdings):
        for place, attribute in enumerate(holding.attributes):
            where = ("holdings", number, "attributes", place)
            yield from _quantity_defects(loaded, attribute, where)
            first = types.setdefault(attribute.id, attribute.type)
            if first != attribute.type:
                message = f"{attribute.id} 在别的事项里是 {first}，请用同一类型或改名"
                yield loaded.finding(*where, "type", rule="F007", message=message)


def _source_defects(loaded: Loaded[FactDictionary]) -> Iterator[Finding]:
    for number, source in enumerate(loaded.value.sources):
        if not source.permits:
            message = f"来源 {source.id} 什么用途都不允许，请写 permits"
            yield loaded.finding("sources", number, "permits", rule="F005", message=message)
        elif source.consented & ~source.permitted:
            message = f"来源 {source.id} 要求同意的用途不在 permits 里，请核对"
            yield loaded.finding("sources", number, "needs_consent", rule="F005", message=message)


def _quantity_defects(
    loaded: Loaded[FactDictionary], quantity: Quantity, where: tuple[str | int, ...]
) -> Iterator[Finding]:
    found = loaded.value
    known = {"fen", "ratio", "none", *(unit.id for unit in found.units)}
    wanted = _UNITS.get(quantity.type)
    counts = quantity.type in ("count", "ratio")
    if (
        quantity.unit not in known
        or (wanted and quantity.unit != wanted)
        or (counts and quantity.unit in ("none", "fen"))
    ):
        words = wanted or "、".join(sorted(known - {"none", "fen"}))
        message = f"{quantity.id} 的单位 {quantity.unit} 不对，应为：{words}"
        yield loaded.finding(*where, rule="F002", message=message)
    lists = [name for name in (quantity.codes, quantity.public_codes) if name]
    if (quantity.type == "code") != (len(lists) == 1):
        message = f"{quantity.id}：代码（type: code）写 codes 或 public_codes 之一，其他类型都不写"
        yield loaded.finding(*where, rule="F003", message=message)
    elif quantity.codes and not found.choices(quantity):
        names = "、".join(one.id for one in found.code_lists)
        message = f"{quantity.id}：没有代码表 {quantity.codes}，可用的是：{names}"
        yield loaded.finding(*where, rule="F003", message=message)
    if quantity.max is not None and quantity.type not in _NUMBERS:
        message = f"{quantity.id} 不是数，不能写 max，请删去"
        yield loaded.finding(*where, rule="F004", message=message)
    elif quantity.min is not None and quantity.max is not None and quantity.min > quantity.max:
        message = f"{quantity.id} 的 min 大于 max，请对调"
        yield loaded.finding(*where, rule="F004", message=message)
