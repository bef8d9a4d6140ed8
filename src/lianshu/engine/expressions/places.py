"""From an offset in an expression to its line and column in the YAML file that holds it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from lianshu.engine.definitions import Finding, Mark
from lianshu.engine.definitions.findings import finding_at
from lianshu.engine.expressions.problems import ExpressionError


def finding_of(error: ExpressionError, mark: Mark, text: str) -> Finding:
    """The finding of a defect in the expression ``text`` whose value begins at ``mark``."""
    place = place_in(mark, text, error.at)
    return finding_at(place, rule=error.rule, message=error.message)


def place_in(mark: Mark, text: str, at: int) -> Mark:
    """Where character ``at`` of ``text`` stands, the value of the scalar at ``mark``.

    Quotes, ``|`` and ``>`` blocks and folded lines are followed; an escape in double quotes may
    shift the column.
    """
    lines = _lines(mark.file)
    if not 1 <= mark.line <= len(lines):
        return mark
    line, column = mark.line - 1, mark.column - 1
    first = lines[line][column : column + 1]
    if first in {"'", '"'}:
        column += 1
    elif first in {"|", ">"}:
        line, column = line + 1, 0
    for character in text[:at]:
        line, column = _after(lines, line, column, character)
    line, column = _skipped(lines, line, column, text[at : at + 1])
    return Mark(mark.file, line + 1, column + 1)


def _after(lines: tuple[str, ...], line: int, column: int, character: str) -> tuple[int, int]:
    """Behind ``character``, looked for from a place on."""
    line, column = _skipped(lines, line, column, character)
    if character.isspace() and line < len(lines) and column >= len(lines[line]):
        return line + 1, 0
    return line, column + 1


def _skipped(lines: tuple[str, ...], line: int, column: int, character: str) -> tuple[int, int]:
    """Where ``character`` is, past the indentation and line ends that YAML leaves out."""
    if not character or character.isspace():
        return line, column
    place = line, column
    while line < len(lines):
        found = lines[line].find(character, column)
        if found >= 0:
            return line, found
        line, column = line + 1, 0
    return place


@lru_cache(maxsize=64)
def _read(file: str, _state: tuple[int, int]) -> tuple[str, ...]:
    return tuple(Path(file).read_text("utf-8-sig").split("\n"))


def _lines(file: str) -> tuple[str, ...]:
    try:
        state = Path(file).stat()
        return _read(file, (state.st_mtime_ns, state.st_size))
    except (OSError, UnicodeDecodeError):
        return ()
