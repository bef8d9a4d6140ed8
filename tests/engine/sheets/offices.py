"""Twelve fictional files in the shapes in which offices send tables; all names are invented."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlwt

from lianshu.engine.sheets import Column
from tests.engine.sheets import files

Rows = Sequence[Sequence[Any]]

COLUMNS = (
    Column("id", "需求编号", ("编号",), "identifier"),
    Column("title", "标题", ("需求名称", "项目名称"), required=True),
    Column("owner", "单位", ("单位名称", "企业名称")),
    Column("budget", "预算上限", ("预算", "拟投入资金"), "money"),
    Column("contact_name", "联系人", ("联系人姓名", "姓名")),
    Column("contact", "联系方式", ("联系电话", "电话")),
    Column("revenue", "2025年营业收入", kind="money", allow_negative=True),
    Column("revenue_before", "2024年营业收入", kind="money"),
    Column("share", "研发投入占比", kind="decimal", measure="比例"),
    Column("staff", "从业人数", ("从业人员",), "integer", measure="人"),
    Column("area", "用地面积", kind="decimal", measure="平方米"),
    Column("patents", "发明专利", kind="integer", measure="项", blank="absent"),
)

ID_CARD = "330203199001010014"
"""Right by form and check character, of nobody: its sequence number is not in use."""


def book(path: Path, sheets: dict[str, Rows], merge: Sequence[str] = ()) -> Path:
    """A workbook with these sheets; `merge` are ranges of the first."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for cells in merge:
        made.worksheets[0].merge_cells(cells)
    made.save(path)
    return path


def titled(path: Path) -> Path:
    """Title, a line with the unit, header in row 4, total and signatures."""
    rows: Rows = [
        ["2026年企业技术需求汇总表"],
        ["填报单位：市科技局", None, None, "单位：万元"],
        [],
        ["序号", "需求名称", "单位名称", "预算上限", "联系电话"],
        [1, "伺服电机降噪", "甬江磁材有限公司", 120, "0574-0000-0001"],
        [2, "轴承钢热处理", "慈湖电机有限公司", 80.5, "0574-0000-0002"],
        ["合  计", None, None, 200.5],
        ["填表人：王工", None, "审核人：李工", None, "2026年3月1日"],
        ["备注：预算为意向，以合同为准。"],
    ]
    return book(path, {"汇总": rows}, ["A1:E1"])


TWO_ROWS: Rows = [
    ["序号", "单位名称", "2025年", None, "2024年", "联系人", None],
    [
        *(None, None, "营业收入（万元）", "研发投入占比（%）"),
        *("营业收入（万元）", "姓名", "电话"),
    ],
    [1, "甬江磁材有限公司", 1234.56, 6.5, 1000, "王工", "0574-0000-0001"],
    [2, "慈湖电机有限公司", 0, 0, "—", "李工", "0574-0000-0002"],
]


def two_rows(path: Path) -> Path:
    """A header of two rows with merged cells, as Excel makes it."""
    return book(path, {"报表": TWO_ROWS}, ["A1:A2", "B1:B2", "C1:D1", "F1:G1"])


def two_rows_old(path: Path) -> Path:
    """The same as an Excel 97 workbook."""
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet("报表")
    for top, bottom, left, right in ((0, 1, 0, 0), (0, 1, 1, 1), (0, 0, 2, 3), (0, 0, 5, 6)):
        sheet.write_merge(top, bottom, left, right, TWO_ROWS[top][left])
    for number, row in enumerate(TWO_ROWS):
        for column, value in enumerate(row):
            covered = number < 2 and (column < 2 or (number == 0 and column in (2, 3, 5, 6)))
            if value is not None and not covered:
                sheet.write(number, column, value)
    made.save(str(path))
    return path


def two_rows_csv(path: Path) -> Path:
    """The same as GB18030 text: merged cells have become blank ones."""
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in TWO_ROWS]
    return files.text(path, "\r\n".join(lines) + "\r\n", "gb18030")


def unit_row(path: Path) -> Path:
    """Units in a row of their own, then a row with the numbers of the columns."""
    rows: Rows = [
        ["单位名称", "2025年营业收入", "研发投入占比", "从业人员", "用地面积"],
        [None, "亿元", "（%）", "万人", "公顷"],
        ["甲", "乙", 1, 2, 3],
        ["甬江磁材有限公司", 1.5, 3.25, 0.12, 2.5],
    ]
    return book(path, {"年报": rows})


