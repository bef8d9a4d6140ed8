"""What is doubtful in the edges and makings: told by place, never put right here.

====  =====================================================================
rule  finding (besides G001 to G007 of `reading`)
====  =====================================================================
G010  one edge in several rows (warning; it counts once)
G011  a product that is its own upstream material or sub-class (error; ignored)
G012  products that are each other's upstream material in a circle (warning)
G013  products that are each other's sub-class in a circle (error)
G014  one product both sub-class and upstream material of another (warning)
G015  下游产品 edges, which are not reversed into supplies (info)
G020  names that differ only by width, case, spaces or what cannot be seen (warning)
G021  a control character or an invisible one in a name (warning)
G022  a bracket or quotation mark without its partner in a name (warning)
G030  one firm makes one product in several rows (warning; it counts once)
G031  the same with different shares (warning; the greatest counts)
G032  one code in two spellings (warning; they are one firm)
G033  a negative share (error; it counts as unknown)
G034  a share over 1 (error; it counts as unknown)
G035  firms whose shares add up to more than 1 (info)
G036  several codes with the same products and shares (warning; they stay apart)
G040  products made that no edge names (info)
G041  required products that nobody in the makings makes, nor a sub-class (info)
G042  products named that the list of products does not have (warning)
G043  products of the list that are named nowhere (info)
====  =====================================================================
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import rustworkx

from lianshu.engine.chains.graph import ProductGraph
from lianshu.engine.chains.makers import Makers
from lianshu.engine.chains.model import Edge, Making, Relation
from lianshu.engine.chains.names import code_key, visible
from lianshu.engine.chains.naming_quality import check_names
from lianshu.engine.chains.reading import Read
from lianshu.engine.sheets import Finding, Severity, told
from lianshu.engine.sheets.telling import listed

_NAMED = 8
"""How many products a finding on many names."""


@dataclass(frozen=True)
class Quality:
    """The findings, by rule, file and row, and what the data hold.

    `counts` are rows, products, firms and edges by relation; `unlinked` the products of G040,
    `unmade` those of G041, whole and in order.
    """

    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    unlinked: tuple[str, ...]
    unmade: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether there is no error among the findings."""
        return all(finding.severity != "error" for finding in self.findings)


def check_quality(
    edges: Read[Edge], makings: Read[Making], *, products: Read[str] | None = None
) -> Quality:
    """Everything to tell of the data. `products` is the list of products where there is one."""
    graph = ProductGraph(edges.items, makings.items)
    linked = {name for edge in edges.items for name in (edge.start, edge.end)}
    unlinked = tuple(sorted({making.product for making in makings.items} - linked))
    unmade = _unmade(graph)
    findings = [
        *edges.findings,
        *makings.findings,
        *(products.findings if products else ()),
        *_about_edges(edges, graph),
        *check_names(edges, makings),
        *_about_makings(makings),
        *_about_shares(makings),
        *_about_firms(makings),
        *_about_many(edges, makings, unlinked, unmade),
        *(_about_list(graph, products) if products else ()),
    ]
    findings.sort(key=lambda one: (one.rule, one.file, one.line or 0))
    relations = Counter(edge.relation for edge in edges.items)
    counts = {
        "edge_rows": edges.rows,
        "maker_rows": makings.rows,
        "products": len(graph),
        "firms": len(graph.firms),
        **{str(relation): relations[relation] for relation in Relation},
    }
    return Quality(tuple(findings), counts, unlinked, unmade)


