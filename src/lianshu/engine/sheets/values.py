"""From a cell to a typed value and back: one exact pair of functions for each kind of column.

`parser_of(column, title)` gives the function cell → value, which raises `BadValueError`;
`to_cell(column, value)` is its inverse: `parse(to_cell(column, value)) == value` for every value
that parsing can give (docs/decisions/0004).
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import assert_never

from lianshu.engine.sheets.cells import Cell, PercentCell
from lianshu.engine.sheets.columns import (
    FEN_PLACES,
    UNIT_WORDS,
    Column,
    factor_of,
    plain,
    unit_of,
)
from lianshu.engine.sheets.telling import told
from lianshu.engine.sheets.units import OtherUnitError, factor_between, is_measure


class Absent(Enum):
    """What a column that asks for it gives for 无: it is known that there is none."""

    ABSENT = "无"


ABSENT = Absent.ABSENT

Value = str | int | Decimal | date | tuple[str, ...] | Absent | None
Parse = Callable[[Cell], Value]

# NFKC, lower case: what people write into a cell to say that there is nothing to write.
_BLANK_MARKS = frozenset(
    {"-", "--", "---", "—", "——", "–", "―", "─", "──", "/", "\\", "无", "暂无", "没有", "n/a", "na"}
)
_LONGEST_MARK = 8

# What both databases keep in an integer column.
_INTEGER_LIMIT = 2**63
# Excel keeps 15 digits of a number; a longer code typed as a number has lost its end.
_EXCEL_EXACT = 10**15
_LONGEST_NUMBER = 40

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]")
_SCIENTIFIC = re.compile(r"[0-9]\.[0-9]+[eE]\+[0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?e[+-]?[0-9]{1,3}")
_MONEY = re.compile(r"(?:人民币|rmb|[¥￥])?\s*([+-]?[0-9.,]+)\s*((?:[千万亿]|百万)?元?)(?:整)?")
_MEASURED = re.compile(r"([+-]?[0-9.,]+)\s*([^0-9.,\s]{1,6})")
_DATE = re.compile(
    r"(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})[日号]?"
    r"|(\d{4})(\d{2})(\d{2}))(?:[ t]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?",
    re.ASCII,
)
_SEPARATORS = re.compile(r"[、，,;；|｜\n]")
_LAST_SERIAL = 2_958_465  # 9999-12-31
_PHANTOM_DAY = 60  # Excel's 29 February 1900, which never was
_YEARS = range(1900, 2101)


class BadValueError(Exception):
    """The cell does not hold what the column needs: the rule, and the end of a sentence that
    starts with the place and the value."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(why)
        self.rule = rule
        self.why = why


def parser_of(column: Column, title: str = "", unit: str | None = None) -> Parse:
    """The function from a cell (not empty, not broken) to the column's value.

    `title` is the column's header in the file; a unit is taken from it, an amount's else from
    `unit`, which stands above the header.
    """
    parse = _parser(column, title, unit)
    blank = column.reads_blank
    if blank == "text":
        return parse
    words = {plain(word) for accepted in column.choices.values() for word in accepted}
    marks = _BLANK_MARKS - words - set(column.choices)
    return partial(_unless_blank, parse, marks, ABSENT if blank == "absent" else None)


def _unless_blank(parse: Parse, marks: frozenset[str], meaning: Value, cell: Cell) -> Value:
    if isinstance(cell, str) and len(cell) <= _LONGEST_MARK and plain(cell) in marks:
        return meaning
    return parse(cell)


def _parser(column: Column, title: str, above: str | None) -> Parse:
    match column.kind:
        case "text":
            return partial(_text, column)
        case "identifier":
            return partial(_identifier, column)
        case "integer":
            return partial(_integer, column, _factor(column, title))
        case "decimal":
            return partial(_decimal, column, _factor(column, title))
        case "money":
            unit = unit_of(column, title, above)
            return partial(_money, column, unit)
        case "date":
            return _date
        case "choice":
            words = _words(column)
            return partial(_choice, column, words)
        case "multi":
            words = _words(column)
            return partial(_multi, column, words)
        case _:
            assert_never(column.kind)


def to_cell(column: Column, value: Value) -> Cell | Decimal:
    """The cell that stands for the value in a file: fen become an exact amount in `unit`, a
    choice its first word, a `multi` its parts joined by ；."""
    if value is None:
        return None
    if isinstance(value, Absent):
        return str(value.value)
    if column.kind == "money" and isinstance(value, int):
        return Decimal(value).scaleb(-FEN_PLACES[column.unit])
    if isinstance(value, tuple):
        return "；".join(_word(column, part) for part in value)
    return _word(column, value) if isinstance(value, str) else value


