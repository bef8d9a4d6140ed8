"""Bad input: what is told, what is left out, what stops."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest

from lianshu.engine.chains import (
    Edge,
    Making,
    Read,
    Relation,
    check_quality,
    read_codes,
    read_edges,
    read_makings,
    read_products,
)
from lianshu.engine.sheets import SheetError, write_table
from tests.engine.chains.maps import edges_of, makings_of

E = "from_product,to_product,rel\n"
M = "company_code,product_name,weight\n"


def stream(text: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(encoding))


def rules(read: Read[Edge] | Read[Making] | Read[str]) -> list[tuple[str, int | None]]:
    return [(finding.rule, finding.line) for finding in read.findings]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_edges_are_read_in_every_encoding(encoding: str) -> None:
    read = read_edges(stream(E + "整车, 电池 ,上游材料\r\n", encoding), name="e.csv")
    assert read.items == [Edge("整车", "电池", Relation.SUPPLY, 2)]
    assert rules(read) == [("G005", 2)]


def test_rows_that_cannot_be_used_are_told_and_left_out() -> None:
    text = E + "a,b,上游材料\na,,上游材料\na,b,供应\na,b,上游材料,c\n\na,c,产品小类\n"
    read = read_edges(stream(text), name="e.csv")
    assert [(one.end, one.row) for one in read.items] == [("b", 2), ("c", 7)]
    assert rules(read) == [("G001", 3), ("G004", 4), ("G002", 5)]
    assert "“供应”不认识" in read.findings[1].message
    assert "上游材料、产品小类、下游产品" in read.findings[1].message
    assert read.rows == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("整车,电池,上游材料\n整车,电机,上游材料\n", "不像表头"),
        ("from_product,to_product\na,b\n", "缺少必填的“关系”列"),
        (E + "a,b,供应\n", "没有一行能用"),
        (E, "没有数据行"),
        ("", "文件是空的"),
    ],
)
def test_an_edge_list_that_says_nothing_stops(text: str, words: str) -> None:
    with pytest.raises(SheetError, match=words):
        read_edges(stream(text), name="e.csv")


def test_makings_keep_every_share_as_written() -> None:
    text = M + "688268.SH,特种气体,0.5\n1,x,-0.2\n000001,y,12.5%\n000001,z,很多\n000001,w,\n"
    read = read_makings(stream(text), name="m.csv")
    assert [one.share for one in read.items] == [
        Decimal("0.5"),
        Decimal("-0.2"),
        Decimal("0.125"),
        None,
        None,
    ]
    assert rules(read) == [("G007", 3), ("G006", 5)]
    assert "按未知处理" in read.findings[1].message
    for word in ("nan", "inf"):
        assert read_makings(stream(f"{M}000001,x,{word}\n"), name="m").items[0].share is None


def test_makings_without_shares_and_with_the_relation_of_the_real_files() -> None:
    assert read_makings(stream("company_code,product_name\n1.SZ,a\n")).items == [
        Making("1.SZ", "a", None, 2)
    ]
    text = "company_code,product_name,rel,weight\n1,a,主营产品,1\n1,b,采购,1\n"
    read = read_makings(stream(text))
    assert [one.product for one in read.items] == ["a"]
    assert ("G004", 3) in rules(read)


def test_excel_numbers_are_codes(tmp_path: Path) -> None:
    write_table(tmp_path / "m.xlsx", ["company_code", "product_name"], [[688268, "a"], [2594, "b"]])
    read = read_makings(tmp_path / "m.xlsx")
    assert [one.code for one in read.items] == ["688268", "2594"]
    assert [one.rule for one in read.findings] == ["G007"]


def test_a_list_may_have_a_header_or_none() -> None:
    assert read_codes(stream("code,name\n000001,x\n")).items == ["000001"]
    assert read_codes(stream("code\n")).items == []
    bare = read_codes(stream("000001.SZ\n000002\n"))
    assert (bare.items, bare.header) == (["000001.SZ", "000002"], False)
    with pytest.raises(SheetError, match="不像表头"):
        read_codes(stream("本地企业\n000001\n"))
    assert read_products(stream("product\n整车\n")).items == ["整车"]
    assert read_products(stream("整车\n 电池\n")).items == ["整车", "电池"]
    with pytest.raises(SheetError, match="不像表头"):
        read_products(stream("整车,电池\n"))


def quality(edges: str, makings: str) -> dict[str, list[str]]:
    found = check_quality(
        Read("e.csv", edges_of(edges)), Read("m.csv", makings_of(makings)), products=None
    )
    told: dict[str, list[str]] = {}
    for finding in found.findings:
        told.setdefault(finding.rule, []).append(finding.message)
    return told


def test_quality_tells_what_is_wrong_with_edges() -> None:
    told = quality("a<b a<b c<c d<e e<f f<d g^h h^g i<j i^j k>l", "1:b")
    assert told["G010"] == ["第 3 行与第 2 行相同（a → b，上游材料），只算一次。"]
    assert "“c”写成了自己的上游材料" in told["G011"][0]
    assert "3 种产品的上游材料首尾相接：d → e → f → d" in told["G012"][0]
    assert "g → h → g" in told["G013"][0]
    assert len(told["G014"]) == 1
    assert "1 行是下游产品" in told["G015"][0]
    assert "a" not in told["G041"][0].split("：")[1]


def test_quality_tells_what_is_wrong_with_names() -> None:
    told = quality("PVC<ｐｖｃ 绿化<绿\u200d化 小麦（<b “灵芝”<’片", "1:面粉(袋）")
    assert len(told["G020"]) == 2
    assert "“PVC”、“ｐｖｃ”" in told["G020"][0]
    assert "“绿␣化”" in told["G020"][1]
    assert len(told["G021"]) == 1
    assert [message.split("“")[1].split("”")[0] for message in told["G022"]] == ["小麦（", "’片"]


def test_quality_tells_what_is_wrong_with_makings() -> None:
    told = quality(
        "a<b",
        "1.SZ:b:0.5 1:b:0.5 1.SZ:c:-0.1 2:c:1.2 2:b:0.9 2:d:0.8 3:x:1 3:y:0 4:x:1 4:y:0 2:d:0.7",
    )
    assert len(told["G030"]) == 1
    assert "占比却不同（0.7、0.8）" in told["G031"][0]
    assert "1.SZ（2）、1（3）" in told["G032"][0]
    assert "负数 -0.1" in told["G033"][0]
    assert "1.2 大于 1" in told["G034"][0]
    assert "1 家企业的占比合计大于 1" in told["G035"][0]
    assert "3、4 的产品和占比完全相同" in told["G036"][0]
    assert "4 种产品有企业生产，但不在任何关系里" in told["G040"][0]


def test_quality_compares_with_the_list_of_products_and_changes_nothing() -> None:
    edges, makings = Read("e", edges_of("a<b")), Read("m", makings_of("1:b"))
    found = check_quality(edges, makings, products=Read("p", ["a", "z"]))
    assert [one.rule for one in found.findings] == ["G042", "G043"]
    assert found.sound
    assert found.counts["上游材料"] == 1
    assert edges.items == edges_of("a<b")
    assert not check_quality(Read("e", edges_of("a<a")), makings).sound


def test_the_real_data_are_told_of(lianshu_data: Path) -> None:
    folder = lianshu_data / "chain"
    found = check_quality(
        read_edges(folder / "product_product.csv"), read_makings(folder / "company_product.csv")
    )
    counted = {rule: sum(one.rule == rule for one in found.findings) for rule in ("G011", "G033")}
    assert counted == {"G011": 108, "G033": 763}
    assert sum(one.rule == "G034" for one in found.findings) == 48
    assert found.counts["产品小类"] == 52937