def _about_edges(edges: Read[Edge], graph: ProductGraph) -> Iterator[Finding]:
    first: dict[tuple[str, str, Relation], int] = {}
    for edge in edges.items:
        key = (edge.start, edge.end, edge.relation)
        before = first.setdefault(key, edge.row)
        if before != edge.row:
            message = told(
                "第 %(row)d 行与第 %(first)d 行相同（%(start)s → %(end)s，%(relation)s），"
                "只算一次。",
                row=edge.row,
                first=before,
                start=visible(edge.start),
                end=visible(edge.end),
                relation=str(edge.relation),
            )
            yield Finding(edges.file, edge.row, None, "G010", "warning", message)
        elif edge.start == edge.end:
            message = told(
                "第 %(row)d 行：“%(product)s”写成了自己的%(relation)s，不计。请改正或删去这一行。",
                row=edge.row,
                product=visible(edge.start),
                relation=str(edge.relation),
            )
            yield Finding(edges.file, edge.row, None, "G011", "error", message, edge.start)
    for (start, end, relation), row in first.items():
        other = first.get((start, end, Relation.SUPPLY))
        if relation is Relation.SUBCLASS and other is not None and start != end:
            message = told(
                "“%(end)s”既是“%(start)s”的上游材料（第 %(first)d 行），又是它的产品小类"
                "（第 %(row)d 行），两种都算。请核对。",
                start=visible(start),
                end=visible(end),
                first=other,
                row=row,
            )
            yield Finding(edges.file, row, None, "G014", "warning", message)
    yield from _circles(edges.file, graph.supply_graph, "G012", "warning", Relation.SUPPLY)
    yield from _circles(edges.file, graph.finer_graph, "G013", "error", Relation.SUBCLASS)


def _circles(
    file: str,
    graph: rustworkx.PyDiGraph[str, None],
    rule: str,
    severity: Severity,
    relation: Relation,
) -> Iterator[Finding]:
    """One finding for each strongly connected part: its size and a circle in it."""
    parts = (sorted(part) for part in rustworkx.strongly_connected_components(graph))
    for part in sorted(part for part in parts if len(part) > 1):
        inside = set(part)
        first = part[0]
        back = {first: first}
        layer = [first]
        # Breadth first within the part until an edge leads back: a shortest circle.
        closing = None
        while closing is None:
            following = []
            for one in layer:
                for end in sorted(inside.intersection(graph.successor_indices(one))):
                    if end == first and closing is None:
                        closing = one
                    if end not in back:
                        back[end] = one
                        following.append(end)
            layer = following
        circle = [first, closing]
        while circle[-1] != first:
            circle.append(back[circle[-1]])
        message = told(
            "%(count)d 种产品的%(relation)s首尾相接：%(circle)s。计算不受影响，请核对方向。",
            count=len(part),
            relation=str(relation),
            circle=" → ".join(visible(graph[one]) for one in reversed(circle)),
        )
        yield Finding(file, None, None, rule, severity, message, graph[first])


def _about_makings(makings: Read[Making]) -> Iterator[Finding]:
    first: dict[tuple[str, str], Making] = {}
    for making in makings.items:
        before = first.setdefault((code_key(making.code), making.product), making)
        if before is making:
            continue
        rule = "G030" if making.share == before.share else "G031"
        form = (
            told(
                "第 %(row)d 行与第 %(first)d 行都是 %(code)s 生产“%(product)s”，只算一次。",
                row=making.row,
                first=before.row,
                code=making.code,
                product=visible(making.product),
            )
            if rule == "G030"
            else told(
                "第 %(row)d 行与第 %(first)d 行都是 %(code)s 生产“%(product)s”，占比却不同"
                "（%(one)s、%(other)s），按大的算。",
                row=making.row,
                first=before.row,
                code=making.code,
                product=visible(making.product),
                one=_shown(making.share),
                other=_shown(before.share),
            )
        )
        yield Finding(makings.file, making.row, None, rule, "warning", form)


def _about_shares(makings: Read[Making]) -> Iterator[Finding]:
    for making in makings.items:
        if making.share is None or 0 <= making.share <= 1:
            continue
        if making.share < 0:
            message = told(
                "第 %(row)d 行：%(code)s 的“%(product)s”占比是负数 %(share)s，按未知处理。请核对。",
                row=making.row,
                code=making.code,
                product=visible(making.product),
                share=_shown(making.share),
            )
        else:
            message = told(
                "第 %(row)d 行：%(code)s 的“%(product)s”占比 %(share)s 大于 1，按未知处理。"
                "请核对，百分数要带 %%。",
                row=making.row,
                code=making.code,
                product=visible(making.product),
                share=_shown(making.share),
            )
        rule = "G033" if making.share < 0 else "G034"
        yield Finding(
            makings.file, making.row, "weight", rule, "error", message, _shown(making.share)
        )


