"""Bytes to a tree: safe YAML with limits, exact numbers and the place of every key and value."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import yaml

from lianshu.engine.definitions.findings import DefinitionError, Finding, Mark, finding_at
from lianshu.engine.definitions.nodes import (
    Entry,
    ListNode,
    MapNode,
    Node,
    ScalarNode,
    ScalarValue,
    expanded,
    text_of,
)
from lianshu.engine.definitions.syntax import syntax_finding

TAGS = ("!remove", "!replace")
# What YAML forbids, and the three line ends that editors do not count as lines.
_UNREADABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff\ufffe\uffff]"
)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_WORDS: dict[str, ScalarValue] = {"": None, "~": None, "null": None, "true": True, "false": False}
_MAX_DIGITS = 40
# Nobody corrects more at once, and a hostile file must not make a report of megabytes.
_MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a definition file may be; far above any honest file, far below a bomb."""

    bytes: int = 1024 * 1024
    depth: int = 32
    nodes: int = 100_000
    aliases: int = 100


class _StopReadingError(Exception):
    """Nothing after this place can be read."""


def read_document(path: Path, limits: Limits | None = None) -> MapNode:
    """The tree of the YAML file at ``path``.

    Raises DefinitionError with every defect that can be told without a model.
    """
    name = str(path)
    limits = limits or Limits()
    return parse_document(_read_text(path, name, limits), name, limits)


def parse_document(text: str, name: str, limits: Limits | None = None) -> MapNode:
    """The tree of YAML ``text``; ``name`` stands for the file in findings."""
    builder = _Builder(name, text, limits or Limits())
    root = builder.build()
    if builder.findings or root is None:
        raise DefinitionError(builder.findings)
    return root


def _read_text(path: Path, name: str, limits: Limits) -> str:
    def refuse(
        rule: str, message: str, line: int | None = None, column: int | None = None
    ) -> NoReturn:
        raise DefinitionError([Finding(name, line, column, rule, "error", message)])

    try:
        if not path.is_file():
            refuse("D001", "没有这个文件，请核对路径" if not path.exists() else "这不是普通文件")
        with path.open("rb") as stream:
            data = stream.read(limits.bytes + 1)
    except OSError as error:
        refuse("D001", f"文件读不出来（{error.strerror}），请检查读取权限")
    if len(data) > limits.bytes:
        refuse("D002", f"文件超过 {limits.bytes // 1024} KB 上限，请拆成几个文件")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="ignore")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        refuse("D003", "文件不是 UTF-8 编码，请另存为 UTF-8 后再试", line, column)


