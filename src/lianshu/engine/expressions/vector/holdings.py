"""Aggregates of holdings: one pass over the table, one row for each organisation.

The items first get a column for each filter, then they are grouped. Whatever is yes or no of a firm
stands as a bit of a word, many to one aggregate; `joined` takes them apart again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from lianshu.engine.expressions.tree import AllOf, Attribute, Node, OfHoldings
from lianshu.engine.expressions.types import TRUTH, DateType
from lianshu.engine.expressions.vector.algebra import Algebra
from lianshu.engine.expressions.vector.lowering import Lowering
from lianshu.engine.expressions.vector.shape import AggregateColumns, Shape, attributes_of
from lianshu.engine.expressions.vector.singles import One
from lianshu.engine.expressions.walking import walk

WORD: Final = 62
"""Bits to a word; an even number, so that two that belong together stand in one."""
_CERTAIN: Final = 1
_POSSIBLE: Final = 2
_VALID: Final = "#valid"


def planned(
    aggregates: Mapping[str, OfHoldings],
    shape: Shape | None = None,
    *,
    names: bool = True,
    only_whether: Collection[str] = (),
) -> dict[str, AggregateColumns]:
    """The names of the columns that each aggregate gets; those that are certain have few. Without
    ``names`` nobody asks which details are missing; of the counts ``only_whether`` nobody asks more
    than whether there is any."""
    found: dict[str, AggregateColumns] = {}
    for index, (key, node) in enumerate(aggregates.items()):
        name = f"held{index}"
        missing = [(node.kind, f"{node.kind}#unknown")]
        missing += [(f"{node.kind}.{one}", f"{name}#{one}") for one in attributes_of(node)]
        high = None if node.how in ("largest", "smallest") else f"{name}#high"
        if not names:
            missing = missing[:1]
        if shape is not None and shape.certain(node):
            missing, high = [], None
        whether = key in only_whether
        high = None if whether else high
        found[key] = AggregateColumns(name, high, f"{name}#none", tuple(missing), whether)
    return found


class HoldingColumns:
    """Makes the columns of some aggregates: of the items, of the organisations, of the firms."""

    def __init__(self, shape: Shape, day: date, nodes: Sequence[OfHoldings]) -> None:
        self.shape = shape
        self.day = day
        self.nodes = nodes
        self.places: dict[str, int] = {}

    # Of the items

    def items(self, algebra: Algebra) -> dict[str, Any]:
        """What the filters ask of an item again and again, worked out once, and its details."""
        unknown: Any = None
        if self.shape.marked:
            unknown = algebra.filled(algebra.column("unknown"), algebra.flag(False))
        valid = Attribute(0, TRUTH, "", "valid")
        found = {_VALID: Lowering(algebra, self.shape, self.day).single(valid).expr}
        for node in self.nodes:
            of_kind = algebra.compare("=", algebra.column("kind"), algebra.text(node.kind))
            found[_item(node)] = of_kind
            if unknown is not None:
                found[_item(node)] = algebra.both([of_kind, algebra.opposite(unknown)])
                found[f"{node.kind}#marked"] = algebra.both([of_kind, unknown])
            for name in self._details(node):
                found[name] = algebra.column(name)
        return found

    def _details(self, node: OfHoldings) -> Iterator[str]:
        """The columns of details that the filter and the grouping read."""
        asked = [] if node.where is None else walk(node.where)
        for one in asked:
            if isinstance(one, Attribute) and one.name != "valid":
                name = self.shape.attribute(one.name)
                in_two = self.shape.attribute_is_ratio(one)
                yield from (f"{name}#numerator", f"{name}#denominator") if in_two else (name,)
        for attribute in self._read(node):
            yield self._column(node, attribute)

    def filters(self, algebra: Algebra) -> dict[str, Any]:
        """For each aggregate whether an item is taken, null where that is open; and what else the
        grouping reads; made of what `items` gave."""
        lowering = _Filters(algebra, replace(self.shape, bounds={}), self.day)
        lowering.filtering = True
        found: dict[str, Any] = {}
        for node in self.nodes:
            here = [algebra.column(_item(node))]
            rest = [] if node.where is None else [node.where]
            if rest and isinstance(rest[0], AllOf):
                rest = list(rest[0].parts)
            if any(_asks_valid(part) for part in rest):
                here.append(algebra.column(_VALID))
                rest = [part for part in rest if not _asks_valid(part)]
            found[self._taken(node)] = taken = algebra.both(here)
            if rest:
                # A branch is worked out for the rows that reach it: a kind costs its own items.
                inside = algebra.both([lowering.truth(part).expr for part in rest])
                found[self._taken(node)] = algebra.case([(taken, inside)], algebra.flag(False))
            if self.shape.marked:
                marked = f"{node.kind}#marked"
                found[marked] = algebra.column(marked)
            for attribute in self._read(node):
                name = self._column(node, attribute)
                found[name] = algebra.column(name)
        return found

    def _taken(self, node: OfHoldings) -> str:
        return f"{self.shape.aggregate(node).value}#taken"

    def _read(self, node: OfHoldings) -> list[str]:
        """The attributes that the grouping reads."""
        own = f"{node.kind}."
        missing = self.shape.aggregate(node).missing
        found = [name.removeprefix(own) for name, _column in missing if name != node.kind]
        return [*found, *([node.attribute] if node.attribute is not None else [])]

    # Of the organisations

    def grouped(self, algebra: Algebra) -> dict[str, Any]:
        """Columns over the items of one organisation, made of what `filters` gave."""
        found: dict[str, Any] = {}
        flags: dict[str, Any] = {}
        asked: dict[str, Any] = {}
        for node in self.nodes:
            columns = self.shape.aggregate(node)
            taken = algebra.column(self._taken(node))
            certain = algebra.filled(taken, algebra.flag(False))
            possible = algebra.filled(taken, algebra.flag(True))
            if columns.only_whether:
                asked[columns.value] = taken
            elif not columns.missing:
                found |= self._certain(node, algebra, taken)
            else:
                made, more = self._values(node, algebra, certain, possible)
                found |= made
                flags |= more
            flags |= self._missing(node, algebra, taken, (certain, possible))
        return found | self._words(algebra, flags, asked)

    def _words(
        self, algebra: Algebra, flags: Mapping[str, Any], asked: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The flags as bits, and two bits for what may be open: certain, possible. `flag` and
        `_whether` find them again."""
        zero = algebra.whole(0)
        words: dict[str, Any] = {}
        place = 0

        def put(name: str, branches: Sequence[tuple[Any, int]]) -> None:
            word, bit = divmod(place, WORD)
            self.places[name] = place
            pairs = [(condition, algebra.whole(bits << bit)) for condition, bits in branches]
            one = algebra.case(pairs, zero)
            key = _word(word)
            words[key] = one if key not in words else algebra.add(words[key], one)

        for name, taken in asked.items():
            put(name, [(taken, _CERTAIN | _POSSIBLE), (algebra.is_null(taken), _POSSIBLE)])
            place += 2
        for name, flag in flags.items():
            put(name, [(flag, 1)])
            place += 1
        return {name: algebra.any_bits(algebra.whole_of(word)) for name, word in words.items()}

    def _missing(
        self, node: OfHoldings, algebra: Algebra, taken: Any, ends: tuple[Any, Any]
    ) -> dict[str, Any]:
        """Flags of what keeps an aggregate open."""
        found: dict[str, Any] = {}
        certain, possible = ends
        for name, column in self.shape.aggregate(node).missing:
            if name == node.kind:
                if self.shape.marked:
                    found[column] = algebra.column(f"{node.kind}#marked")
                continue
            attribute = name.removeprefix(f"{node.kind}.")
            null = algebra.is_null(algebra.column(self._column(node, attribute)))
            where: list[Any] = []
            if attribute in attributes_of(replace(node, attribute=None)):
                where.append(algebra.both([algebra.is_null(taken), null]))
            if attribute == node.attribute:
                where.append(algebra.both([possible if node.how == "sum" else certain, null]))
            found[column] = algebra.either(where)
        return found

    def _certain(self, node: OfHoldings, algebra: Algebra, taken: Any) -> dict[str, Any]:
        """Columns of an aggregate that nothing can leave open."""
        columns = self.shape.aggregate(node)
        if node.how == "count":
            return {columns.value: algebra.counted(taken)}
        assert node.attribute is not None
        value = algebra.column(self._column(node, node.attribute))
        if node.how == "sum":
            total = algebra.total(algebra.case([(taken, value)], algebra.whole(0)))
            return {columns.value: algebra.whole_of(total)}
        kind = "date" if isinstance(node.type, DateType) else "int64"
        pick = algebra.most if node.how == "largest" else algebra.fewest
        return {columns.value: pick(algebra.case([(taken, value)], algebra.nothing(kind)))}

    def _values(
        self, node: OfHoldings, algebra: Algebra, certain: Any, possible: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Columns of an aggregate that may lie between two ends, and flags of it."""
        columns = self.shape.aggregate(node)
        zero = algebra.whole(0)
        if node.how == "count":
            parts = {columns.value: certain, str(columns.high): possible}
            return {name: algebra.counted(taken) for name, taken in parts.items()}, {}
        assert node.attribute is not None
        value = algebra.column(self._column(node, node.attribute))
        known = algebra.is_known(value)
        if node.how == "sum":
            ends = {columns.value: certain, str(columns.high): possible}
            sums = {
                name: algebra.whole_of(
                    algebra.total(algebra.case([(algebra.both([taken, known]), value)], zero))
                )
                for name, taken in ends.items()
            }
            unbounded = algebra.both([possible, algebra.is_null(value)])
            return sums, {f"{columns.value}#unbounded": unbounded}
        pick = algebra.most if node.how == "largest" else algebra.fewest
        null = algebra.nothing("date" if isinstance(node.type, DateType) else "int64")
        best = pick(algebra.case([(certain, value)], null))
        doubt = algebra.both(
            [possible, algebra.either([algebra.opposite(certain), algebra.is_null(value)])]
        )
        flags = {f"{columns.value}#doubt": doubt, f"{columns.value}#any": possible}
        return {columns.value: best}, flags

    def _column(self, node: OfHoldings, attribute: str) -> str:
        name = self.shape.attribute(attribute)
        ratios = {
            one.id
            for one in self.shape.dictionary.holdings_by_id[node.kind].attributes
            if one.type == "ratio"
        }
        return f"{name}#numerator" if attribute in ratios else name

    # Of the firms

    def flag(self, algebra: Algebra, name: str) -> Any:
        """A flag of a firm; one without items has none."""
        if name not in self.places:
            return algebra.flag(False)
        return self._any(algebra, name, 1)

    def _any(self, algebra: Algebra, name: str, bits: int) -> Any:
        """Whether one of some bits is set, counted from the place of a flag."""
        word, bit = divmod(self.places[name], WORD)
        value = algebra.filled(algebra.column(_word(word)), algebra.whole(0))
        return algebra.any_of_bits(value, bits << bit)

    def _whether(self, node: OfHoldings, algebra: Algebra, unknown: Any) -> Any:
        """Whether there is one, null while that is open."""
        name = self.shape.aggregate(node).value
        null = algebra.nothing("boolean")
        branches = [
            (unknown, null),
            (algebra.opposite(self._any(algebra, name, _POSSIBLE)), algebra.flag(False)),
            (self._any(algebra, name, _CERTAIN), algebra.flag(True)),
        ]
        return algebra.case(branches, null)

    def joined(self, algebra: Algebra) -> dict[str, Any]:
        """The columns of every aggregate for every firm, those without holdings included."""
        found: dict[str, Any] = {}
        for node in self.nodes:
            columns = self.shape.aggregate(node)
            if not self.shape.holdings:
                found |= self._nothing_told(node, algebra)
            elif not columns.missing:
                found |= self._joined_certain(node, algebra)
            else:
                found |= self._joined_open(node, algebra)
        return found

    def _nothing_told(self, node: OfHoldings, algebra: Algebra) -> dict[str, Any]:
        """Of whom nobody has told anything."""
        columns = self.shape.aggregate(node)
        kind = "boolean" if columns.only_whether else _kind(node)
        found = {columns.value: algebra.nothing(kind), columns.absent: algebra.flag(False)}
        if columns.high is not None:
            found = {columns.value: algebra.whole(0), columns.high: algebra.nothing("int64")}
        for name, column in columns.missing:
            found[column] = algebra.flag(name == node.kind)
        return found

    def _joined_certain(self, node: OfHoldings, algebra: Algebra) -> dict[str, Any]:
        columns = self.shape.aggregate(node)
        zero = algebra.whole(0)
        if columns.only_whether:
            return {columns.value: self._any(algebra, columns.value, _CERTAIN)}
        value = algebra.column(columns.value)
        if node.how in ("largest", "smallest"):
            return {columns.value: value, columns.absent: algebra.is_null(value)}
        return {columns.value: algebra.filled(value, zero)}

    def _joined_open(self, node: OfHoldings, algebra: Algebra) -> dict[str, Any]:
        columns = self.shape.aggregate(node)
        zero = algebra.whole(0)
        unknown = self.flag(algebra, columns.missing[0][1])
        found = {columns.missing[0][1]: unknown}
        for _name, column in columns.missing[1:]:
            open_ = self.flag(algebra, column)
            found[column] = algebra.both([open_, algebra.opposite(unknown)])
        null = algebra.nothing(_kind(node))
        if columns.only_whether:
            return found | {columns.value: self._whether(node, algebra, unknown)}
        value = algebra.column(columns.value)
        if columns.high is None:
            doubt = self.flag(algebra, f"{columns.value}#doubt")
            some = algebra.either([self.flag(algebra, f"{columns.value}#any"), unknown])
            found[columns.absent] = algebra.opposite(some)
            found[columns.value] = algebra.case([(algebra.either([unknown, doubt]), null)], value)
            return found
        unbounded = unknown
        if node.how == "sum":
            unbounded = algebra.either([unknown, self.flag(algebra, f"{columns.value}#unbounded")])
        found[columns.value] = algebra.case([(unknown, zero)], algebra.filled(value, zero))
        high = algebra.filled(algebra.column(columns.high), zero)
        found[columns.high] = algebra.case([(unbounded, null)], high)
        return found


class _Filters(Lowering):
    """Conditions of `where`, over what `items` gave."""

    def _attribute(self, node: Attribute) -> One:
        if node.name == "valid":
            return One(self.algebra.column(_VALID))
        return super()._attribute(node)


def _asks_valid(node: Node) -> bool:
    return isinstance(node, Attribute) and node.name == "valid"


def _item(node: OfHoldings) -> str:
    return f"{node.kind}#item"


def _kind(node: OfHoldings) -> str:
    return "date" if isinstance(node.type, DateType) else "int64"


def _word(word: int) -> str:
    return f"held#word{word}"
