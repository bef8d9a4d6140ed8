"""What is doubtful in the names of products: rules G020 to G022 of `quality`."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from lianshu.engine.chains.model import Edge, Making
from lianshu.engine.chains.names import look, visible
from lianshu.engine.chains.reading import Read
from lianshu.engine.sheets import Finding, told

_PAIRS = ("()", "（）", "[]", "【】", "《》", "“”", "‘’")

Place = tuple[str, int]


def check_names(edges: Read[Edge], makings: Read[Making]) -> Iterator[Finding]:
    """One finding for each set of names of one look, and for each name that looks broken."""
    places = _first_places(edges, makings)
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name in places:
        alike[look(name)].append(name)
    for names in alike.values():
        if len(names) > 1:
            file, row = min((places[name] for name in names), key=lambda place: place[1])
            message = told(
                "这些名称只差全半角、大小写、空白或看不见的字符：%(names)s。按不同产品算，"
                "没有合并；是同一种产品的请统一写法。",
                names="、".join(f"“{visible(name)}”" for name in sorted(names)),
            )
            yield Finding(file, row, None, "G020", "warning", message, names[0])
    for name, (file, row) in places.items():
        if any(unicodedata.category(one) in ("Cc", "Cf") for one in name):
            message = told(
                "第 %(row)d 行的名称“%(name)s”里有换行或看不见的字符，会使它与别处对不上。",
                row=row,
                name=visible(name),
            )
            yield Finding(file, row, None, "G021", "warning", message, name)
        if _unpaired(name):
            message = told(
                "第 %(row)d 行的名称“%(name)s”里括号或引号不成对，可能被截断。",
                row=row,
                name=visible(name),
            )
            yield Finding(file, row, None, "G022", "warning", message, name)


def _first_places(edges: Read[Edge], makings: Read[Making]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for edge in edges.items:
        places.setdefault(edge.start, (edges.file, edge.row))
        places.setdefault(edge.end, (edges.file, edge.row))
    for making in makings.items:
        places.setdefault(making.product, (makings.file, making.row))
    return places


def _unpaired(name: str) -> bool:
    # Brackets of both widths close each other in hand-written names.
    text = name.replace("（", "(").replace("）", ")")
    odd = text.count('"') % 2 == 1
    return odd or any(text.count(pair[0]) != text.count(pair[1]) for pair in _PAIRS)
