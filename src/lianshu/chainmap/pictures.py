"""Pictures of a chain as plain data: the marks, the layered map, and its rows for the table.

No database and no request: `queries` decides what an actor may see and hands over what the engine
found. A picture and the table beside it are made from one list of rows, so that neither says more
than the other. Words are defined in docs/chains.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lianshu.engine.chains import ProductGraph, status_of

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Mark:
    """A status as the picture shows it: a colour and always a shape too, beside its word."""

    id: str
    label: Text
    meaning: Text
    colour: str
    symbol: str
    tone: str


ROOT: Final = Mark("root", _("终端产品"), _("图从这里开始"), "#0a4a4b", "roundRect", "info")
FEW: Final = Mark(
    "few", _("少于 3 家"), _("本地能供应的不足 3 家，也可能没有"), "#c96a00", "triangle", "wait"
)
MANY: Final = Mark(
    "covered", _("有保障"), _("本地有 3 家或更多能供应"), "#1a6b3c", "circle", "good"
)
MARKS: Final[Mapping[str, Mark]] = {
    mark.id: mark
    for mark in (
        ROOT,
        Mark("gap", _("断点"), _("本地没有企业能供应"), "#a92b22", "diamond", "bad"),
        Mark("single", _("单一来源"), _("本地只有 1 家能供应"), "#c96a00", "triangle", "wait"),
        Mark("thin", _("薄弱"), _("本地只有 2 家能供应"), "#1c5a94", "rect", "info"),
        FEW,
        MANY,
    )
}
ORDER: Final[Mapping[str, int]] = {id: at for at, id in enumerate(MARKS)}
"""The worst first."""


@dataclass(frozen=True, slots=True)
class InputSeen:
    """A required input as a reader is told of it (`disclosure`): the exact number of its local
    makers, or None and then the lower bound that everybody may know, 0 for fewer than three."""

    product: str
    depth: int
    path: tuple[str, ...]
    makers: int | None
    bound: int

    @property
    def mark(self) -> Mark:
        """By the number told; what lies below three is one mark where it is not."""
        if self.makers is not None:
            return MARKS[status_of(self.makers).value]
        return MANY if self.bound else FEW

    @property
    def made(self) -> bool:
        """Whether it has local makers, as far as the reader is told."""
        return bool(self.bound if self.makers is None else self.makers)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product on the map: one dot of the picture and one row of its table."""

    product: str
    depth: int
    mark: Mark
    makers: int | None
    bound: int
    path: tuple[str, ...]
    inputs: int
    users: int

    @property
    def parent(self) -> str | None:
        """The product above it on the map: the last step of its shortest path."""
        return self.path[-2] if len(self.path) > 1 else None


@dataclass(frozen=True, slots=True)
class MapPicture:
    """The map of some roots: rows by depth, then product; supplies as pairs (of, for)."""

    rows: tuple[ProductRow, ...]
    links: tuple[tuple[str, str], ...]

    def count(self) -> dict[str, int]:
        """How many products have each mark that occurs, the worst first."""
        counted = Counter(row.mark.id for row in self.rows)
        return {id: counted[id] for id in sorted(counted, key=lambda id: ORDER[id])}


def links_among(graph: ProductGraph, products: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Every supply between some products of the graph, as pairs (of, for)."""
    shown = set(graph.numbers(products))
    return tuple(
        (graph.names[end], graph.names[start])
        for start in sorted(shown)
        for end in graph.inputs.get(start, ())
        if end in shown
    )


def map_picture(
    roots: Sequence[str], seen: Sequence[InputSeen], links: Sequence[tuple[str, str]]
) -> MapPicture:
    """The roots and their required inputs with the supplies between them. An input whose path
    is cut off by a limit of depth or a filter is left out, and so are its links."""
    inputs = Counter(end for _start, end in links)
    users = Counter(start for start, _end in links)
    rows = [
        ProductRow(root, 0, ROOT, None, 0, (root,), inputs[root], users[root])
        for root in sorted(set(roots))
    ]
    told = {row.product for row in rows}
    for one in sorted(seen, key=lambda each: (each.depth, each.product)):
        if one.product in told or len(one.path) < 2 or one.path[-2] not in told:
            continue
        told.add(one.product)
        numbers = (inputs[one.product], users[one.product])
        rows.append(
            ProductRow(
                one.product, len(one.path) - 1, one.mark, one.makers, one.bound, one.path, *numbers
            )
        )
    return MapPicture(tuple(rows), tuple(pair for pair in links if told.issuperset(pair)))


@dataclass(frozen=True, slots=True)
class Dot:
    """A dot of a layered picture; `parent` is the place of another one in the list."""

    name: str
    level: int
    mark: str
    parent: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Layers:
    """A picture in levels, as the script draws it: a tree of dots, and links across it."""

    dots: tuple[Dot, ...]
    links: tuple[tuple[int, int], ...]
    levels: tuple[str, ...]
    marks: Mapping[str, Mark] = field(default_factory=lambda: MARKS)

    def data(self) -> dict[str, Any]:
        """As JSON: lists rather than objects for what comes by the thousand."""
        used = {dot.mark for dot in self.dots}
        return {
            "dots": [[dot.name, dot.level, dot.mark, dot.parent, dot.note] for dot in self.dots],
            "links": [list(link) for link in self.links],
            "levels": list(self.levels),
            "marks": {
                mark.id: {
                    "label": str(mark.label),
                    "colour": mark.colour,
                    "symbol": mark.symbol,
                    "order": ORDER.get(mark.id, len(ORDER)),
                }
                for mark in self.marks.values()
                if mark.id in used
            },
        }


def layers_of(picture: MapPicture, *, levels: Sequence[str], notes: Mapping[str, str]) -> Layers:
    """The map in levels. `levels` are the words above each; `notes` say more of a product.

    A supply that is a step of a shortest path is a branch of the tree; the others go across.
    """
    at = {row.product: place for place, row in enumerate(picture.rows)}
    dots = tuple(
        Dot(
            row.product,
            row.depth,
            row.mark.id,
            None if row.parent is None else at[row.parent],
            notes.get(row.product, ""),
        )
        for row in picture.rows
    )
    branches = {(row.product, row.parent) for row in picture.rows}
    across = tuple((at[a], at[b]) for a, b in picture.links if (a, b) not in branches)
    return Layers(dots, across, tuple(levels))