def _about_firms(makings: Read[Making]) -> Iterator[Finding]:
    spellings: defaultdict[str, dict[str, int]] = defaultdict(dict)
    makes: defaultdict[str, dict[str, Decimal | None]] = defaultdict(dict)
    for making in makings.items:
        key = code_key(making.code)
        spellings[key].setdefault(making.code, making.row)
        makes[key].setdefault(making.product, making.share)
    for key in sorted(spellings):
        if len(spellings[key]) > 1:
            written = [f"{code}（{row}）" for code, row in spellings[key].items()]
            message = told(
                "同一代码有 %(count)d 种写法（括号里是首次出现的行）：%(codes)s。按一家企业算。",
                count=len(written),
                codes="、".join(written),
            )
            row = min(spellings[key].values())
            yield Finding(makings.file, row, None, "G032", "warning", message, key)
    alike: defaultdict[frozenset[tuple[str, Decimal | None]], list[str]] = defaultdict(list)
    for key in sorted(makes):
        if len(makes[key]) > 1:
            alike[frozenset(makes[key].items())].append(key)
    for codes in sorted(codes for codes in alike.values() if len(codes) > 1):
        message = told(
            "%(codes)s 的产品和占比完全相同，可能是同一家企业；分开计算。请核对。",
            codes=listed(codes, most=_NAMED),
        )
        yield Finding(makings.file, None, None, "G036", "warning", message, codes[0])
    over = [key for key in sorted(makes) if sum(_usable(makes[key].values())) > 1]
    if over:
        message = told(
            "%(count)d 家企业的占比合计大于 1（同一项收入写在几个产品上）：%(codes)s。"
            "按价值计算时每家企业对每种产品只取最大的一项。",
            count=len(over),
            codes=listed(over, most=_NAMED),
        )
        yield Finding(makings.file, None, "weight", "G035", "info", message)


def _about_many(
    edges: Read[Edge], makings: Read[Making], unlinked: tuple[str, ...], unmade: tuple[str, ...]
) -> Iterator[Finding]:
    downstream = sum(edge.relation is Relation.DOWNSTREAM for edge in edges.items)
    if downstream:
        message = told(
            "%(count)d 行是下游产品；它们不倒过来当作上游材料，不进入断点计算。", count=downstream
        )
        yield Finding(edges.file, None, "rel", "G015", "info", message)
    if unlinked:
        message = told(
            "%(count)d 种产品有企业生产，但不在任何关系里，图上到不了：%(names)s。",
            count=len(unlinked),
            names=listed(map(visible, unlinked), most=_NAMED),
        )
        yield Finding(makings.file, None, "product_name", "G040", "info", message)
    if unmade:
        message = told(
            "%(count)d 种上游材料没有任何企业生产（含其产品小类），对谁都是断点：%(names)s。",
            count=len(unmade),
            names=listed(map(visible, unmade), most=_NAMED),
        )
        yield Finding(edges.file, None, "to_product", "G041", "info", message)


def _about_list(graph: ProductGraph, products: Read[str]) -> Iterator[Finding]:
    known = set(products.items)
    absent = [name for name in graph.names if name not in known]
    unused = sorted(name for name in known if name not in graph.number)
    if absent:
        message = told(
            "%(count)d 种产品不在产品名单里：%(names)s。",
            count=len(absent),
            names=listed(map(visible, absent), most=_NAMED),
        )
        yield Finding(products.file, None, None, "G042", "warning", message)
    if unused:
        message = told(
            "名单里有 %(count)d 种产品不在任何关系里，也没有企业生产：%(names)s。",
            count=len(unused),
            names=listed(map(visible, unused), most=_NAMED),
        )
        yield Finding(products.file, None, None, "G043", "info", message)


def _unmade(graph: ProductGraph) -> tuple[str, ...]:
    everyone = Makers(graph)
    return tuple(graph.names[one] for one in sorted(graph.users) if not everyone.of_number(one))


def _usable(shares: Iterable[Decimal | None]) -> Iterator[Decimal]:
    return (share for share in shares if share is not None and 0 <= share <= 1)


def _shown(share: Decimal | None) -> str:
    return "—" if share is None else f"{share.normalize():f}"
