"""Columns a table is expected to have, and which header column is which."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from lianshu.engine.sheets.cells import column_letter
from lianshu.engine.sheets.findings import Finding
from lianshu.engine.sheets.telling import told
from lianshu.engine.sheets.units import OtherUnitError, factor_between, is_measure, unit_in

JOINT = "·"
"""Between the parts of a name that a header of several rows gives."""

Blank = Literal["auto", "text", "missing", "absent"]
Kind = Literal["text", "integer", "decimal", "money", "date", "choice", "identifier", "multi"]
Unit = Literal["元", "千元", "万元", "百万元", "亿元"]

# Unit → how many decimal places an amount moves to become fen.
FEN_PLACES: dict[str, int] = {"元": 2, "千元": 5, "万元": 6, "百万元": 8, "亿元": 10}
UNIT_WORDS: dict[str, Unit] = {
    "元": "元",
    "千元": "千元",
    "千": "千元",
    "万": "万元",
    "万元": "万元",
    "百万": "百万元",
    "百万元": "百万元",
    "亿": "亿元",
    "亿元": "亿元",
}

# Units that are also names of columns, as in 日期: 年, 月, 日.
_ALSO_NAMES = frozenset({"年", "月", "日", "名", "项", "次", "千", "万", "亿", "比例"})

_FOREIGN = re.compile(r"美元|美金|欧元|日元|港元|港币|英镑|usd|eur|jpy|hkd|gbp|[$€£]")
_MARKS = re.compile(r"[\s*:_\-·]|[(\[【](?:必填|选填|必填项|选填项|required|optional)[)\]】]")
_YEAR_BEFORE = re.compile(r"((?:19|20)\d\d)(?:年度?[初末底]?|-)?(?=[^\d年月季])")
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]|/?(?:[千万亿]|百万)元$|/元$")
_TITLE_UNIT = re.compile(
    r"(?P<big>[千万亿]|百万)元(?:人民币)?[)\]】]?$"
    r"|[(\[【/](?:单位|人民币|rmb|,)*(?P<small>[千万亿元]|百万)(?:人民币)?[)\]】]?$"
)


@dataclass(frozen=True)
class Column:
    """One expected column.

    `aliases` are other headers it may have (Chinese or English). `choices` maps a value to the
    words accepted for it, the first of which is written. `unit` is what an amount of money is in
    when header and cell name none; `measure` what an integer or decimal is in (人, 平方米, %, 比例
    …), so that other units are converted. `max_length` counts characters of a text or identifier,
    or of each part of a `multi`.

    `blank` says what — / - 无 stand for: nothing known ("missing"), known that there is none
    ("absent", giving `ABSENT`), or themselves ("text"). "auto" is "text" for text, identifier and
    multi, "missing" for the others. An empty cell is always None, 0 always zero.
    """

    id: str
    label: str
    aliases: tuple[str, ...] = ()
    kind: Kind = "text"
    required: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    max_length: int | None = None
    help: str = ""
    unit: Unit = "元"
    allow_negative: bool = False
    measure: str = ""
    blank: Blank = "auto"

    @property
    def heading(self) -> str:
        """The header to write: the label, with the unit of an amount or a measure."""
        unit = self.unit if self.kind == "money" else self.measure
        return f"{self.label}（{unit}）" if unit else self.label

    @property
    def reads_blank(self) -> Blank:
        """`blank` with "auto" settled."""
        if self.blank != "auto":
            return self.blank
        return "text" if self.kind in ("text", "identifier", "multi") else "missing"


def plain(text: str) -> str:
    """NFKC, lower case, trimmed: full-width and half-width forms become one."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def header_key(title: str) -> str:
    """What a header is compared by: width, case, spaces, _ and 必填 marks do not count."""
    return _MARKS.sub("", plain(title))


