"""Sheets: one reader and one writer for Excel, CSV and JSON tables. No Django, no settings.

    from lianshu.engine.sheets import read_table, write_table

See `findings` for every rule id and docs/decisions/0004 for what "export → import is the
identity" means.
"""

from lianshu.engine.sheets.cells import BrokenCell, Cell, Row, Table, column_letter
from lianshu.engine.sheets.findings import Finding, Severity, SheetError
from lianshu.engine.sheets.reading import MAX_BYTES, read_table
from lianshu.engine.sheets.writing import Format, OutCell, write_table

__all__ = [
    "MAX_BYTES",
    "BrokenCell",
    "Cell",
    "Finding",
    "Format",
    "OutCell",
    "Row",
    "Severity",
    "SheetError",
    "Table",
    "column_letter",
    "read_table",
    "write_table",
]
