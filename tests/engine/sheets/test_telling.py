"""Sentences keep what they were made of, so that they can be said in another language."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from lianshu.engine.sheets import (
    Column,
    Finding,
    PersonalGuard,
    RowParser,
    SheetError,
    check_mapping,
    guess_mapping,
    in_language,
    read_office_table,
    read_table,
)
from lianshu.engine.sheets.telling import Told, listed, told
from tests.engine.sheets.offices import COLUMNS, OFFICE_FILES

ENGLISH = {
    "第 %(row)d 行%(why)s": "Row %(row)d %(why)s",
    "不好：%(things)s": "is bad: %(things)s",
    "、": ", ",
    "等": " and more",
    "苹果": "apple",
}


def english(form: str) -> str:
    return ENGLISH.get(form, form)


def test_a_sentence_is_said_again_with_its_parts() -> None:
    fruit = listed([told("苹果"), "梨", 3, 4], most=3)
    whole = told("第 %(row)d 行%(why)s", row=2, why=told("不好：%(things)s", things=fruit))
    assert whole == "第 2 行不好：苹果、梨、3等"
    assert in_language(whole, english) == "Row 2 is bad: apple, 梨, 3 and more"
    assert in_language(listed(["梨"], most=3), english) == "梨"
    assert in_language("第 2 行", english) == "第 2 行", "what nobody told stays as it is"


def test_a_copy_says_the_same() -> None:
    whole = told("第 %(row)d 行%(why)s", row=2, why=told("苹果"))
    for again in (copy.deepcopy(whole), pickle.loads(pickle.dumps(whole))):
        assert in_language(again, english) == "Row 2 apple"


def test_whatever_the_reader_tells_has_a_form(tmp_path: Path) -> None:
    """No Chinese is left when every form is replaced; what people wrote stays."""
    seen: list[str] = []

    def blank(form: str) -> str:
        seen.append(form)
        return "".join(part for part in form if ord(part) < 128)

    columns = (Column("n", "n", kind="integer", required=True), Column("m", "m", kind="money"))
    parser = RowParser(columns, {"n": 0, "m": 1}, header=("n", "m"), file="f")
    path = tmp_path / "a.csv"
    path.write_text("n,m\n-1,x\n,1.234\nx,5,6\n1.5,1\n", encoding="utf-8")
    found: list[Finding] = []
    for row in read_table(path).rows:
        found += parser.parse(row)[1]
    assert len(found) == 7
    for one in found:
        said = in_language(one.message, blank).replace("元", "")  # a unit is as the sheet has it
        assert said.isascii(), one.message
    try:
        read_table(tmp_path / "none.csv")
    except SheetError as error:
        assert error.said(blank).isascii()
        assert str(error) == f"none.csv：{error.message}"
    assert len(seen) > 8


@pytest.mark.parametrize("name", OFFICE_FILES)
def test_the_office_files_tell_in_forms(name: str, tmp_path: Path) -> None:
    path = OFFICE_FILES[name](tmp_path / name)
    table = read_office_table(path, columns=COLUMNS)
    guard = PersonalGuard(table.header)
    for row in table.rows:
        guard.clean(row)
    mapping = guess_mapping(table.header, COLUMNS)
    told_of = [*table.notes, *guard.findings(), *check_mapping(table.header, mapping, COLUMNS)]
    assert told_of
    assert all(isinstance(one.message, Told) for one in told_of)
