"""From a folder of CSV files and its `codes.yaml` to code lists, with every defect told.

====  ================================================================
rule  defect
====  ================================================================
C001  the file of a list is missing or cannot be read
C002  the file is not UTF-8
C003  the header is not code,name,level,parent
C004  quotation marks or the number of values of a row are wrong
C005  a code or a name is empty, or has spaces at its ends
C006  one code twice
C007  a level that the list does not have
C008  a code that does not have the form of its level
C009  a parent that is missing, unknown or on the wrong level
C010  a level does not have as many codes as it must
C011  `within` names no list that stands before
====  ================================================================
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from lianshu.engine.codes.lists import CodeList, Entry
from lianshu.engine.codes.model import Level, ListSpec, Manifest
from lianshu.engine.definitions import DefinitionError, Finding, load_file

MANIFEST = "codes.yaml"
HEADER = ["code", "name", "level", "parent"]

Stamp = tuple[tuple[str, int, int], ...]


def load_code_lists(folder: Path) -> Mapping[str, CodeList]:
    """The lists of a folder by id; read once for each state of its files.

    Raises DefinitionError with every defect of `codes.yaml` or, when that is good, of the lists.
    """
    return _load(folder, _stamp(folder))


def check_code_lists(folder: Path) -> list[Finding]:
    """Every defect of the folder; empty when `load_code_lists` takes it."""
    try:
        load_code_lists(folder)
    except DefinitionError as error:
        return list(error.findings)
    return []


def _stamp(folder: Path) -> Stamp:
    """Changes when a file is written, so that a pack that was replaced is read again."""
    files = sorted(path for path in folder.glob("*") if path.is_file())
    stats = ((path.name, path.stat()) for path in files)
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=8)
def _load(folder: Path, _stamp: Stamp) -> Mapping[str, CodeList]:
    manifest = load_file(folder / MANIFEST, Manifest)
    lists: dict[str, CodeList] = {}
    findings: list[Finding] = []
    for index, spec in enumerate(manifest.value.lists):
        above = lists.get(spec.within) if spec.within else None
        if spec.within and above is None:
            message = f"前面没有编号为 {spec.within} 的代码表，请核对，或把它移到前面"
            place = ("lists", index, "within")
            findings.append(manifest.finding(*place, rule="C011", message=message))
            continue
        reader = _ListReader(folder / spec.file, spec, above)
        lists[spec.id] = CodeList(spec, reader.read(), above)
        findings.extend(reader.findings)
    if findings:
        raise DefinitionError(findings)
    return MappingProxyType(lists)


def _is_ragged(entry: Entry) -> bool:
    return entry.code != entry.code.strip() or entry.name != entry.name.strip()


class _ListReader:
    """Reads one file; the entries it returns are good when it has no findings."""

    def __init__(self, path: Path, spec: ListSpec, above: CodeList | None) -> None:
        self.path = path
        self.spec = spec
        self.above = above
        self.findings: list[Finding] = []
        self.lines: dict[str, int] = {}
        self.levels = {level.id: level for level in spec.levels}
        self.higher = {
            level.id: above.id for above, level in zip(spec.levels, spec.levels[1:], strict=False)
        }

    def read(self) -> list[Entry]:
        entries = list(self._entries())
        if not self.lines and self.findings:
            return entries
        known = {entry.code: entry for entry in entries}
        for entry in entries:
            self._check_parent(entry, known)
        self._check_counts(entries)
        return entries

    def _add(self, rule: str, line: int | None, message: str) -> None:
        self.findings.append(Finding(str(self.path), line, None, rule, "error", message))

    def _entries(self) -> Iterator[Entry]:
        for line, row in self._rows():
            if len(row) != len(HEADER):
                self._add("C004", line, f"这一行有 {len(row)} 个值，应有 {len(HEADER)} 个，请核对")
                continue
            entry = Entry(row[0], row[1], row[2], row[3] or None)
            if self._is_good(entry, line):
                self.lines[entry.code] = line
                yield entry

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except OSError as error:
            self._add("C001", None, f"文件读不出来（{error.strerror}），请核对文件名和读取权限")
            return
        except UnicodeDecodeError:
            self._add("C002", None, "文件不是 UTF-8 编码，请另存为 UTF-8 后再试")
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            if next(reader, None) != HEADER:
                self._add("C003", 1, f"表头应为 {','.join(HEADER)}，请改正")
                return
            for row in reader:
                yield reader.line_num, row
        except csv.Error:
            self._add("C004", reader.line_num, "引号不成对或位置不对，请改正")

    def _is_good(self, entry: Entry, line: int) -> bool:
        level: Level | None = self.levels.get(entry.level)
        if entry.code in self.lines:
            first = self.lines[entry.code]
            self._add("C006", line, f"代码 {entry.code} 已在第 {first} 行用过，请留下一个")
        elif not entry.code or not entry.name or _is_ragged(entry):
            self._add("C005", line, "代码或名称是空的，或首尾有空格，请改正")
        elif level is None:
            words = "、".join(self.levels)
            self._add("C007", line, f"没有“{entry.level}”这一级，可用的是 {words}")
        elif not re.fullmatch(level.form, entry.code):
            message = f"代码 {entry.code} 不合{level.title}的写法 {level.form}，请核对"
            self._add("C008", line, message)
        else:
            return True
        return False

    def _check_parent(self, entry: Entry, known: Mapping[str, Entry]) -> None:
        line = self.lines[entry.code]
        wanted = self.higher.get(entry.level)
        if wanted is None:
            if self.above is None:
                if entry.parent is not None:
                    self._add("C009", line, f"{entry.code} 是最高一级，不能有上级，请删去")
            elif entry.parent is None or entry.parent not in self.above:
                message = f"{entry.code} 的上级“{entry.parent or ''}”不在{self.above.spec.title}里"
                self._add("C009", line, f"{message}，请核对")
            return
        parent = known.get(entry.parent or "")
        if parent is None or parent.level != wanted:
            title = self.levels[wanted].title
            message = f"{entry.code} 的上级“{entry.parent or ''}”不是本表的{title}，请核对"
            self._add("C009", line, message)

    def _check_counts(self, entries: Iterable[Entry]) -> None:
        counted = Counter(entry.level for entry in entries)
        for level in self.spec.levels:
            if counted[level.id] != level.count:
                message = f"{level.title}有 {counted[level.id]} 个，应有 {level.count} 个，请核对"
                self._add("C010", None, message)
