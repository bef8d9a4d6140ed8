"""Translations without GNU gettext: `messages.py collect | compile | check`.

The Chinese text in the source is the message id; src/lianshu/locale/en/LC_MESSAGES/django.po holds
the English. `collect` brings the .po up to date with the source, `compile` writes the .mo that
Django reads, `check` names every text that has no English yet.
"""

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "lianshu"
LANGUAGE = "en"
KEYWORDS = DEFAULT_KEYWORDS | {
    "told": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
"""`told` is what engines call, which know no Django."""


def keywords_of(code: str) -> dict[str, Any]:
    """What marks a text in a module: gettext's own names and what it imports them as."""
    imports = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom))
    renamed = {
        name.asname: KEYWORDS[name.name]
        for node in imports
        if node.module == "django.utils.translation"
        for name in node.names
        if name.asname and name.name in KEYWORDS
    }
    return KEYWORDS | renamed


def source_files(package: Path) -> Iterator[Path]:
    """Python modules and templates, in an order that does not depend on the file system."""
    for path in sorted(package.rglob("*")):
        if {"migrations", "static"} & set(path.relative_to(package).parts):
            continue
        if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in path.parts):
            yield path


def collect(package: Path) -> Catalog:
    """Every text marked for translation under `package`, with the files it stands in."""
    if not settings.configured:
        settings.configure()
    template = Catalog(charset="utf-8", project="lianshu")
    for path in source_files(package):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(package).as_posix()
        # Django turns a template into Python-like calls, which one extractor then reads; within
        # brackets its indentation means nothing.
        code = text if path.suffix == ".py" else f"(\n{templatize(text, origin=name)}\n)"
        keywords = keywords_of(text) if path.suffix == ".py" else KEYWORDS
        found = extract("python", io.BytesIO(code.encode()), keywords=keywords)
        for _line, message, comments, context in found:
            template.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return template


def read_catalog(package: Path) -> Catalog:
    """The committed .po; an empty catalog before the first `collect`."""
    path = po_path(package)
    if not path.exists():
        return Catalog(
            locale=LANGUAGE,
            charset="utf-8",
            project="lianshu",
            version="0.1",
            header_comment="# The English of Lianshu. `make messages` brings it up to date.",
            msgid_bugs_address="",
            last_translator="Lianshu",
            language_team="Lianshu",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def po_path(package: Path) -> Path:
    """Where the English stands."""
    return package / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def write_catalog(package: Path) -> Catalog:
    """Update the .po from the source: new texts come in empty, gone ones leave."""
    catalog = read_catalog(package)
    created = catalog.creation_date  # kept, so that the file changes only with its texts
    catalog.update(collect(package), no_fuzzy_matching=True)
    catalog.creation_date = created
    path = po_path(package)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file, catalog, width=100, sort_output=True, ignore_obsolete=True, include_lineno=False
        )
    return catalog


def compile_catalog(package: Path) -> None:
    """Write the .mo beside the .po when there is one and it is newer."""
    source = po_path(package)
    target = source.with_suffix(".mo")
    if not source.exists():
        return
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return
    with target.open("wb") as file:
        write_mo(file, read_catalog(package))


def untranslated(package: Path) -> list[str]:
    """`file: text` for each text in the source without English, in the order of the source."""
    known = read_catalog(package)
    lines = []
    for message in collect(package):
        if not message.id:
            continue
        found = known.get(message.id, message.context)
        texts = (
            found.string if found and isinstance(found.string, tuple) else (found and found.string,)
        )
        if not texts or not all(texts):
            text = message.id if isinstance(message.id, str) else message.id[0]
            lines.append(f"{message.locations[0][0]}: {text}")
    return lines


def unfit(package: Path) -> list[str]:
    """`text: why` for each English whose %(names)s are not those of the text: it would fail."""
    return [
        f"{message.id if isinstance(message.id, str) else message.id[0]}: {error}"
        for message, errors in read_catalog(package).check()
        for error in errors
    ]


def main(arguments: list[str]) -> int:
    """0 done, 1 a text lacks English, 2 usage."""
    match arguments:
        case ["collect"]:
            texts = len(write_catalog(PACKAGE))
            print(f"{texts} texts, {len(untranslated(PACKAGE))} lack English: {po_path(PACKAGE)}")
        case ["compile"]:
            compile_catalog(PACKAGE)
        case ["check"]:
            lines, wrong = untranslated(PACKAGE), unfit(PACKAGE)
            print(*lines, *wrong, sep="\n", end="\n" if lines or wrong else "")
            print(f"{len(lines)} texts lack English (make messages, then fill in)")
            return 1 if lines or wrong else 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
