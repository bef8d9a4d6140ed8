"""Files and cells that cannot be taken: said through the importer, with nothing half-written."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from msoffcrypto.format.ooxml import OOXMLFile

from lianshu.exchange.models import Demand
from lianshu.files.models import StoredFile
from lianshu.imports.models import ImportRun
from lianshu.imports.services.requests import confirm_import, upload_import
from lianshu.records.errors import DomainError
from tests.cast import NOW, Cast
from tests.engine.sheets import files
from tests.imports.running import HEADER, line, load, problems, table, upload, work


def book(tmp_path: Path, *rows: Sequence[Any], merge: str | None = None) -> bytes:
    return files.xlsx(tmp_path / "表.xlsx", [HEADER, *rows], merge=merge).read_bytes()


def refused_upload(cast: Cast, content: bytes, name: str, words: str) -> None:
    """Refused at once: no run, no file kept."""
    with pytest.raises(DomainError, match=words) as caught:
        upload(cast.actor("officer"), content, name=name)
    assert caught.value.field == "file"
    assert name in str(caught.value)
    assert not ImportRun.objects.exists()
    assert not StoredFile.objects.exists()


def unreadable(cast: Cast, content: bytes, name: str, *words: str) -> ImportRun:
    """Refused by the check: the run says why and nothing is written."""
    run = upload(cast.actor("officer"), content, name=name)
    assert run.status == "unreadable"
    assert run.job is not None
    assert run.job.status == "failed"
    for word in (name, *words):
        assert word in run.problem, run.problem
    assert not Demand.objects.exists()
    return run


def test_not_an_excel_file(cast: Cast) -> None:
    refused_upload(cast, b"%PDF-1.7 not a sheet", "需求.xlsx", "既不是 Excel 文件，也不是 CSV")
    refused_upload(cast, b"<html><table></table></html>", "需求.xls", "其实是一个网页.*另存为")
    refused_upload(cast, table(line(1)), "需求.xlsx", "不是可以上传的类型|扩展名不符")


def test_password_protected(cast: Cast, tmp_path: Path) -> None:
    plain = book(tmp_path, line(1))
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(plain)).encrypt("secret", locked)
    refused_upload(cast, locked.getvalue(), "需求.xlsx", "密码")


def test_an_empty_file(cast: Cast, tmp_path: Path) -> None:
    refused_upload(cast, b"", "需求.csv", "是空的")
    unreadable(cast, b"\n \n", "需求.csv", "文件是空的")
    unreadable(cast, table(), "需求.csv", "没有数据行")
    unreadable(cast, book(tmp_path), "需求.xlsx", "没有数据行")


def test_200_megabytes(cast: Cast) -> None:
    large = SimpleUploadedFile("大.csv", b"x")
    large.size = 200 * 1024 * 1024
    with pytest.raises(DomainError, match="超过上限"):
        upload_import(
            actor=cast.actor("officer"),
            target_id="demands",
            source="s",
            upload=large,
            now=NOW,
        )
    assert not ImportRun.objects.exists()


def test_merged_headers(cast: Cast, tmp_path: Path) -> None:
    content = book(tmp_path, line(1), merge="B1:C1")
    unreadable(cast, content, "需求.xlsx", "第 1 行", "B1:C1", "合并")


def test_a_damaged_workbook(cast: Cast, tmp_path: Path) -> None:
    whole = book(tmp_path, *(line(n) for n in range(1, 200)))
    path = tmp_path / "坏.xlsx"
    path.write_bytes(whole)
    files.replaced(path, "xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheetData")
    unreadable(cast, path.read_bytes(), "需求.xlsx")


def test_wrong_encoding_and_the_encodings_that_are_right(cast: Cast) -> None:
    good = table(line(1)).decode()
    utf16 = good.encode("utf-16")
    refused_upload(cast, utf16, "需求.csv", "UTF-16 编码的文本.*CSV UTF-8")
    broken = b"D2,\xff\xfe\xff,,\xe7\n"
    refused_upload(cast, good.encode() + broken * 3000, "需求.csv", "UTF-8")
    late = table(*(line(n) for n in range(1, 400))) + broken
    unreadable(cast, late, "需求.csv", "第 401 行", "UTF-8")
    blank = table(line(1, title="\u3000全角空格\u200b"))
    assert upload(cast.actor("officer"), blank).bad_count == 0
    for encoding in ("gb18030", "utf-8-sig"):
        done = load(cast.actor("officer"), good.replace("\n", "\r\n").encode(encoding))
        assert (done.status, done.bad_count) == ("done", 0)
    assert Demand.objects.get().title == "需求 1"


def test_one_name_over_two_columns_and_data_under_none(cast: Cast) -> None:
    twice = table(line(1), header=["需求编号", "标题", "标题", "单位", "电话"])
    unreadable(cast, twice, "需求.csv", "B 列和 C 列都叫“标题”")
    nameless = table(line(1), header=["需求编号", "标题", "", "单位", "电话"])
    unreadable(cast, nameless, "需求.csv", "第 1 行", "C 列", "第 2 行")


def test_unbalanced_quotes_in_the_middle_write_nothing(cast: Cast) -> None:
    content = table(*(line(n) for n in range(1, 40))) + b'D40,"never closed,x,y,z\n'
    unreadable(cast, content, "需求.csv", "引号")


def test_unknown_columns_are_named_and_left_out(cast: Cast) -> None:
    content = table([*line(1), "x"], header=[*HEADER, "内部备注"])
    run = upload(cast.actor("officer"), content)
    notes = [note["message"] for note in run.notes if note["severity"] == "warning"]
    assert any("F 列“内部备注”" in note for note in notes)
    assert run.to_create == 1


MONEY = (*HEADER, "预算上限（万元）", "期望完成日期")


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ([*line(1), "约一百万左右", ""], "预算上限（万元）", "不是金额"),
        ([*line(1), "-5", ""], "预算上限（万元）", "负数"),
        ([*line(1), "", "2027-02-30"], "期望完成日期", "不是日期"),
        ([*line(1), "", "尽快"], "期望完成日期", "不是日期"),
        ([*line(1, title="长" * 201), "", ""], "标题", "超过上限 200"),
    ],
)
def test_cells_that_are_not_what_the_column_needs(
    cast: Cast, row: list[object], column: str, words: str
) -> None:
    officer = cast.actor("officer")
    run = upload(officer, table([*line(2), "5", "2027-01-01"], row, header=MONEY))
    (message,) = problems(run)[3]
    assert f"第 3 行“{column}”列的值" in message
    assert words in message
    assert run.preview[1]["action"] == "bad"
    with pytest.raises(DomainError):
        confirm_import(actor=officer, run=run, mode="all", now=NOW)
    assert not Demand.objects.exists()


def test_excel_dates_formulas_and_errors_in_cells(cast: Cast, tmp_path: Path) -> None:
    rows = [
        [*line(1), 12.5, 46388],
        [*line(2), 12.5, date(2027, 1, 2)],
        [*line(3), "=1+1", ""],
        [*line(4), "#REF!", ""],
    ]
    path = files.xlsx(tmp_path / "表.xlsx", [MONEY, *rows])
    run = upload(cast.actor("officer"), path.read_bytes(), name="需求.xlsx")
    found = problems(run)
    assert set(found) == {4, 5}
    assert "第 4 行“预算上限（万元）”列" in found[4][0]
    assert "公式" in found[4][0]
    confirm_import(actor=cast.actor("officer"), run=run, mode="good", now=NOW)
    work(run)
    demands = {demand.external_id: demand for demand in Demand.objects.all()}
    assert str(demands["D1"].deadline) == "2027-01-01"
    assert str(demands["D2"].deadline) == "2027-01-02"
    assert demands["D1"].budget_max == 12_500_000


def test_a_lower_budget_above_the_upper_is_a_bad_row(cast: Cast) -> None:
    header = (*HEADER, "预算下限", "预算上限")
    run = upload(cast.actor("officer"), table([*line(1), "10", "5"], header=header))
    assert "预算下限高于上限" in problems(run)[2][0]


def test_a_key_twice_names_both_rows(cast: Cast) -> None:
    run = upload(cast.actor("officer"), table(line(1), line(2), line(1)))
    (message,) = problems(run)[4]
    assert "第 4 行“需求编号”列的值“D1”与第 2 行重复" in message


def test_an_upload_that_is_not_one_of_the_lists(cast: Cast) -> None:
    with pytest.raises(DomainError, match="没有可以导入的清单"):
        upload_import(
            actor=cast.actor("officer"),
            target_id="nothing",
            source="s",
            upload=SimpleUploadedFile("a.csv", table(line(1))),
            now=NOW,
        )


def test_control_characters_far_down(cast: Cast) -> None:
    content = table(*(line(n) for n in range(1, 40)), line(40, title="有\x07铃"))
    run = upload(cast.actor("officer"), content)
    assert "第 41 行“标题”列" in problems(run)[41][0]
    assert "控制字符" in problems(run)[41][0]