def guess_mapping(header: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """Column id → index in `header`, for the columns that a header names.

    Labels and ids win over aliases, whole headers over headers without their brackets, these over
    the last part alone of a header of several rows, these over headers without the year they begin
    with (of several years the latest); among equals the earlier column and the earlier alias win.
    No header column is given twice.
    """
    whole = [header_key(title) for title in header]
    bare = [_BRACKETS.sub("", key) for key in whole]
    last = [header_key(title.rpartition(JOINT)[2]) if JOINT in title else "" for title in header]
    last = [_BRACKETS.sub("", key) if last.count(key) == 1 else "" for key in last]
    mapping: dict[str, int] = {}
    free = {index for index, title in enumerate(header) if title}
    for keys in (whole, bare, last, _without_year(bare)):
        if not any(keys):
            continue
        for names_of in (_own_names, _aliases):
            for column in columns:
                if column.id not in mapping:
                    found = _first(keys, free, names_of(column))
                    if found is not None:
                        mapping[column.id] = found
                        free.discard(found)
    return {column.id: mapping[column.id] for column in columns if column.id in mapping}


def _without_year(keys: Sequence[str]) -> list[str]:
    """营业收入 for 2025年营业收入, where no later year has it; "" for headers without a year."""
    found = [_YEAR_BEFORE.match(key) for key in keys]
    rests = [
        "" if year is None else key[year.end() :] for key, year in zip(keys, found, strict=True)
    ]
    latest: dict[str, str] = {}
    for rest, year in zip(rests, found, strict=True):
        if year is not None:
            latest[rest] = max(latest.get(rest, ""), year[1])
    return [
        rest if year is not None and latest[rest] == year[1] else ""
        for rest, year in zip(rests, found, strict=True)
    ]


def _own_names(column: Column) -> tuple[str, ...]:
    return (column.label, column.id)


def _aliases(column: Column) -> tuple[str, ...]:
    return column.aliases


def _first(keys: Sequence[str], free: set[int], names: Sequence[str]) -> int | None:
    for name in names:
        wanted = header_key(name)
        for index, key in enumerate(keys):
            if index in free and key == wanted:
                return index
    return None


def unit_of(column: Column, title: str, above: str | None = None) -> Unit | None:
    """The unit amounts of this column are in; None when the header names foreign money.

    `above` is the unit that stands above the header for the whole table.
    """
    text = re.sub(r"\s", "", plain(title))
    if _FOREIGN.search(text):
        return None
    found = _TITLE_UNIT.search(_MARKS.sub("", text))
    if found:
        return UNIT_WORDS[found["big"] or found["small"]]
    return UNIT_WORDS[above] if above else column.unit


def is_unit(text: str) -> bool:
    """Whether a header cell is nothing but a unit, such as 万元 or （%）."""
    word = plain(text).strip("()[]【】 ").removeprefix("单位").lstrip(":：")
    return (word in UNIT_WORDS or is_measure(word)) and word not in _ALSO_NAMES


def factor_of(column: Column, title: str) -> Decimal:
    """What numbers of this column are multiplied by to be in its measure.

    Raises `OtherUnitError` when the header's unit measures something else.
    """
    unit = unit_in(plain(title)) if column.measure else None
    return factor_between(unit, column.measure) if unit else Decimal(1)


def check_mapping(
    header: Sequence[str],
    mapping: Mapping[str, int],
    columns: Sequence[Column],
    *,
    file: str = "",
    header_row: int = 1,
    unit: str | None = None,
) -> list[Finding]:
    """What to tell about the header: required columns without a place (S015, error), amounts of
    foreign money (S025, error) or in a unit without a factor (S034, error), header columns unused
    (S016, warning), the units and factors that will be applied (S017, info). `unit` is the
    table's."""
    findings: list[Finding] = []
    for column in columns:
        if column.id in mapping:
            title = header[mapping[column.id]]
            findings.extend(_about_money(column, title, unit, file, header_row))
            findings.extend(_about_measure(column, title, file, header_row))
        elif column.required:
            words = "、".join(dict.fromkeys((column.label, *column.aliases)))
            message = told(
                "缺少必填的“%(column)s”列。请在表头加上这一列（可写作：%(words)s），"
                "或指定它对应哪一列。",
                column=column.label,
                words=words,
            )
            findings.append(Finding(file, header_row, column.label, "S015", "error", message))
    used = set(mapping.values())
    for index, title in enumerate(header):
        if title and index not in used:
            message = told(
                "%(letter)s 列“%(column)s”没有对应的字段，不会导入。如果需要，"
                "请指定它对应哪个字段。",
                letter=column_letter(index),
                column=title,
            )
            findings.append(Finding(file, header_row, title, "S016", "warning", message))
    return findings


def _about_money(
    column: Column, title: str, above: str | None, file: str, row: int
) -> Iterator[Finding]:
    if column.kind != "money":
        return
    unit = unit_of(column, title, above)
    if unit is None:
        message = told(
            "“%(column)s”列写的是外币。请先换算成人民币，并在表头写明单位，"
            "例如“%(label)s（万元）”。",
            column=title,
            label=column.label,
        )
        yield Finding(file, row, title, "S025", "error", message)
    else:
        factor = 10 ** (FEN_PLACES[unit] - 2)
        message = told(
            "“%(column)s”列按%(unit)s读取：每个数乘以 %(factor)s 换算成元。",
            column=title,
            unit=unit,
            factor=format(factor, ","),
        )
        yield Finding(file, row, title, "S017", "info", message, unit)


def _about_measure(column: Column, title: str, file: str, row: int) -> Iterator[Finding]:
    try:
        factor = factor_of(column, title)
    except OtherUnitError as error:
        message = told(
            "“%(column)s”列的单位“%(unit)s”不能准确换算成%(measure)s。请先换算好，"
            "并把表头写成“%(label)s（%(measure)s）”。",
            column=title,
            unit=error.unit,
            measure=column.measure,
            label=column.label,
        )
        yield Finding(file, row, title, "S034", "error", message, error.unit)
        return
    if factor != 1:
        unit = unit_in(plain(title)) or ""
        message = told(
            "“%(column)s”列按%(unit)s读取：每个数乘以 %(factor)s 换算成%(measure)s。",
            column=title,
            unit=unit,
            factor=format(factor, ",f"),
            measure=column.measure,
        )
        yield Finding(file, row, title, "S017", "info", message, unit)
