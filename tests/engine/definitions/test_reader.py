"""Bytes to a tree: every kind of bad file gets its rule, its place and a sentence."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.definitions import DefinitionError, Finding, Limits
from lianshu.engine.definitions.nodes import ListNode, MapNode, Node, ScalarNode, to_plain
from lianshu.engine.definitions.reader import parse_document, read_document


def defects(text: str, limits: Limits | None = None) -> list[tuple[str, int | None, int | None]]:
    with pytest.raises(DefinitionError) as caught:
        parse_document(text, "x.yaml", limits)
    assert all(f.message and f.severity == "error" for f in caught.value.findings)
    return [(f.rule, f.line, f.column) for f in caught.value.findings]


def refused(path: Path, limits: Limits | None = None) -> Finding:
    with pytest.raises(DefinitionError) as caught:
        read_document(path, limits)
    assert len(caught.value.findings) == 1
    return caught.value.findings[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c\n", ("D005", 1, 5)),
        ("标题: 甲: 乙\n", ("D005", 1, 6)),
        ("a: [1,\nb: 2\n", ("D005", 3, 1)),
        ("a: {b: 1", ("D005", 2, 1)),
        ("a: 1\nb: '没有配对\nc: 2\n", ("D005", 2, 4)),
        ("a: 1\n缺冒号\nc: 2\n", ("D005", 2, 1)),
        ("a:\n  b: 1\n c: 2\n", ("D005", 3, 2)),
        ("a: @x\n", ("D005", 1, 4)),
        ("a: {b: : 2}\n", ("D005", 1, 8)),
        ("a: | x\n", ("D005", 1, 4)),
        ("a: & x\n", ("D005", 1, 4)),
        ("a:\n\tb: 1\n", ("D006", 2, 1)),
        ("a: |\n x\n\ty\n", ("D006", 3, 1)),
        ("a: 1\n---\nb: 2\n", ("D007", 2, 1)),
        ("", ("D008", 1, 1)),
        ("# 只有注释\n", ("D008", 1, 1)),
        ("- 1\n- 2\n", ("D008", 1, 1)),
        ("a: 1\nb: *x\n", ("D011", 2, 4)),
        ("a: &x\n  b: *x\n", ("D011", 2, 6)),
        ("a: 1\nb: 2\na: 3\n", ("D012", 3, 1)),
        ("? [1, 2]\n: b\n", ("D013", 1, 3)),
        ("a: &x 1\n*x : b\n", ("D013", 2, 1)),
        ("'': b\n", ("D013", 1, 1)),
        ("a: &x {c: 1}\n<<: *x\n", ("D013", 2, 1)),
        ("a: !!python/object:os.system ls\n", ("D014", 1, 4)),
        ("a: !!str 1\n", ("D014", 1, 4)),
        ("a: " + "9" * 50, ("D015", 1, 4)),
        ("a:\n  - {id: s, n: 1}\n  - {id: t}\n  - {id: s}\n", ("D016", 4, 10)),
        ("a: \x00\n", ("D004", 1, 4)),
        ("a: 1\nb: 甲\u2028乙\n", ("D004", 2, 5)),
    ],
)
def test_each_defect_has_its_rule_and_place(
    text: str, expected: tuple[str, int | None, int | None]
) -> None:
    assert defects(text) == [expected]


def test_all_defects_of_a_readable_file_are_told_at_once() -> None:
    text = "a: 1\na: 2\nb: !x 3\nc: *none\n<<: 4\n"
    assert [rule for rule, _, _ in defects(text)] == ["D012", "D014", "D011", "D013"]


def test_duplicate_keys_are_found_across_unicode_forms() -> None:
    assert defects("é: 1\ne\u0301: 2\n") == [("D012", 2, 1)]


def test_the_message_names_the_line_of_the_first_key() -> None:
    with pytest.raises(DefinitionError, match=r"x\.yaml:3:1 D012 键 a 重复：第 1 行"):
        parse_document("a: 1\nb: 2\na: 3\n", "x.yaml")


def test_a_billion_laughs_is_refused_before_it_is_expanded() -> None:
    lines = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    for level in range(1, 10):
        lines.append(f"a{level}: &a{level} [" + ", ".join([f"*a{level - 1}"] * 10) + "]")
    assert [rule for rule, _, _ in defects("\n".join(lines))] in (["D010"], ["D011"])
    few = Limits(aliases=10_000)
    assert [rule for rule, _, _ in defects("\n".join(lines), few)] == ["D010"]


def test_too_many_aliases_and_nodes_and_levels() -> None:
    many = "a: &a 1\nb: [" + ", ".join(["*a"] * 101) + "]"
    assert [rule for rule, _, _ in defects(many)] == ["D011"]
    assert [rule for rule, _, _ in defects("a: [1, 2, 3]", Limits(nodes=4))] == ["D010"]
    assert [rule for rule, _, _ in defects("a: " + "[" * 5000)] == ["D009"]
    assert [rule for rule, _, _ in defects("? " * 5000 + "a")] == ["D009"]
    assert [rule for rule, _, _ in defects("a: " + "{b: " * 5000)] == ["D009"]


def test_a_report_ends_after_two_hundred_defects() -> None:
    assert len(defects("a: 1\n" * 1000)) == 200


def test_depth_counts_what_an_alias_brings() -> None:
    text = "a: &a [[[1]]]\nb: [[*a]]\n"
    assert defects(text, Limits(depth=6)) == [("D009", 2, 6)]
    parse_document(text, "x.yaml", Limits(depth=7))


def test_numbers_are_exact_and_words_are_words() -> None:
    node = parse_document(
        "whole: 42\nexact: 1.10\nneg: -0.5\ncode: 0574\nlate: yes\nday: 2026-01-31\n"
        "exp: 1e3\nquoted: '7'\nnothing: ~\nempty:\non: true\nclock: 12:30\n",
        "x.yaml",
    )
    assert to_plain(node) == {
        "whole": 42,
        "exact": Decimal("1.10"),
        "neg": Decimal("-0.5"),
        "code": "0574",
        "late": "yes",
        "day": "2026-01-31",
        "exp": "1e3",
        "quoted": "7",
        "nothing": None,
        "empty": None,
        "on": True,
        "clock": "12:30",
    }
    assert str(node.entries["exact"].node.value) == "1.10"  # type: ignore[union-attr]


def test_a_five_megabyte_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: " + b"x" * 5_000_000)
    finding = refused(path)
    assert (finding.rule, finding.file, finding.line) == ("D002", str(path), None)
    assert "1024 KB" in finding.message


def test_not_utf8_names_the_place(tmp_path: Path) -> None:
    path = tmp_path / "gb.yaml"
    path.write_bytes("a: 1\n标题: x\n".encode() + "b: 需求".encode("gb18030"))
    finding = refused(path)
    assert (finding.rule, finding.line, finding.column) == ("D003", 3, 4)


def test_missing_file_folder_and_bom(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.yaml").rule == "D001"
    assert refused(tmp_path).rule == "D001"
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    node = read_document(path)
    assert to_plain(node) == {"a": 1, "b": 2}
    assert (node.entries["b"].key.line, node.entries["b"].key.column) == (2, 1)


KEYS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def normal(value: object) -> object:
    """What the reader makes of plain data: NFC text."""
    return to_plain(parse_document(yaml.safe_dump({"v": value}, allow_unicode=True), "x"))


@given(st.dictionaries(KEYS.filter(lambda k: k != "id"), VALUES, min_size=1, max_size=4))
def test_what_yaml_writes_is_what_we_read(data: dict[str, object]) -> None:
    once = normal(data)
    assert normal(once["v"]) == once  # type: ignore[index]


@given(st.binary(max_size=200))
def test_any_bytes_give_a_tree_or_findings(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.yaml"
    path.write_bytes(data)
    try:
        assert isinstance(read_document(path), MapNode)
    except DefinitionError as error:
        assert error.findings
        assert all(f.rule.startswith("D0") and f.message for f in error.findings)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#?, \n\té甲0.~<", max_size=60))
def test_any_text_gives_a_tree_or_findings(text: str) -> None:
    try:
        assert isinstance(parse_document(text, "x.yaml"), MapNode)
    except DefinitionError as error:
        assert error.findings


def scalars(node: Node) -> list[ScalarNode]:
    if isinstance(node, ScalarNode):
        return [node]
    children = (
        list(node.items)
        if isinstance(node, ListNode)
        else [entry.node for entry in node.entries.values()]
    )
    return [leaf for child in children for leaf in scalars(child)]


@given(st.dictionaries(KEYS, st.lists(st.integers(0, 10**6), max_size=4), min_size=1, max_size=5))
def test_every_value_stands_where_its_mark_says(data: dict[str, list[int]]) -> None:
    text = "".join(
        f"'{key}':\n" + "".join(f"  - {n}\n" for n in numbers) for key, numbers in data.items()
    )
    rows = text.split("\n")
    try:
        tree = parse_document(text, "x.yaml")
    except DefinitionError as error:
        assert {f.rule for f in error.findings} == {"D012"}
        return
    for leaf in scalars(tree):
        if leaf.value is not None:
            shown = rows[leaf.mark.line - 1][leaf.mark.column - 1 :]
            assert shown == str(leaf.value)
