"""Tables to a problem: the fast way and the way of all tables give the same; faults are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lianshu.engine.planning import FORBID, FREE, MUST, NO_LIMIT, SideName, columns
from lianshu.engine.planning.columns import UnusableError
from lianshu.engine.planning.reading import PAIR_COLUMNS, Read, read_problem

PAIRS = "left_id,right_id,weight,left_rank,right_rank,rule\n"
CAPACITY = "side,id,min,max\n"
GROUPS = "side,id,group,min,max\n"


def read(
    folder: Path, pairs: str, capacity: str = "", groups: str = "", *, ranked: bool = False
) -> Read:
    """A problem from texts, headers put before them."""
    paths = []
    for name, header, text in (
        ("pairs.csv", PAIRS, pairs),
        ("capacity.csv", CAPACITY, capacity),
        ("groups.csv", GROUPS, groups),
    ):
        path = folder / name
        path.write_text(header + (text or "left,z,,\n" * (name == "capacity.csv")), "utf-8")
        paths.append(path)
    return read_problem(paths[0], paths[1], paths[2] if groups else None, ranked=ranked)


def fault(folder: Path, *texts: str, ranked: bool = False) -> str:
    """What is told of texts that cannot be used."""
    with pytest.raises(UnusableError) as error:
        read(folder, *texts, ranked=ranked)
    return str(error.value)


GOOD = (
    "b,X,0.25,2,1,must\na,Y,1,1,1,\na,X,0.5,2,2,forbid\n",
    "left,a,0,2\nright,X,1,\nleft,c,,3\n",
)


def test_a_problem_is_in_the_order_of_ids_whatever_the_order_of_rows(tmp_path: Path) -> None:
    found = read(tmp_path, *GOOD, "left,a,城东,0,1\nleft,b,城东,,\n")
    one = found.problem
    assert one.left.ids == ("a", "b", "c") and one.right.ids == ("X", "Y")
    assert one.pairs.left.tolist() == [0, 0, 1] and one.pairs.right.tolist() == [0, 1, 0]
    assert one.places == 2 and one.pairs.weight.tolist() == [50, 100, 25]
    assert one.pairs.rule.tolist() == [FORBID, FREE, MUST]
    assert one.pairs.row.tolist() == [4, 3, 2]
    assert one.left.high.tolist() == [2, 1, 3] and one.left.row.tolist() == [2, 0, 4]
    assert one.right.low.tolist() == [1, 0] and one.right.high.tolist() == [NO_LIMIT, 1]
    assert found.unlimited == {SideName.LEFT: ("b",), SideName.RIGHT: ("Y",)}
    assert found.idle == {SideName.LEFT: ("c",), SideName.RIGHT: ()}
    [group] = one.groups
    assert (group.name, group.members.tolist(), group.low, group.high) == ("城东", [0, 1], 0, 1)
    assert one.pairs.ranked and found.unranked is None


def test_a_forbidden_pair_needs_no_ranks_any_other_does(tmp_path: Path) -> None:
    assert read(tmp_path, "a,X,1,1,1,\na,Y,1,,,forbid\n", ranked=True).problem.pairs.ranked
    found = read(tmp_path, "a,X,1,1,1,\na,Y,1,,2,\n")
    assert found.unranked == 3 and not found.problem.pairs.ranked
    assert "第 3 行缺少排名" in fault(tmp_path, "a,X,1,1,1,\na,Y,1,,2,\n", ranked=True)


@pytest.mark.parametrize(
    "text",
    [
        "a,X,1,1,1,\n b,Y,0.50,,,必须\nＡ１,Y,007,2,1,forbid\n",
        "a,X,1,1,1,\r\nb,Y,2,1,1,\r\n",
        "甲,=1+1,1,1,1,\n",
    ],
)
def test_both_ways_of_reading_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes(b"\xef\xbb\xbf" + (PAIRS + text).encode())
    fast = columns._plain(path, PAIR_COLUMNS)
    slow = columns._any(path, PAIR_COLUMNS)
    assert fast is not None and np.array_equal(fast.row, slow.row)
    for each in PAIR_COLUMNS:
        assert fast.column(each.id) == slow.column(each.id)


@pytest.mark.parametrize(
    "text", ['"a",X,1,1,1,\n', "a,X,1,1,1,\n\nb,X,1,1,1,\n", "'=a,X,1,1,1,\n", "a,X,x,1,1,\n", ""]
)
def test_what_is_not_plain_is_for_the_reader_of_all_tables(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(PAIRS + text, "utf-8")
    assert columns._plain(path, PAIR_COLUMNS) is None


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("a,X,1,,,\nb,X,1,,,\na,X,2,,,\n",), "pairs.csv：第 4 行与第 2 行是同一对"),
        (("a,X,-1,,,\n",), "第 2 行“weight”列的值“-1”是负数"),
        (("a,X,多,,,\n",), "第 2 行“weight”列的值“多”不是数字"),
        (("a,X,,,,\n",), "第 2 行“weight”列是空的"),
        (("a,X,1,,,也许\n",), "第 2 行“rule”列的值“也许”"),
        (("a,X,1,1.5,,\n",), "“left_rank”列的值“1.5”不是整数"),
        (("a,X,123456.1234567890123,,,\n",), "四舍五入"),
        (("a,X,1,,,\n", "left,a,3,2\n"), "capacity.csv：第 2 行的下限 3 大于上限 2"),
        (("a,X,1,,,\n", "left,a,0,1\nleft,a,0,2\n"), "第 3 行的“a”在第 2 行已经写过容量"),
        (("a,X,1,,,\n", "middle,a,0,1\n"), "第 2 行“side”列的值“middle”"),
        (("a,X,1,,,\n", "left,a,0,1\n", "left,q,g,0,1\n"), "groups.csv：第 2 行的“q”既不在"),
        (("a,X,1,,,\n", "left,a,0,1\n", "left,a,g,2,1\n"), "下限 2 大于上限 1"),
        (
            ("a,X,1,,,\nb,X,1,,,\n", "left,a,0,1\n", "left,a,g,0,1\nleft,b,g,0,2\n"),
            "第 3 行写分组“g”的“max”是 2，第 2 行写的是 1",
        ),
        (
            ("a,X,1,,,\n", "left,a,0,1\n", "left,a,g,0,1\nleft,a,g,0,1\n"),
            "第 3 行的“a”在第 2 行已经列入分组“g”",
        ),
    ],
)
def test_faults_name_file_row_and_what_to_do(
    tmp_path: Path, texts: tuple[str, ...], words: str
) -> None:
    assert words in fault(tmp_path, *texts)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    for name, text in (
        ("p.csv", "left_id,weight\na,1\n"),
        ("c.csv", "side,id,min,max\nleft,a,0,1\n"),
    ):
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(UnusableError, match="缺少必填的“右方编号”列"):
        read_problem(tmp_path / "p.csv", tmp_path / "c.csv")