def several_sheets(path: Path) -> Path:
    """A sheet of instructions, the list, another list."""
    return book(
        path,
        {
            "填表说明": [["填表说明"], ["一、本表由企业填写。"], ["二、金额按万元填写。"]],
            "技术需求": [["标题", "单位"], ["伺服电机降噪", "甬江磁材有限公司"]],
            "人才需求": [
                ["人才需求表"],
                ["标题", "单位"],
                ["电磁仿真工程师", "慈湖电机有限公司"],
                ["工艺工程师", "慈湖电机有限公司"],
            ],
        },
    )


def personal(path: Path) -> Path:
    """Groups of columns, some of which ask for what is not collected."""
    rows: Rows = [
        ["需求信息", None, "负责人信息", None, None, None, None],
        ["需求名称", "单位名称", "姓名", "政治面貌", "身份证号", "健康状况", "电话"],
        *(
            [f"需求{n}", "甬江磁材有限公司", "王工", "中共党员", ID_CARD, "良好", "0574-0000-0001"]
            for n in (1, 2)
        ),
    ]
    return book(path, {"需求": rows}, ["A1:B1", "C1:G1"])


def printed(path: Path) -> Path:
    """Headings, subtotals, and the header again on each printed page."""
    header = ["编号", "需求名称", "单位名称", "预算（万元）"]
    rows: Rows = [
        header,
        ["一、磁性材料"],
        ["A1", "磁钢晶界扩散", "甬江磁材有限公司", 10],
        ["A2", "磁钢回收", "甬江磁材有限公司", 20],
        ["磁性材料小计", None, None, 30],
        header,
        ["二、电机"],
        ["B1", "伺服电机降噪", "慈湖电机有限公司", 5],
        ["小计", "共1项", None, 5],
        ["总计", None, None, 35],
        ["单位（盖章）：", None, "联系电话：0574-0000-0000"],
    ]
    return book(path, {"清单": rows}, ["A2:D2", "A7:D7"])


def blank_marks(path: Path) -> Path:
    """Nothing, — / 无 and 0, which are four different things."""
    content = (
        "单位名称,需求名称,2025年营业收入（万元）,从业人数,发明专利\n"
        "甲厂,甲,,,\n乙厂,乙,—,/,无\n丙厂,丙,无,－,—\n丁厂,丁,0,0,0\n"
    )
    return files.text(path, content, "utf-8-sig")


def merged_data(path: Path) -> Path:
    """One firm with three demands: its name in a cell merged over three rows."""
    rows: Rows = [
        ["单位名称", "需求名称", "预算（万元）"],
        ["甬江磁材有限公司", "需求一", 1],
        [None, "需求二", 2],
        [None, "需求三", 3],
        ["慈湖电机有限公司", "需求四", 4],
        ["合计", None, 10],
    ]
    return book(path, {"需求": rows}, ["A2:A4", "A6:B6"])


def three_rows(path: Path) -> Path:
    """A header of three rows below a title: group, name, unit."""
    rows: Rows = [
        ["2025年度企业年报"],
        ["单位名称", "经营情况", None, None],
        [None, "2025年营业收入", "2024年营业收入", "从业人数"],
        [None, "千元", "万元", "百人"],
        ["甬江磁材有限公司", 15, 2, 3],
    ]
    return book(path, {"年报": rows}, ["A1:D1", "A2:A4", "B2:D2"])


def statements(path: Path) -> Path:
    """No column asks for it, but people wrote it."""
    content = (
        "标题;单位;联系人;指标\n"
        "党建引领的园区服务平台;甬江磁材有限公司;王工（中共党员）;无\n"
        f"专家评审;慈湖电机有限公司;李工 身份证{ID_CARD};党员活动室一间\n"
    )
    return files.text(path, content)


OFFICE_FILES: dict[str, Callable[[Path], Path]] = {
    "汇总表.xlsx": titled,
    "两行表头.xlsx": two_rows,
    "两行表头.xls": two_rows_old,
    "两行表头.csv": two_rows_csv,
    "单位一行.xlsx": unit_row,
    "多个工作表.xlsx": several_sheets,
    "个人信息.xlsx": personal,
    "分页打印.xlsx": printed,
    "空与无.csv": blank_marks,
    "合并单位.xlsx": merged_data,
    "三行表头.xlsx": three_rows,
    "文字里的信息.csv": statements,
}
