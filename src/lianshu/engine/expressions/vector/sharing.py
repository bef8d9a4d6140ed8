"""Which parts of trees get columns of their own, so that no expression is written twice.

A band asks for its subject in every row, a comparison of quotients for each side four times.
Whatever is more than a column or two is therefore made once, a stage before it is used, and shared
by every rule that says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lianshu.engine.expressions.tree import (
    AllOf,
    AnyOf,
    Arithmetic,
    Band,
    Compare,
    ConditionValue,
    Exempted,
    Extreme,
    FullYears,
    Growth,
    IfElse,
    Lookup,
    Node,
    Not,
    OfHoldings,
    OneOf,
    Over,
    Rounded,
    ScoreValue,
)
from lianshu.engine.expressions.types import NumberType
from lianshu.engine.expressions.vector.shape import key_of
from lianshu.engine.expressions.walking import parts_of, walk


def shared_parts(tree: Node, prefix: str) -> Iterator[tuple[str, Node]]:
    """(key, node) of every part that gets columns, the inner ones first; not the tree itself."""
    for part in _below(tree):
        yield from shared_parts(part, prefix)
        if _shared(tree, part):
            yield share_key(part, prefix), part


def may_share(node: Node) -> bool:
    """Whether a node is of a kind that can have columns of its own."""
    return isinstance(node, _KINDS)


def share_key(node: Node, prefix: str) -> str:
    """One key for one meaning; what names scores or conditions means so within its policy only."""
    own = any(isinstance(one, ScoreValue | ConditionValue) for one in walk(node))
    return (prefix if own else "") + key_of(node)


def _below(node: Node) -> Iterable[Node]:
    # Filters of holdings are evaluated over another table.
    return () if isinstance(node, OfHoldings) else parts_of(node)


def _shared(above: Node, node: Node) -> bool:
    if isinstance(node.type, NumberType):
        if isinstance(node, Arithmetic):
            return isinstance(above, Band) or any(
                isinstance(part, Arithmetic) for part in (node.left, node.right)
            )
        if isinstance(node, Over):
            return node.count > 1
        if isinstance(node, Growth) and node.how == "compound":
            # Its comparison raises to a power instead of taking a root.
            return False
        kinds = Band | IfElse | Growth | Extreme | Rounded | Lookup | FullYears
        return isinstance(node, kinds)
    if isinstance(above, IfElse | Exempted):
        return isinstance(node, Compare | OneOf | AllOf | AnyOf | Not | IfElse)
    return isinstance(above, AnyOf | Not) and isinstance(node, AllOf | AnyOf | Exempted | IfElse)


_KINDS = (
    Band,
    IfElse,
    Growth,
    Extreme,
    Rounded,
    Lookup,
    FullYears,
    Arithmetic,
    Over,
    Compare,
    OneOf,
    AllOf,
    AnyOf,
    Not,
    Exempted,
)
