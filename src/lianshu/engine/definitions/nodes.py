"""A definition file as a tree whose every key and value knows its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from lianshu.engine.definitions.findings import Mark

ScalarValue: TypeAlias = str | int | Decimal | bool | None
Plain: TypeAlias = "ScalarValue | list[Plain] | dict[str, Plain]"


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A single value. ``tag`` is ``!remove``, ``!replace`` or None."""

    mark: Mark
    value: ScalarValue
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class ListNode:
    mark: Mark
    items: tuple[Node, ...]
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A key's place and its value."""

    key: Mark
    node: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    mark: Mark
    entries: dict[str, Entry]
    tag: str | None = None


Node: TypeAlias = ScalarNode | ListNode | MapNode


def to_plain(node: Node) -> Plain:
    """The tree without its places: dict, list, str, int, Decimal, bool, None; never a float."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, ListNode):
        return [to_plain(item) for item in node.items]
    return {key: to_plain(entry.node) for key, entry in node.entries.items()}


def text_of(node: Node, key: str) -> str | None:
    """The text under ``key`` of a mapping, None when there is none or it is no text."""
    if not isinstance(node, MapNode) or key not in node.entries:
        return None
    found = node.entries[key].node
    return found.value if isinstance(found, ScalarNode) and isinstance(found.value, str) else None


def place_of(node: Node, path: Sequence[str | int], *, key: bool = False) -> Mark:
    """The place of the value at ``path``, or of its key.

    Parts that are not in the tree are passed over: pydantic puts the names of union branches
    among them, and a missing key has no place but that of the mapping which lacks it.
    """
    mark = node.mark
    for part in path:
        if isinstance(node, MapNode) and str(part) in node.entries:
            entry = node.entries[str(part)]
            node = entry.node
            mark = entry.key if key else node.mark
        elif isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            mark = node.mark
    return mark


def expanded(node: Node) -> tuple[int, int]:
    """(number of nodes, depth) of a tree, an alias counted as often as it is used."""
    children: list[Node]
    if isinstance(node, MapNode):
        children = [entry.node for entry in node.entries.values()]
    elif isinstance(node, ListNode):
        children = list(node.items)
    else:
        return 1, 1
    size, depth = 1, 0
    for child in children:
        child_size, child_depth = expanded(child)
        size += child_size
        depth = max(depth, child_depth)
    return size, depth + 1
