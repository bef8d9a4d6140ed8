"""YAML's own syntax errors in words that say what to change."""

from __future__ import annotations

import yaml

from lianshu.engine.definitions.findings import Finding

_SENTENCES: tuple[tuple[str, str], ...] = (
    (
        "mapping values are not allowed",
        "冒号的位置不对：值里含冒号时请加引号，键要与同级对齐",
    ),
    ("found unexpected ':'", "冒号的位置不对：值里含冒号时请加引号"),
    ("expected comment or line break", "“|”或“>”之后要换行再写文字；文字以它们开头时请加引号"),
    ("alphabetic or numeric character", "& 或 * 之后要有名称；文字以它们开头时请加引号"),
    ("could not find expected ':'", "这一行缺少冒号，请写成“键: 值”（冒号后留一个空格）"),
    ("did not find expected key", "缩进与同级的键没有对齐，请用空格对齐"),
    ("did not find expected '-' indicator", "列表里每一项都要以“- ”开头，并与上一项对齐"),
    ("did not find expected ',' or ']'", "方括号没有配对，或各项之间缺逗号"),
    ("did not find expected ',' or '}'", "花括号没有配对，或各项之间缺逗号"),
    ("did not find expected node content", "这里缺少内容：括号没有配对，或多了逗号"),
    ("found unexpected end of stream", "引号没有配对，请补上另一半引号"),
    ("found unknown escape character", "双引号里有不认识的反斜杠写法，请改用单引号或写成 \\\\"),
    ("found unexpected document indicator", "引号没有配对，请补上另一半引号"),
    ("block sequence entries are not allowed", "“- ”不能写在这里，请另起一行并缩进"),
    ("found undefined tag handle", "不能用这种标签：只有 !remove 和 !replace 两种"),
    ("found duplicate anchor", "锚点（&）重名，请改名"),
    ("<document start>", "“...”之后还有内容：一个文件只能有一个定义"),
    ("cannot start any token", "值不能以这个字符开头，请给它加引号"),
)
# The parser notices these late; the person must look where the construct began.
_LOOK_AT_START = (
    "could not find expected ':'",
    "found unexpected end of stream",
    "expected comment or line break",
    "alphabetic or numeric character",
)


def syntax_finding(file: str, text: str, error: yaml.MarkedYAMLError) -> Finding:
    """The finding for a parser error in ``text``."""
    problem = str(error.problem or "")
    mark = error.problem_mark
    if error.context_mark is not None and any(part in problem for part in _LOOK_AT_START):
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    rows = text.split("\n")
    at_tab = line < len(rows) and rows[line][column : column + 1] == "\t"
    if at_tab or "tab character" in problem:
        message = "缩进用了制表符（Tab），请改成空格"
        return Finding(file, line + 1, column + 1, "D006", "error", message)
    message = next(
        (sentence for part, sentence in _SENTENCES if part in problem),
        f"YAML 写法有误（解析器报告：{problem}），请检查这一行的缩进、冒号和引号",
    )
    return Finding(file, line + 1, column + 1, "D005", "error", message)
