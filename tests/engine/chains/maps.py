"""Small maps for tests, written as words."""

from __future__ import annotations

from decimal import Decimal

from lianshu.engine.chains import Edge, Makers, Making, ProductGraph, Relation

WORDS = {"<": Relation.SUPPLY, "^": Relation.SUBCLASS, ">": Relation.DOWNSTREAM}


def edges_of(text: str) -> list[Edge]:
    """`车<电池` the battery is an upstream material of the car; `电池^锂电池` a sub-class of it."""
    made = []
    for row, word in enumerate(text.split(), 2):
        sign = next(sign for sign in WORDS if sign in word)
        start, end = word.split(sign)
        made.append(Edge(start, end, WORDS[sign], row))
    return made


def makings_of(text: str) -> list[Making]:
    """`A:电池` the firm A makes the battery; `A:电池:0.5` that is half of its revenue."""
    made = []
    for row, word in enumerate(text.split(), 2):
        code, product, *share = word.split(":")
        made.append(Making(code, product, Decimal(share[0]) if share else None, row))
    return made


def graph_of(edges: str, makings: str = "") -> ProductGraph:
    """The graph of both."""
    return ProductGraph(edges_of(edges), makings_of(makings))


CAR = graph_of(
    "车<电池 车<电机 车<座椅 电池<正极 电池<隔膜 电机<磁钢 电机<铜线 正极<锂盐 磁钢<稀土 "
    "电池^锂电池 电池^钠电池 锂电池^刀片电池 座椅<皮革 座椅<面料 面料<涤纶 涤纶<对二甲苯 "
    "塑料<对二甲苯 炼油>塑料",
    "A:刀片电池:0.6 B:锂电池:0.5 C:电机:0.9 C:磁钢:0.1 D:磁钢:1 E:铜线 F:涤纶:0.4 G:对二甲苯:0.7 "
    "H:车:0.9 I:正极:0.3 X:隔膜:0.8",
)
LOCAL = Makers(CAR, among="ABCDEFGHI")
EXACT = Makers(CAR, among=LOCAL.firms, subclasses=False)
