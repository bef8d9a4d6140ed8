"""Keys made by a process beside this one."""

from __future__ import annotations

import pytest

from lianshu.records.keying import KeyMaker, Texts
from lianshu.records.text import key_of

ROWS: list[Texts] = [
    [("sort", "宁波甬江"), ("name", "宁波甬江\n王工"), ("text", "第一行\n“二”\t\u2028\\ NdFeB")],
    [],
    [("sort", ""), ("text", "")],
]


def test_the_helper_makes_the_same_keys_for_any_text() -> None:
    with KeyMaker() as maker:
        for _again in range(2):
            assert maker.make(ROWS) == [[key_of(*each) for each in row] for row in ROWS]


def test_a_helper_that_is_gone_is_said_instead_of_waited_for() -> None:
    maker = KeyMaker()
    maker.close()
    with pytest.raises((RuntimeError, ValueError)):
        maker.make(ROWS)