def _word(column: Column, value: str) -> str:
    words = column.choices.get(value)
    return words[0] if words else value


def _shown(cell: Cell) -> str:
    """A cell that is no text, as the text a person sees."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, PercentCell) else repr(cell)


def _refuse_control(text: str, pattern: re.Pattern[str]) -> None:
    found = pattern.search(text)
    if found:
        code = f"U+{ord(found[0]):04X}"
        raise BadValueError(
            "S032",
            told("里有不可见的控制字符 %(code)s。请删去它，或把这段文字重新输入。", code=code),
        )


def _refuse_long(limit: int, text: str) -> None:
    if len(text) > limit:
        raise BadValueError(
            "S030",
            told(
                "有 %(count)d 个字，超过上限 %(limit)d 个字。请缩短后再导入。",
                count=len(text),
                limit=limit,
            ),
        )


def _text(column: Column, cell: Cell) -> Value:
    text = (cell if isinstance(cell, str) else _shown(cell)).strip()
    if not text.isprintable():
        _refuse_control(text, _CONTROL)
    if column.max_length is not None:
        _refuse_long(column.max_length, text)
    return text or None


def _identifier(column: Column, cell: Cell) -> Value:
    if isinstance(cell, int | float) and abs(cell) >= _EXCEL_EXACT:
        lost = True
        text = ""
    else:
        text = unicodedata.normalize("NFKC", _shown(cell)).strip()
        lost = _SCIENTIFIC.fullmatch(text) is not None
    if lost:
        raise BadValueError(
            "S031",
            told(
                "是按数字保存的长编号，Excel 只保留前 15 位，末尾已经丢失。"
                "请把这一列的格式设为“文本”，"
                "再从原始资料重新填写编号。"
            ),
        )
    _refuse_control(text, _CONTROL_OR_BREAK)
    if column.max_length is not None:
        _refuse_long(column.max_length, text)
    return text or None


def _number(text: str, *, exponent: bool) -> Decimal | None:
    """The exact number a plain text states; None when it states none."""
    if len(text) <= _LONGEST_NUMBER:
        if _NUMBER.fullmatch(text):
            return Decimal(text.replace(",", ""))
        if exponent and _EXPONENT.fullmatch(text):
            return Decimal(text)
    return None


def _factor(column: Column, title: str) -> Decimal | None:
    try:
        return factor_of(column, title)
    except OtherUnitError:
        return None


def _measured(column: Column, factor: Decimal | None, cell: Cell, *, exponent: bool) -> Value:
    """The exact number in the column's measure; None when the cell states none."""
    if factor is None:
        raise BadValueError(
            "S034", told("在单位不能换算成%(measure)s的列里。请先换算好。", measure=column.measure)
        )
    if isinstance(cell, PercentCell):
        # Whatever unit the header names: the cell itself says that it is a percentage.
        return cell.exact * _factor_of_cell("比例", column.measure)
    if type(cell) is int:
        number: Decimal | None = Decimal(cell)
    elif isinstance(cell, float):
        number = Decimal(repr(cell))
    elif isinstance(cell, str):
        text = plain(cell)
        number = _number(text, exponent=exponent)
        if number is None and column.measure:
            found = _MEASURED.fullmatch(text)
            if found and is_measure(found[2]):
                number = _number(found[1], exponent=False)
                factor = _factor_of_cell(found[2], column.measure)
    else:
        number = None
    return number * factor if number is not None and factor != 1 else number


def _factor_of_cell(unit: str, measure: str) -> Decimal:
    if not measure:
        raise BadValueError(
            "S034", told("是百分数，而这一列不是比例。请核对，或把格式改为“常规”。")
        )
    try:
        return factor_between(unit, measure)
    except OtherUnitError as error:
        raise BadValueError(
            "S034", told("的单位不能准确换算成%(measure)s。请先换算好再填写。", measure=measure)
        ) from error


def _integer(column: Column, factor: Decimal | None, cell: Cell) -> Value:
    number = _measured(column, factor, cell, exponent=False)
    if not isinstance(number, Decimal) or not _is_whole(number) or abs(number) >= _INTEGER_LIMIT:
        raise BadValueError("S023", told("不是整数。请只写阿拉伯数字，例如 12。"))
    _refuse_negative(column, number)
    return int(number)


