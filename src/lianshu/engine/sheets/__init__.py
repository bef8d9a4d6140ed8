"""Sheets: one reader and one writer for Excel, CSV and JSON tables. No Django, no settings.

    table = read_table(path)
    mapping = guess_mapping(table.header, COLUMNS)
    parser = RowParser(COLUMNS, mapping, header=table.header, file=table.name)
    for row in table.rows:
        values, findings = parser.parse(row)
    write_table(target, [c.heading for c in COLUMNS], ([to_cell(c, v[c.id]) ...] ...))

See `findings` for every rule id and docs/decisions/0004 for what "export → import is the
identity" means.
"""

from lianshu.engine.sheets.cells import BrokenCell, Cell, Row, Table, column_letter
from lianshu.engine.sheets.columns import (
    Column,
    Kind,
    Unit,
    check_mapping,
    guess_mapping,
    header_key,
)
from lianshu.engine.sheets.findings import Finding, Severity, SheetError
from lianshu.engine.sheets.opening import MAX_BYTES
from lianshu.engine.sheets.reading import read_table
from lianshu.engine.sheets.rows import DuplicateKeys, RowParser, find_duplicates, parse_row
from lianshu.engine.sheets.values import Value, to_cell
from lianshu.engine.sheets.writing import Format, OutCell, write_table

__all__ = [
    "MAX_BYTES",
    "BrokenCell",
    "Cell",
    "Column",
    "DuplicateKeys",
    "Finding",
    "Format",
    "Kind",
    "OutCell",
    "Row",
    "RowParser",
    "Severity",
    "SheetError",
    "Table",
    "Unit",
    "Value",
    "check_mapping",
    "column_letter",
    "find_duplicates",
    "guess_mapping",
    "header_key",
    "parse_row",
    "read_table",
    "to_cell",
    "write_table",
]
