"""Rows below the header that are no records: totals, signatures, remarks, headings, repeats.

Nothing is left out in silence: each kind gives one finding that names its rows. A row with more
than its kind would hold is kept, and judged as a record.
"""

import re
from collections.abc import Iterable, Sequence

from lianshu.engine.sheets.cells import Cell, Row
from lianshu.engine.sheets.columns import plain
from lianshu.engine.sheets.findings import Finding
from lianshu.engine.sheets.personal import without_personal
from lianshu.engine.sheets.telling import listed, told

_SHOWN_ROWS = 12
_SHOWN_TEXT = 20
_LONGEST_LABEL = 30

TOTAL, SIGNATURE, HEADING, REPEAT, NUMBERS = "total", "signature", "heading", "repeat", "numbers"

_WORDS = {
    TOTAL: ("S042", told("合计、小计行")),
    SIGNATURE: ("S043", told("签字、盖章、备注行")),
    HEADING: ("S044", told("分组标题行")),
    REPEAT: ("S044", told("重复的表头行")),
    NUMBERS: ("S044", told("栏次编号行")),
}

_LIKELY = re.compile(
    r"[计均:：)）]|章|^[(（]?[一二三四五六七八九十]|日$|^甲$|^栏次$|^[(（]?1[)）]?$"
)
_TOTAL = re.compile(r".{0,20}(?:合计|总计|小计|共计|累计|总数|平均)(?:数|值)?(?:\(.{0,10}\))?[::]?")
_QUANTITY = re.compile(r"(?:共|计)?[+-]?[\d,]*\.?\d+\s*(?:%|‰|[^\d\s]{1,4})?|[-—–/]+|无")
_ROLES = (
    "填表|填报|制表|报送|审核|复核|审批|签发|经办|统计|单位|部门|科室|主管|分管|企业|法人|报表|联系"
)
_SIGNATURE = re.compile(
    rf"(?:(?:{_ROLES})?(?:负责人|责任人|领导|单位|部门|日期|时间|人|人员|电话|方式|机关)"
    r"(?:\((?:签字|签名|签章|盖章|公章)\))?"
    r"|(?:单位|部门)?(?:\(?(?:签字|签名|签章|盖章|公章|加盖公章)\)?)"
    r"|制表|审核|复核|填表|附注|备注|注|注释|说明|填表说明|填报说明|数据来源|资料来源|注意事项)"
    r"(?P<mark>\s*:.*)?",
    re.DOTALL,
)
_STAMP = re.compile(r".{0,30}\(?(?:签字|签名|签章|盖章|公章)\)?:?")
_DAY = re.compile(r"(?:\d{4}\s*年|\s*年)\s*\d{0,2}\s*月\s*\d{0,2}\s*日")
_HEADING = re.compile(
    r"(?:\(?[一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}[、..])\s*\S.*"
)
_ORDINALS = "甲乙丙丁戊己庚辛壬癸"