def _refuse_negative(column: Column, number: Decimal) -> None:
    if number < 0 and not column.allow_negative:
        raise BadValueError("S027", told("是负数，这一列不能为负。请检查是否多了负号。"))


def _decimal(column: Column, factor: Decimal | None, cell: Cell) -> Value:
    number = _measured(column, factor, cell, exponent=True)
    if not isinstance(number, Decimal):
        raise BadValueError(
            "S024", told("不是数字。请只写阿拉伯数字，例如 12.5，不要带单位或文字。")
        )
    _refuse_negative(column, number)
    return number


def _money(column: Column, unit: str | None, cell: Cell) -> Value:
    if unit is None:
        raise BadValueError("S025", told("在写着外币的列里。请先换算成人民币。"))
    if isinstance(cell, PercentCell):
        fen: Decimal | None = None  # a share of something is no amount
    elif type(cell) is int:
        fen = _fen(Decimal(cell), unit)
    elif isinstance(cell, float):
        # What was typed is exact in the shortest form; what was computed (0.1 + 0.2) is meant as
        # the 15 digits that Excel shows.
        fen = _fen(Decimal(repr(cell)), unit)
        if not _is_whole(fen):
            fen = _fen(Decimal(format(cell, ".15g")), unit)
    else:
        fen = _fen_of_text(cell, unit) if isinstance(cell, str) else None
    if fen is None or abs(fen) >= _INTEGER_LIMIT:
        raise BadValueError(
            "S025",
            told(
                "不是金额。请只写阿拉伯数字，例如 120 或 12.5（这一列的单位是%(unit)s）。",
                unit=unit,
            ),
        )
    if not _is_whole(fen):
        raise BadValueError(
            "S026",
            told("精确到了分以下（单位是%(unit)s）。请四舍五入到分，或检查单位。", unit=unit),
        )
    _refuse_negative(column, fen)
    return int(fen)


def _fen(amount: Decimal, unit: str) -> Decimal:
    return amount.scaleb(FEN_PLACES[unit])


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


def _fen_of_text(text: str, unit: str) -> Decimal | None:
    found = _MONEY.fullmatch(plain(text))
    number = _number(found[1], exponent=False) if found else None
    if found is None or number is None:
        return None
    return _fen(number, UNIT_WORDS[found[2]] if found[2] else unit)


def _date(cell: Cell) -> Value:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool | PercentCell):
        found = _date_of_number(cell)
    else:
        found = _date_of_text(plain(cell)) if isinstance(cell, str) else None
    if found is None:
        raise BadValueError(
            "S028", told("不是日期，或这一天不存在。请写成 2026-01-31 或 2026年1月31日。")
        )
    return found


def _date_of_number(number: float) -> date | None:
    """An Excel serial day (1900 system), or eight digits yyyymmdd; a bare year is no date."""
    day = int(number)
    if number in _YEARS or day == _PHANTOM_DAY:
        return None
    if 1 <= day <= _LAST_SERIAL:
        origin = date(1899, 12, 31) if day < _PHANTOM_DAY else date(1899, 12, 30)
        return origin + timedelta(days=day)
    return _date_of_text(str(number))


def _date_of_text(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    parts = [part for part in found.groups() if part and part.isdigit()]
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def _words(column: Column) -> dict[str, str]:
    """Every accepted word → value. Raises ValueError when one word means two values."""
    words: dict[str, str] = {}
    for value, accepted in column.choices.items():
        for word in (value, *accepted):
            if words.setdefault(plain(word), value) != value:
                raise ValueError(f"{column.id}: the word {word!r} means two values")
    return words


def _choice(column: Column, words: dict[str, str], cell: Cell) -> Value:
    value = words.get(plain(_shown(cell)))
    if value is None:
        allowed = "、".join(_word(column, known) for known in column.choices)
        raise BadValueError(
            "S029", told("不在可选的范围里。请改成其中之一：%(allowed)s。", allowed=allowed)
        )
    return value


def _multi(column: Column, words: dict[str, str], cell: Cell) -> Value:
    parts: dict[str, None] = {}
    for piece in _SEPARATORS.split(_shown(cell)):
        text = piece.strip()
        if text:
            value = _choice(column, words, text) if words else _text(column, text)
            parts[str(value)] = None
    return tuple(parts) or None
