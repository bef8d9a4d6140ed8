"""Every unusable file stops with its rule, its place and a sentence that says what to do."""

import io
import zipfile
from pathlib import Path
from typing import Any

import msoffcrypto
import pytest
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from lianshu.engine.sheets import SheetError, read_table
from lianshu.engine.sheets import excel_reading as excel
from tests.engine.sheets import files

ROWS = [["编号", "标题"], ["A1", "轴承"], ["A2", "电机"]]


def refused(path: Path, rule: str, *words: str, **options: int | str) -> SheetError:
    with pytest.raises(SheetError) as caught:
        list(read_table(path, **options).rows)  # type: ignore[arg-type]
    error = caught.value
    assert error.rule == rule, str(error)
    assert str(error).startswith(path.name)
    for word in words:
        assert word in str(error)
    return error


def test_missing_file(tmp_path: Path) -> None:
    refused(tmp_path / "无.xlsx", "S018", "文件打不开")
    refused(tmp_path, "S018", "文件打不开")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n  \n"])
def test_empty_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "空.csv"
    path.write_bytes(content)
    refused(path, "S002", "文件是空的")


def test_empty_workbooks(tmp_path: Path) -> None:
    refused(files.xlsx(tmp_path / "a.xlsx", []), "S002", "文件是空的")
    refused(files.xls(tmp_path / "a.xls", []), "S002", "文件是空的")
    refused(files.text(tmp_path / "a.csv", ",,\n,,\n"), "S002", "文件是空的")