def kind_of(cells: Sequence[Cell], header: Sequence[Cell], *, first: bool) -> str | None:
    """What the row is if it is no record. `header` are the cells of the header's last row;
    `first` says that the row stands right below it."""
    lead = next((cell for cell in cells if isinstance(cell, str) and not _is_number(cell)), None)
    if first and (lead is None or len(lead) < 4) and _counts_columns(cells):
        return NUMBERS
    if lead is None:
        return None
    if len(lead) <= _LONGEST_LABEL or ":" in lead or "：" in lead:
        if _LIKELY.search(lead) is not None and (found := _by_words(cells, plain(lead))):
            return found
        if lead in header and _repeats(cells, header):
            return REPEAT
    return None


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _by_words(cells: Sequence[Cell], lead: str) -> str | None:
    texts = [plain(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
    alone = sum(cell is not None for cell in cells) == 1
    wide = len(cells) >= 3
    squeezed = _squeezed(lead)
    leads = plain(str(next(cell for cell in cells if cell is not None))) == lead
    if not leads:  # a row with a number before its first words is a record
        return None
    if _TOTAL.fullmatch(squeezed) and not alone:
        rest = [text for text in texts if text != lead]
        return TOTAL if all(_QUANTITY.fullmatch(text) for text in rest) else None
    if _TOTAL.fullmatch(squeezed) and len(squeezed) <= 4:
        return TOTAL
    if _is_signature(texts, squeezed, alone=alone, few=2 * len(texts) <= len(cells)):
        return SIGNATURE
    return HEADING if alone and wide and _HEADING.fullmatch(lead) else None


def _is_signature(texts: Sequence[str], lead: str, *, alone: bool, few: bool) -> bool:
    if alone and ((_STAMP.fullmatch(lead) and "章" in lead) or _DAY.fullmatch(lead)):
        return True
    found = _SIGNATURE.fullmatch(lead)
    if found is None or (found["mark"] is None and "(" not in lead):
        return False
    if alone or few:
        return True
    answered = False  # after 填表人： the next cell is the name
    for text in map(_squeezed, texts):
        label = _SIGNATURE.fullmatch(text)
        if not (label or answered or _DAY.fullmatch(text)):
            return False
        answered = label is not None and text.endswith(":")
    return True


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _repeats(cells: Sequence[Cell], header: Sequence[Cell]) -> bool:
    """The header once more, as printed on each page."""
    named = [(cell, header[i]) for i, cell in enumerate(cells) if cell is not None]
    width = sum(cell is not None for cell in header)
    return width == len(named) > 1 and all(
        isinstance(cell, str) and isinstance(name, str) and cell.strip() == name.strip()
        for cell, name in named
    )


def _counts_columns(cells: Sequence[Cell]) -> bool:
    """甲 乙 1 2 3: the numbers of a form's columns."""
    texts = [plain(str(cell)).strip("()") for cell in cells if cell is not None]
    if texts and texts[0] == "栏次":
        texts = texts[1:]
    ordinals = "".join(text for text in texts if text in _ORDINALS)
    numbers = [text for text in texts if text not in _ORDINALS]
    counted = [str(number) for number in range(1, len(numbers) + 1)]
    whole = len(texts) >= 4 and len(texts) + 1 >= len(cells)
    return whole and _ORDINALS.startswith(ordinals) and numbers == counted


def left_out(
    rows: Iterable[Row], *, after: int, header: Sequence[Cell], file: str
) -> tuple[frozenset[int], list[Finding]]:
    """Numbers of the rows below row `after` that are no records, and a finding for each kind."""
    found: dict[str, list[tuple[int, str]]] = {}
    width = len(header)
    first = True
    for row in rows:
        if row.number <= after:
            continue
        cells = row.cells + (None,) * (width - len(row.cells))
        kind = kind_of(cells, header, first=first)
        first = False
        if kind is not None:
            text = next(str(cell) for cell in cells if cell is not None)
            found.setdefault(kind, []).append(
                (row.number, without_personal(" ".join(text.split()))[0])
            )
    numbers = frozenset(number for places in found.values() for number, _text in places)
    return numbers, [_finding(file, kind, places) for kind, places in found.items()]


def _finding(file: str, kind: str, places: Sequence[tuple[int, str]]) -> Finding:
    rule, words = _WORDS[kind]
    shown = [
        told(
            "第 %(row)d 行“%(text)s”",
            row=number,
            text=text[:_SHOWN_TEXT] + ("…" if len(text) > _SHOWN_TEXT else ""),
        )
        for number, text in places
    ]
    message = told(
        "有 %(count)d 行没有作为数据读取（%(words)s）：%(shown)s。"
        "如果其中有真正的数据，请改写这一行的开头后重新上传。",
        count=len(places),
        words=words,
        shown=listed(shown, most=_SHOWN_ROWS),
    )
    return Finding(file, places[0][0], None, rule, "warning", message, str(len(places)))
