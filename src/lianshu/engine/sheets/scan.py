"""What a pass over a workbook's bytes found before calamine builds the sheet."""

from dataclasses import dataclass, field

from lianshu.engine.sheets.cells import BrokenCell
from lianshu.engine.sheets.telling import told

# A full rectangle of cells in memory: 100,000 rows of 100 columns, about 250 MB in calamine.
CELL_LIMIT = 10_000_000
BROKEN_LIMIT = 200_000


class ScanLimitError(Exception):
    """The sheet is larger than the machine should hold; carries the sentence."""


@dataclass
class Scan:
    """Size of the sheet, its broken cells (row number from 1 → column index → cell) and where
    cells are shown as percentages (column index → a byte for each row number)."""

    rows: int = 0
    columns: int = 0
    broken: dict[int, dict[int, BrokenCell]] = field(default_factory=dict)
    broken_count: int = 0
    percents: dict[int, bytearray] = field(default_factory=dict)

    def grow(self, rows: int, columns: int) -> None:
        """Take in a cell position. Raises `ScanLimitError` past `CELL_LIMIT` cells."""
        self.rows = max(self.rows, rows)
        self.columns = max(self.columns, columns)
        if self.rows * self.columns > CELL_LIMIT:
            raise ScanLimitError(
                told(
                    "工作表占了 %(rows)d 行 × %(columns)d 列，超过 %(limit)s 个单元格的上限。"
                    "多半是很远的地方留有一个字符或公式：请删除数据右边和下边的行列，"
                    "或把文件拆成几个。",
                    rows=self.rows,
                    columns=self.columns,
                    limit=format(CELL_LIMIT, ","),
                )
            )

    def add(self, row: int, column: int, cell: BrokenCell) -> None:
        """Remember a broken cell. Raises `ScanLimitError` past `BROKEN_LIMIT` of them."""
        self.broken_count += 1
        if self.broken_count > BROKEN_LIMIT:
            raise ScanLimitError(
                told(
                    "超过 %(limit)s 个单元格是错误值或没有计算结果的公式。"
                    "请用 Excel 打开、等公式算完后保存，"
                    "或把公式“选择性粘贴”为数值。",
                    limit=format(BROKEN_LIMIT, ","),
                )
            )
        self.broken.setdefault(row, {})[column] = cell

    def mark_percent(self, row: int, column: int) -> None:
        """Remember that the number in a cell is shown as a percentage."""
        marks = self.percents.setdefault(column, bytearray())
        marks.extend(bytes(max(0, row + 1 - len(marks))))
        marks[row] = 1