def test_header_without_rows(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", [[], ["编号", "标题"]])
    assert refused(path, "S003", "第 2 行表头", "没有数据行").line == 2
    table = read_table(path, allow_no_rows=True)
    assert (table.header, list(table.rows)) == (("编号", "标题"), [])


def test_too_large(tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    refused(path, "S001", "200.0 MB", "上限 100 MB", "拆成")


def test_too_large_stream_is_not_swallowed() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(SheetError) as caught:
        read_table(Pipe(b"a,b\n" * 1_000_000), name="标准输入", max_bytes=1000)
    assert caught.value.rule == "S001"
    assert next(iter(read_table(Pipe(b"a,b\n1,2\n")).rows)).cells == ("1", "2")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(50), "既不是 Excel"),
        (b"%PDF-1.7 \xe4\xf6", "既不是 Excel"),
        (b"<html><body><table><tr><td>1</td></tr></table>", "网页"),
        ("﻿<?xml version='1.0'?><Workbook/>".encode(), "网页"),
        ("编号\t标题\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_other_formats_under_an_excel_name(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(content)
    refused(path, "S004", words, "另存为")


def test_other_archives_and_office_files(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    refused(path, "S004", "不是 .xlsx 工作簿")


def test_damaged_archives(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    refused(path, "S006", "已损坏", "另存为")
    path.write_bytes(b"PK\x03\x04" + bytes(3000))
    refused(path, "S006", "已损坏")
    path.write_bytes(excel.OLE_MAGIC + bytes(3000))
    refused(path, "S006", "已损坏")


@pytest.mark.parametrize(
    ("part", "tag"),
    [
        ("xl/workbook.xml", b"<sheets"),
        ("xl/_rels/workbook.xml.rels", b"<Relationship "),
        ("xl/worksheets/sheet1.xml", b"<c "),
        ("xl/sharedStrings.xml", b"<si>"),
    ],
)
def test_damaged_parts(tmp_path: Path, part: str, tag: bytes) -> None:
    path = files.xlsx_shared(tmp_path / "a.xlsx", ROWS)
    files.replaced(path, part, tag, b"<" + tag)
    refused(path, "S006", "已损坏")


def test_damaged_bytes_never_escape_as_another_error(tmp_path: Path) -> None:
    for name, make in (("a.xlsx", files.xlsx), ("a.xls", files.xls)):
        path = make(tmp_path / name, ROWS)
        whole = path.read_bytes()
        for place in range(8, len(whole), max(1, len(whole) // 150)):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :])
            try:
                list(read_table(path).rows)
            except SheetError as error:
                assert error.rule in {"S002", "S003", "S004", "S005", "S006", "S007", "S010"}


@pytest.mark.parametrize("encoding", [b"UTFt8", b"UTF-7"])
def test_parts_in_an_unknown_encoding(tmp_path: Path, encoding: bytes) -> None:
    for part in ("xl/sharedStrings.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        path = files.xlsx_shared(tmp_path / "a.xlsx", ROWS)
        refused(files.replaced(path, part, b"UTF-8", encoding), "S006", "已损坏")


def test_a_panic_of_the_reader_is_a_damaged_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):
        pass

    class Panicking:
        @staticmethod
        def from_path(_: Path) -> None:
            raise PanicException

    path = files.xls(tmp_path / "a.xls", ROWS)
    monkeypatch.setattr(excel, "CalamineWorkbook", Panicking)
    refused(path, "S006", "已损坏")


def test_password(tmp_path: Path) -> None:
    plain = files.xlsx(tmp_path / "plain.xlsx", ROWS)
    path = tmp_path / "密.xlsx"
    with plain.open("rb") as source, path.open("wb") as target:
        OOXMLFile(source).encrypt("secret", target)
    with path.open("rb") as stream:
        assert msoffcrypto.OfficeFile(stream).is_encrypted()
    refused(path, "S005", "文件有密码，请另存为无密码的文件")


def test_password_of_an_old_workbook(tmp_path: Path) -> None:
    path = files.xls(tmp_path / "a.xls", ROWS)
    whole = path.read_bytes()
    # The record after the first BOF becomes FILEPASS, as in an encrypted Excel 97 workbook.
    start = whole.index(b"\x09\x08\x10\x00") + 20
    path.write_bytes(whole[:start] + b"\x2f\x00" + whole[start + 2 :])
    refused(path, "S005", "文件有密码")


def test_password_on_the_archive(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    whole = bytearray(path.read_bytes())
    place = whole.index(b"PK\x01\x02")
    whole[place + 8] |= 1
    path.write_bytes(whole)
    refused(path, "S005", "文件有密码")


def test_zip_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zero", bytes(4 << 20))
    monkeypatch.setattr(excel, "UNPACKED_LIMIT", 2 << 20)
    assert path.stat().st_size < 20_000
    refused(path, "S007", "解压后超过", "炸弹")


def test_one_far_cell_does_not_take_all_memory(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    files.replaced(path, "xl/worksheets/sheet1.xml", b'r="B3"', b'r="XFD1048576"')
    refused(path, "S007", "1048576 行 × 16384 列", "10,000,000")


def test_unknown_sheet_names_the_sheets_there_are(tmp_path: Path) -> None:
    path = files.xls(tmp_path / "a.xls", ROWS)
    refused(path, "S010", "没有名为“需求”的工作表", "数据", sheet="需求")


def test_wrong_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("编号,标题\n".encode("gb18030") + b"A1,\xff\xff\n")
    error = refused(path, "S008", "UTF-8 或 GB18030", "第 2 行", "第 14 个字节", "CSV UTF-8")
    assert error.line == 2


def test_damaged_utf8_is_not_read_as_mojibake(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    good = "编号,标题\nA1,高精度轴承的研制\n".encode()
    path.write_bytes(good + b"A2,\xe8\xbd\xb4\xb3\n" + "A3,机器人\n".encode())
    assert refused(path, "S008", "不是 UTF-8：", "第 3 行").line == 3
    path.write_bytes(b"\xef\xbb\xbfid\n\xb1\xe0\n")
    assert refused(path, "S008", "不是 UTF-8：", "第 2 行", "第 7 个字节").line == 2


@pytest.mark.parametrize("line", ['A1,"轴承', 'A1,"轴承"电机"'])
def test_quotes_that_do_not_pair(tmp_path: Path, line: str) -> None:
    path = files.text(tmp_path / "a.csv", f"编号,标题\nA0,好\n{line}\nA2,x\n")
    assert refused(path, "S009", "从第 3 行开始", "引号").line == 3


@pytest.mark.parametrize(("merge", "place"), [("B1:C1", "B1:C1"), ("A1:A2", "A1:A2")])
def test_merged_header(tmp_path: Path, merge: str, place: str) -> None:
    rows: list[list[Any]] = [["编号", "预算", None], [None, "最低", "最高"], ["A1", 1, 2]]
    path = files.xlsx(tmp_path / "a.xlsx", rows, merge=merge)
    error = refused(path, "S011", "第 1 行", place, "取消合并")
    assert (error.line, error.column) == (1, place[0])


def test_merged_header_of_an_old_workbook(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    sheet.write_merge(0, 0, 1, 2, "预算")
    sheet.write(1, 1, 5)
    path = tmp_path / "a.xls"
    book.save(str(path))
    refused(path, "S011", "B1:C1")


def test_a_header_that_is_a_formula(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", [["编号", '="标"&"题"'], ["A1", "x"]])
    error = refused(path, "S021", "第 1 行表头的 B 列", "直接写上列名")
    assert (error.line, error.column) == (1, "B")


def test_merged_data_is_no_merged_header(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", [*ROWS, ["说明"]], merge="A4:B4")
    assert [row.cells for row in read_table(path).rows][2] == ("说明", None)


def test_data_without_a_column_name(tmp_path: Path) -> None:
    path = files.text(tmp_path / "a.csv", "编号,,标题\nA1,,x\nA2,y,z\n")
    error = refused(path, "S012", "第 1 行表头的 B 列", "第 3 行", "“y”")
    assert (error.line, error.column) == (1, "B")
    assert read_table(files.text(path, "编号,,标题\nA1,,x\n")).header == ("编号", "", "标题")


def test_one_column_name_twice(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", [["编号", "标题", " 编号"], ["A1", 1, 2]])
    error = refused(path, "S013", "A 列和 C 列都叫“编号”")
    assert (error.line, error.column) == (1, "编号")


def test_an_error_is_also_a_finding(tmp_path: Path) -> None:
    error = refused(files.text(tmp_path / "a.csv", "a,a\n1,2\n"), "S013")
    finding = error.finding()
    assert (finding.file, finding.line, finding.column) == ("a.csv", 1, "a")
    assert (finding.rule, finding.severity) == ("S013", "error")
    assert "都叫" in finding.message
