"""One definition built on another: find the base, merge, keep every part's own place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lianshu.engine.definitions.findings import DefinitionError, Finding, finding_at
from lianshu.engine.definitions.nodes import Entry, ListNode, MapNode, Node, ScalarNode, text_of
from lianshu.engine.definitions.reader import Limits, read_document


class Library:
    """The folders in which a definition may look for its base; each file is read once.

    A base named by a path must lie in one of them, so that a definition cannot read other files.
    """

    def __init__(self, folders: Iterable[Path], limits: Limits | None = None) -> None:
        self.folders = tuple(dict.fromkeys(folders))
        self.limits = limits or Limits()
        self._documents: dict[Path, MapNode] = {}
        self._by_id: dict[str, list[Path]] | None = None
        self._broken: list[Finding] = []

    def document(self, path: Path) -> MapNode:
        """The file as written. Raises DefinitionError."""
        real = path.resolve()
        if real not in self._documents:
            self._documents[real] = read_document(path, self.limits)
        return self._documents[real]

    def resolve(self, path: Path) -> tuple[MapNode, tuple[Path, ...]]:
        """The definition with its bases merged in, and the files it was made of, own file first.

        Raises DefinitionError.
        """
        return self._resolve(path, ())

    def _resolve(self, path: Path, below: tuple[Path, ...]) -> tuple[MapNode, tuple[Path, ...]]:
        document = self.document(path)
        if "extends" not in document.entries:
            _refuse_stray_tags(document)
            return document, (path,)
        wanted = document.entries["extends"].node
        here = (*below, path)
        if not isinstance(wanted, ScalarNode) or not isinstance(wanted.value, str):
            message = "extends 后面请写一个基础定义的编号或相对路径，例如 extends: s1"
            raise DefinitionError([finding_at(wanted.mark, rule="D020", message=message)])
        base_path = self._find(wanted, wanted.value, path)
        if base_path.resolve() in [visited.resolve() for visited in here]:
            route = " → ".join(visited.name for visited in (*here, base_path))
            message = f"extends 绕成了圈：{route}，请去掉其中一处"
            raise DefinitionError([finding_at(wanted.mark, rule="D023", message=message)])
        base, sources = self._resolve(base_path, here)
        rest = {key: entry for key, entry in document.entries.items() if key != "extends"}
        # Being a mere base is said of one file; what is built on it is whole.
        base = MapNode(base.mark, {k: e for k, e in base.entries.items() if k != "abstract"})
        findings: list[Finding] = []
        merged = merge(base, MapNode(document.mark, rest), findings)
        if findings or not isinstance(merged, MapNode):
            raise DefinitionError(findings)
        return merged, (path, *sources)

    def _find(self, wanted: ScalarNode, name: str, path: Path) -> Path:
        if "/" in name or name.endswith((".yaml", ".yml")):
            base = path.parent / name
            if not any(base.resolve().is_relative_to(f.resolve()) for f in self.folders):
                message = f"基础定义 {name} 不在允许的文件夹里，请把它放进同一资料包"
                raise DefinitionError([finding_at(wanted.mark, rule="D025", message=message)])
            if base.is_file():
                return base
            message = f"找不到基础定义文件 {name}，请核对相对路径"
            raise DefinitionError([finding_at(wanted.mark, rule="D021", message=message)])
        own = path.resolve()
        found = [base for base in self._index().get(name, []) if base.resolve() != own]
        near = max((_common(base.resolve(), own) for base in found), default=0)
        found = [base for base in found if _common(base.resolve(), own) == near]
        if len(found) == 1:
            return found[0]
        if found:
            names = "、".join(str(base) for base in found)
            message = f"编号 {name} 有多个定义（{names}），请改用相对路径指明一个"
            raise DefinitionError([finding_at(wanted.mark, rule="D022", message=message)])
        known = "、".join(sorted(self._index())[:12]) or "无"
        message = f"找不到编号为 {name} 的基础定义；现有编号：{known}"
        raise DefinitionError(
            [finding_at(wanted.mark, rule="D021", message=message), *self._broken]
        )

    def _index(self) -> dict[str, list[Path]]:
        if self._by_id is None:
            self._by_id = {}
            seen: set[Path] = set()
            for path in (p for folder in self.folders for p in sorted(folder.rglob("*.yaml"))):
                if path.resolve() in seen:
                    continue
                seen.add(path.resolve())
                try:
                    name = text_of(self.document(path), "id")
                except DefinitionError as error:
                    self._broken.extend(error.findings)
                    continue
                if name is not None:
                    self._by_id.setdefault(name, []).append(path)
        return self._by_id


def _common(one: Path, other: Path) -> int:
    """How far the ways to two files run together: the more, the nearer they are."""
    pairs = zip(one.parts, other.parts, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), len(one.parts))


def merge(base: Node, own: Node, findings: list[Finding]) -> Node:
    """``own`` laid over ``base``.

    Mappings merge key by key. Lists whose items all have an ``id`` merge item by item, new ones
    at the end; other lists, and everything tagged ``!replace``, are replaced. ``!remove`` takes a
    key or an item of the base away. Each part keeps the place it came from.
    """
    if own.tag == "!replace":
        return _without_tag(own, findings)
    if isinstance(base, MapNode) and isinstance(own, MapNode):
        return _merge_maps(base, own, findings)
    if isinstance(base, ListNode) and isinstance(own, ListNode):
        base_ids, own_ids = _ids(base), _ids(own)
        if base_ids is not None and own_ids is not None:
            return _merge_lists(base, own, findings)
    return _without_tag(own, findings)


def _merge_maps(base: MapNode, own: MapNode, findings: list[Finding]) -> MapNode:
    entries = dict(base.entries)
    for key, entry in own.entries.items():
        if entry.node.tag == "!remove":
            if entries.pop(key, None) is None:
                _cannot_remove(entry.node, key, findings)
        elif key in base.entries:
            node = merge(base.entries[key].node, entry.node, findings)
            entries[key] = Entry(entry.key, node)
        else:
            entries[key] = Entry(entry.key, _without_tag(entry.node, findings))
    return MapNode(own.mark, entries)


def _merge_lists(base: ListNode, own: ListNode, findings: list[Finding]) -> ListNode:
    items = {text_of(item, "id") or "": item for item in base.items}
    for item in own.items:
        name = text_of(item, "id") or ""
        if item.tag == "!remove":
            if items.pop(name, None) is None:
                _cannot_remove(item, name, findings)
        elif name in items:
            items[name] = merge(items[name], item, findings)
        else:
            items[name] = _without_tag(item, findings)
    return ListNode(own.mark, tuple(items.values()))


def _ids(node: ListNode) -> list[str] | None:
    names = [text_of(item, "id") for item in node.items]
    return None if None in names else [name for name in names if name is not None]


def _cannot_remove(node: Node, name: str, findings: list[Finding]) -> None:
    message = f"要用 !remove 去掉的 {name} 在基础定义里没有，请核对名称或删去这一处"
    findings.append(finding_at(node.mark, rule="D024", message=message))


def _without_tag(node: Node, findings: list[Finding]) -> Node:
    """``node`` as new content, in which there is nothing to remove or replace."""
    if node.tag == "!remove":
        message = "这里没有可以去掉的内容：!remove 只用于基础定义里已有的键或列表项"
        findings.append(finding_at(node.mark, rule="D024", message=message))
    if isinstance(node, ScalarNode):
        return ScalarNode(node.mark, node.value)
    if isinstance(node, ListNode):
        return ListNode(node.mark, tuple(_without_tag(item, findings) for item in node.items))
    entries = {
        key: Entry(entry.key, _without_tag(entry.node, findings))
        for key, entry in node.entries.items()
    }
    return MapNode(node.mark, entries)


def _refuse_stray_tags(document: MapNode) -> None:
    findings: list[Finding] = []
    _without_tag(document, findings)
    if findings:
        raise DefinitionError(findings)