class _Builder:
    """Builds the tree from parser events; defects are collected, only fatal ones stop."""

    def __init__(self, name: str, text: str, limits: Limits) -> None:
        self.name = name
        self.text = text
        self.limits = limits
        self.findings: list[Finding] = []
        self.loader = yaml.CSafeLoader(text)
        self.anchors: dict[str, Node | None] = {}
        self.nodes = 0
        self.aliases = 0

    def build(self) -> MapNode | None:
        try:
            return self._document() if self._readable() else None
        except _StopReadingError:
            return None
        except yaml.MarkedYAMLError as error:
            self.findings.append(syntax_finding(self.name, self.text, error))
            return None
        finally:
            self.loader.dispose()

    def _readable(self) -> bool:
        for found in _UNREADABLE.finditer(self.text):
            line = self.text.count("\n", 0, found.start()) + 1
            column = found.start() - self.text.rfind("\n", 0, found.start())
            code = f"U+{ord(found.group()):04X}"
            mark = Mark(self.name, line, column)
            self._add("D004", mark, f"这里有看不见的控制字符 {code}，请删去")
            return False
        return True

    def _document(self) -> MapNode | None:
        self._take()  # stream start
        if self.loader.check_event(yaml.StreamEndEvent):
            self._add("D008", Mark(self.name, 1, 1), "文件是空的，请写入定义")
            return None
        self._take()  # document start
        root = self._node(1)
        self._take()  # document end
        following = self._take()
        if not isinstance(following, yaml.StreamEndEvent):
            message = "一个文件只能有一个定义，请把“---”以下的内容移到另一个文件"
            self._add("D007", self._mark(following), message)
        if not isinstance(root, MapNode):
            self._add("D008", root.mark, "文件最外层应是“键: 值”，例如 id: s1")
            return None
        return root

    def _add(self, rule: str, mark: Mark, message: str) -> None:
        self.findings.append(finding_at(mark, rule=rule, message=message))
        if len(self.findings) == _MOST_FINDINGS:
            raise _StopReadingError

    def _take(self) -> yaml.Event:
        event = self.loader.get_event()
        if event is None:
            raise _StopReadingError
        return event

    def _peek(self) -> yaml.Event:
        event = self.loader.peek_event()
        if event is None:
            raise _StopReadingError
        return event

    def _mark(self, event: yaml.Event) -> Mark:
        start = event.start_mark
        return Mark(self.name, *((start.line + 1, start.column + 1) if start else (1, 1)))

    def _count(self, mark: Mark, nodes: int, depth: int) -> None:
        self.nodes += nodes
        if depth > self.limits.depth:
            self._add("D009", mark, f"嵌套超过 {self.limits.depth} 层，请减少层次")
            raise _StopReadingError
        if self.nodes > self.limits.nodes:
            self._add("D010", mark, f"内容超过 {self.limits.nodes} 项，请拆成几个文件")
            raise _StopReadingError

    def _node(self, depth: int) -> Node:
        event = self._take()
        mark = self._mark(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), mark, depth)
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            raise _StopReadingError
        self._count(mark, 1, depth)
        tag = self._tag(event.tag, mark)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style
            node = ScalarNode(mark, self._scalar(event.value, mark, plain=plain), tag)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._list(mark, tag, depth)
        else:
            node = self._map(mark, tag, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _alias(self, name: str, mark: Mark, depth: int) -> Node:
        self.aliases += 1
        if self.aliases > self.limits.aliases:
            self._add("D011", mark, f"别名（*）超过 {self.limits.aliases} 个，请直接写出内容")
            raise _StopReadingError
        target = self.anchors.get(name)
        if target is None:
            reason = "引用了自己" if name in self.anchors else "没有定义"
            message = f"别名 *{name} {reason}，请在它之前用 &{name} 标出要引用的内容"
            self._add("D011", mark, message)
            return ScalarNode(mark, None)
        size, height = expanded(target)
        self._count(mark, size, depth + height - 1)
        return target

    def _tag(self, tag: str | None, mark: Mark) -> str | None:
        if tag is None or tag == "!":
            return None
        if tag not in TAGS:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            message = f"不能用标签 {shown}：只有 !remove 和 !replace 两种，文字请用引号"
            self._add("D014", mark, message)
            return None
        return tag

    def _scalar(self, text: str, mark: Mark, *, plain: bool) -> ScalarValue:
        if plain:
            if text in _WORDS:
                return _WORDS[text]
            integer = _INTEGER.fullmatch(text)
            if integer or _DECIMAL.fullmatch(text):
                if len(text) > _MAX_DIGITS:
                    message = f"数字超过 {_MAX_DIGITS} 位；如果是编号，请加引号"
                    self._add("D015", mark, message)
                    return None
                return int(text) if integer else Decimal(text)
        return unicodedata.normalize("NFC", text)

    def _list(self, mark: Mark, tag: str | None, depth: int) -> ListNode:
        items: list[Node] = []
        while not self.loader.check_event(yaml.SequenceEndEvent):
            items.append(self._node(depth + 1))
        self._take()
        self._repeated_ids(items)
        return ListNode(mark, tuple(items), tag)

    def _repeated_ids(self, items: list[Node]) -> None:
        first: dict[str, Mark] = {}
        for item in items:
            name = text_of(item, "id")
            if name is None or not isinstance(item, MapNode):
                continue
            mark = item.entries["id"].node.mark
            if name in first:
                message = f"编号 {name} 重复：第 {first[name].line} 行已经用过，请改名或合并"
                self._add("D016", mark, message)
            first.setdefault(name, mark)

    def _map(self, mark: Mark, tag: str | None, depth: int) -> MapNode:
        entries: dict[str, Entry] = {}
        while not self.loader.check_event(yaml.MappingEndEvent):
            key = self._key(depth)
            place = self._mark(self._peek()) if key is None else key[1]
            node = self._node(depth + 1)
            if key is None:
                continue
            if key[0] in entries:
                line = entries[key[0]].key.line
                message = f"键 {key[0]} 重复：第 {line} 行已经写过，请留下一个"
                self._add("D012", place, message)
                continue
            entries[key[0]] = Entry(place, node)
        self._take()
        return MapNode(mark, entries, tag)

    def _key(self, depth: int) -> tuple[str, Mark] | None:
        mark = self._mark(self._peek())
        event = self._peek()
        if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None:
            self._node(depth + 1)
            self._add("D013", mark, "键只能是一个词，不能是列表、映射、锚点或别名")
            return None
        self._take()
        self._count(mark, 1, 1)
        text = unicodedata.normalize("NFC", event.value)
        if not text.strip():
            self._add("D013", mark, "冒号前面没有键名，请补上")
            return None
        if text == "<<" and not event.style:
            self._add("D013", mark, "不支持 << 合并，请用 extends 引用基础定义")
            return None
        return text, mark
