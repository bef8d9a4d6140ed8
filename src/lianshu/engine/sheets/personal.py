"""Personal data that is never taken in: party membership, identity numbers, religion, health.

`PersonalGuard` stands between a table and whatever reads it. A column that asks for such data is
emptied; a statement of it inside another cell is replaced by a mark that says what was there.
An organisation's own facts (its Party organisation, 党建, how many members) are no personal data.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from lianshu.engine.sheets.cells import Cell, Row
from lianshu.engine.sheets.columns import JOINT, header_key, plain
from lianshu.engine.sheets.findings import Finding
from lianshu.engine.sheets.telling import listed, told

_SHOWN_ROWS = 12


class Personal(StrEnum):
    """What kind of personal data, in the words of a message."""

    AFFILIATION = "个人的政治面貌"
    IDENTITY = "身份证件号码"
    RELIGION = "宗教信仰"
    HEALTH = "健康状况"


_KINDS = {
    Personal.AFFILIATION: told("个人的政治面貌"),
    Personal.IDENTITY: told("身份证件号码"),
    Personal.RELIGION: told("宗教信仰"),
    Personal.HEALTH: told("健康状况"),
}

_PERSON = (
    r"(?:本人|个人|负责人|主要负责人|法定代表人|法人代表|法人|联系人|联络员|专家|人才|人员|员工|职工|"
    r"成员|申报人|申请人|带头人|董事长|总经理|经营者|企业家|经办人|填报人|姓名|基本情况|个人信息)?的?"
)
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]?")
_COLUMNS: Mapping[Personal, re.Pattern[str]] = {
    Personal.AFFILIATION: re.compile(
        rf"{_PERSON}(?:政治面貌|政治身份|政治面目|党派|民主党派|所属党派|参加党派|党派团体"
        r"|是否(?:为|是)?(?:中共)?党员|(?:中共)?党员(?:与否|身份)?|党员否|党龄"
        r"|(?:入党|转正|入团|加入党派)(?:时间|日期|年月)|加入中国共产党(?:时间|日期))"
    ),
    Personal.IDENTITY: re.compile(
        rf"{_PERSON}(?:.{{0,6}}身份证.{{0,10}}|公民身份(?:证)?号码?"
        r"|(?:有效)?(?:身份)?证件(?:号码?|编号)|护照(?:号码?)?)"
    ),
    Personal.RELIGION: re.compile(rf"{_PERSON}(?:宗教信仰|信仰|宗教|信教情况|是否信教)"),
    Personal.HEALTH: re.compile(
        rf"{_PERSON}(?:健康状况|健康情况|身体状况|身体健康状况|既往病史|家族病史|病史|疾病史|患病情况"
        r"|疾病情况|血型|过敏史|残疾(?:情况|类别|等级|证号)|是否残疾|体检结果|健康信息)"
    ),
}
_OF_THINGS = re.compile(r"设备|装备|仪器|机器|电池|结构|管网|系统|产品|企业|单位|经营|财务|生态")
_CODES = re.compile(r"信用代码|机构代码|注册号|税号|纳税人")
_MIXED = re.compile(r"身份|证件")

# A statement about a person stands by itself between these, or after a word that says so.
_BEFORE = r"(?:^|(?<=[\s,，、;；:：。(（|/系是为]))"
_AFTER = r"(?=$|[\s,，、;；。.)）|/])"
_PARTY = (
    r"(?:中共|中国共产党)(?:正式|预备)?党员|(?:中国)?共青团员|无党派人士"
    r"|(?:民革|民盟|民建|民进|农工党|致公党|九三学社|台盟)(?:党员|盟员|会员|社员|成员)"
)
_STATEMENTS: Mapping[Personal, re.Pattern[str]] = {
    Personal.AFFILIATION: re.compile(
        rf"{_BEFORE}(?:{_PARTY}){_AFTER}"
        # In a list such as 企业、党员、群众 the bare word names a public, not a person.
        r"|(?:^\s*|(?<=[(（系是为]))(?:正式|预备)?(?:党员|团员)(?=\s*$|[)）,，;；。])"
        r"|政治面貌\s*[:：为是]\s*[^\s,，、;；。)）]{1,12}"
        r"|(?:(?:19|20)\d{2}\s*(?:年|\.|-|/)\s*\d{0,2}\s*(?:月\s*)?(?:\d{1,2}\s*日\s*)?)"
        r"(?:加入中国共产党|入党)(?!员|积极|申请|培训|宣誓|仪式|誓词)"
        r"|入党(?:时间|日期)\s*[:：为是]?\s*[\d年月日./-]{4,12}"
    ),
    Personal.RELIGION: re.compile(
        rf"{_BEFORE}(?:佛教|道教|基督教|天主教|伊斯兰教)?(?:信徒|教徒|基督徒|穆斯林){_AFTER}"
        r"|宗教信仰\s*[:：为]\s*[^\s,，、;；。)）]{1,8}"
        r"|(?:信仰|信奉)(?:佛教|道教|基督教|天主教|伊斯兰教|东正教)"
    ),
    Personal.HEALTH: re.compile(
        rf"{_BEFORE}(?:本人|个人)?(?:健康状况|身体状况|既往病史|过敏史|残疾等级|血型)\s*[:：]\s*[^,，;；。)）\n]{{1,20}}"
        r"|残疾(?:人)?证号?\s*[:：]?\s*[\dXx]{15,22}"
    ),
}
# Every statement holds one of these, or so many digits: what most texts are spared the rest by.
_SIGNS = (
    *("党", "团员", "民革", "民盟", "民建", "民进", "九三", "台盟", "政治面", "教徒", "信徒"),
    *("信仰", "信奉", "穆斯林", "基督徒", "健康状", "身体状", "病史", "过敏史", "残疾", "血型"),
)
_DIGITS = re.compile(r"\d{6}[\s-]?\d{8}[\s-]?\d{3}")
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])((?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4})[\s-]?"
    r"((?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))[\s-]?(\d{3}[\dXx])(?![0-9A-Za-z])"
)
_WEIGHTS = tuple(pow(2, 17 - index, 11) for index in range(17))
_CHECKS = "10X98765432"
_WIDE = re.compile("[０-９Ｘ]")
_WIDE_DIGITS = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), 0xFF38)}
_LEAST_NUMBER = 10**17


def is_identity_number(text: str) -> bool:
    """Whether these 18 characters are a resident identity number: province, day of birth and the
    check character of GB 11643 are right. Credit codes are not: other departments, other check."""
    found = _IDENTITY.fullmatch(text)
    return found is not None and _checks("".join(found.groups()))


def _checks(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == number[-1].upper()


def personal_column(title: str) -> Personal | None:
    """What a header asks for, or None. Of a joined header the last part counts as well."""
    group, joint, last = title.rpartition(JOINT)
    for name in (title, last) if joint and not _OF_THINGS.search(group) else (title,):
        key = _BRACKETS.sub("", header_key(name)).replace(JOINT, "")
        for kind, pattern in _COLUMNS.items():
            if pattern.fullmatch(key):
                return kind
    return None


def without_personal(text: str) -> tuple[str, frozenset[Personal]]:
    """The text with each statement of personal data replaced by a mark, and what was stated."""
    found: set[Personal] = set()
    text = text.translate(_WIDE_DIGITS) if _WIDE.search(text) else text
    for kind, pattern in _STATEMENTS.items():
        text, times = pattern.subn(f"［{kind}已略去］", text)
        if times:
            found.add(kind)

    def hide(match: re.Match[str]) -> str:
        if not _checks("".join(match.groups())):
            return match[0]
        found.add(Personal.IDENTITY)
        return f"［{Personal.IDENTITY}已略去］"

    return _IDENTITY.sub(hide, text), frozenset(found)


def _may_state(text: str) -> bool:
    for sign in _SIGNS:
        if sign in text:
            return True
    return _DIGITS.search(text) is not None


class PersonalGuard:
    """Empties what must not be taken in, row by row, and remembers where it was.

    `columns` gives header index → kind for the columns that are emptied. `header` and `file` are
    the table's.
    """

    def __init__(self, header: Sequence[str], *, file: str = "", header_row: int = 1) -> None:
        self._header, self._file, self._row = header, file, header_row
        kinds = ((index, personal_column(title)) for index, title in enumerate(header))
        self.columns = {index: kind for index, kind in kinds if kind is not None}
        self._codes = {
            index
            for index, title in enumerate(map(plain, header))
            if _CODES.search(title) and not _MIXED.search(title)
        }
        self._places: dict[tuple[int, Personal], list[int]] = {}

    def clean(self, row: Row) -> Row:
        """The row without personal data; the same object where there is none."""
        cells = row.cells
        numbers = [cell for cell in cells if isinstance(cell, int | float)]
        if not self.columns and not any(abs(cell) >= _LEAST_NUMBER for cell in numbers):
            texts = "\n".join([cell for cell in cells if isinstance(cell, str)])
            if not _may_state(texts):
                return row
        cleaned = tuple(self._cell(row.number, index, cell) for index, cell in enumerate(cells))
        return row if cleaned == cells else Row(row.number, cleaned)

    def _cell(self, number: int, index: int, cell: Cell) -> Cell:
        if cell is None or index in self.columns:
            return None
        if index in self._codes:
            return cell
        if isinstance(cell, float | int) and abs(cell) >= _LEAST_NUMBER:
            # Excel lost its last digits, and with them the check; the rest still tells.
            if _IDENTITY.fullmatch(f"{Decimal(format(cell, '.15g')):f}"):
                self._remember(number, index, Personal.IDENTITY)
                return None
            return cell
        if type(cell) is not str or not _may_state(cell):
            return cell
        text, kinds = without_personal(cell)
        for kind in kinds:
            self._remember(number, index, kind)
        return text if kinds else cell

    def _remember(self, number: int, index: int, kind: Personal) -> None:
        self._places.setdefault((index, kind), []).append(number)

    def findings(self) -> list[Finding]:
        """The columns emptied (S047) and the cells changed so far (S048), never their contents."""
        found = []
        for index, kind in self.columns.items():
            title = self._header[index]
            message = told(
                "“%(column)s”列是%(kind)s，属于不收集的个人信息：没有读取，也不会保存。"
                "以后请从表里删去这一列再发送。",
                column=title,
                kind=_KINDS[kind],
            )
            found.append(Finding(self._file, self._row, title, "S047", "warning", message))
        for (index, kind), rows in sorted(self._places.items()):
            title = self._header[index] if index < len(self._header) else ""
            message = told(
                "“%(column)s”列有 %(count)d 处写了%(kind)s（第 %(shown)s 行），"
                "属于不收集的个人信息：已略去，不会保存。",
                column=title,
                count=len(rows),
                kind=_KINDS[kind],
                shown=listed(rows, most=_SHOWN_ROWS),
            )
            found.append(Finding(self._file, rows[0], title, "S048", "warning", message))
        return found
