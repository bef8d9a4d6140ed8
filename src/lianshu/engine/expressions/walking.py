"""Going through a tree."""

from __future__ import annotations

from lianshu.engine.expressions.tree import (
    Age,
    AllOf,
    AnyOf,
    Arithmetic,
    Band,
    Compare,
    Exempted,
    Extreme,
    Fixed,
    FullYears,
    Growth,
    IfElse,
    IsAbsent,
    Lookup,
    Negative,
    Node,
    Not,
    OfHoldings,
    OneOf,
    Over,
    Parameter,
    Points,
    Rounded,
    ScoreValue,
    Settled,
    Shifted,
    YearOf,
)


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case Arithmetic() | Compare():
            return (node.left, node.right)
        case Negative() | Not() | Rounded() | IsAbsent() | Settled():
            return (node.inner,)
        case Extreme() | AllOf() | AnyOf():
            return node.parts
        case Band():
            values = [part for _sign, threshold, value in node.rows for part in (threshold, value)]
            return (node.subject, *values, node.otherwise)
        case Points():
            return (node.low,) if node.high is None else (node.low, node.high)
        case IfElse():
            return (node.condition, node.then, node.otherwise)
        case Lookup():
            return (node.key,)
        case FullYears() | YearOf():
            return (node.day,)
        case Shifted():
            return (node.day, node.by)
        case Age():
            return (node.start, node.end)
        case OneOf():
            return (node.left,)
        case Exempted():
            return (node.inner, node.exemption)
        case OfHoldings():
            return () if node.where is None else (node.where,)
        case Over():
            return () if node.since is None else (node.since,)
        case _:
            return ()


def divides(node: Node) -> bool:
    """Whether a number is a quotient by something that differs from firm to firm. Of two such, the
    one between which an open ``if`` would choose cannot be bounded exactly: it is unknown then."""
    if isinstance(node, Growth):
        return True
    if isinstance(node, Over):
        return node.how == "mean" and node.since is not None
    if isinstance(node, Arithmetic) and node.sign == "/":
        if not isinstance(node.right, Fixed | Parameter):
            return True
    elif isinstance(node, Band | ScoreValue):
        return False
    elif isinstance(node, IfElse):
        return divides(node.then) or divides(node.otherwise)
    return any(divides(part) for part in parts_of(node))


def walk(node: Node) -> list[Node]:
    """The node and everything below it, in reading order."""
    found = [node]
    for part in parts_of(node):
        found += walk(part)
    return found
