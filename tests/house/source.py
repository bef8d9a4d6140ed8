"""Reading our own source as trees: what the house tests ask of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2] / "src" / "lianshu"
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})


@dataclass(frozen=True)
class Source:
    """One file of ours, by its path below `src/lianshu`."""

    path: str
    tree: ast.Module = field(repr=False, compare=False)
    parents: dict[ast.AST, ast.AST] = field(repr=False, compare=False)

    @classmethod
    def of(cls, path: str, text: str) -> Source:
        """Parsed, with each node's parent."""
        tree = ast.parse(text, filename=path)
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        return cls(path, tree, parents)

    def within(self, *names: str) -> bool:
        """Whether the file, or a folder it is in, is called one of these (`views` also means
        `views_of_posts.py`)."""
        parts = PurePosixPath(self.path.removesuffix(".py")).parts
        return any(part == name or part.startswith(f"{name}_") for part in parts for name in names)

    def function_of(self, node: ast.AST) -> str:
        """The dotted name of the functions and classes that `node` stands in."""
        names: list[str] = []
        at: ast.AST | None = node
        while at is not None:
            if isinstance(at, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.append(at.name)
            at = self.parents.get(at)
        return ".".join(reversed(names)) or "<module>"

    def foreign_names(self) -> set[str]:
        """What the file imports from other packages than ours."""
        return {
            alias.asname or alias.name
            for node in self.tree.body
            if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("lianshu")
            for alias in node.names
        }

    def chain_after(self, node: ast.AST) -> list[str]:
        """The attributes taken one after another from `node`: `a.b().c` gives `b`, `c`."""
        names = []
        at = node
        while True:
            parent = self.parents.get(at)
            if isinstance(parent, ast.Attribute):
                names.append(parent.attr)
            elif not (isinstance(parent, ast.Call) and parent.func is at):
                return names
            at = parent


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the package but its migrations."""
    return tuple(
        Source.of(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(ROOT.rglob("*.py"))
        if "migrations" not in path.parts
    )


def attributes(source: Source) -> Iterator[ast.Attribute]:
    """Every `x.name` of the file."""
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute))


def classes(files: tuple[Source, ...]) -> dict[str, ast.ClassDef]:
    """Every class by its name, but those of engines: none of them is a model, and one that is
    called like a model must not hide it from the rules."""
    return {
        node.name: node
        for source in files
        if not source.path.startswith("engine/")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
    }


def _bases(node: ast.ClassDef) -> list[str]:
    plain = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return [base.id for base in plain if isinstance(base, ast.Name)]


def scoped_querysets(known: dict[str, ast.ClassDef]) -> set[str]:
    """Names of queryset classes that define or inherit `visible_to`."""
    found = {
        name
        for name, node in known.items()
        if any(
            isinstance(each, ast.FunctionDef) and each.name == "visible_to" for each in node.body
        )
    }
    while True:
        heirs = {name for name, node in known.items() if found.intersection(_bases(node))} - found
        if not heirs:
            return found
        found |= heirs


def protected_models(known: dict[str, ast.ClassDef]) -> set[str]:
    """Names of models whose manager has `visible_to`."""
    querysets = scoped_querysets(known)
    return {
        name
        for name, node in known.items()
        for each in node.body
        if isinstance(each, ast.Assign)
        and isinstance(each.value, ast.Call)
        and isinstance(each.value.func, ast.Attribute)
        and each.value.func.attr == "as_manager"
        and isinstance(each.value.func.value, ast.Name)
        and each.value.func.value.id in querysets
    }
