"""Sheets: one reader and one writer for Excel, CSV and JSON tables. No Django, no settings.

    table = read_table(path)
    mapping = guess_mapping(table.header, COLUMNS)
    parser = RowParser(COLUMNS, mapping, header=table.header, file=table.name)
    for row in table.rows:
        values, findings = parser.parse(row)
    write_table(target, [c.heading for c in COLUMNS], ([to_cell(c, v[c.id]) ...] ...))

Tables as offices send them (title lines, merged headers, total rows, units) are read by
`read_office_table(path, columns=COLUMNS)`, which tells in `table.notes` what it made of them.

Messages are Chinese sentences; `in_language(message, translate)` says them in another language.

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
from lianshu.engine.sheets.layout import Layout
from lianshu.engine.sheets.office import read_office_table, read_office_tables, sheet_names
from lianshu.engine.sheets.opening import MAX_BYTES
from lianshu.engine.sheets.personal import Personal, PersonalGuard, personal_column
from lianshu.engine.sheets.reading import read_table
from lianshu.engine.sheets.rows import DuplicateKeys, RowParser, find_duplicates, parse_row
from lianshu.engine.sheets.telling import in_language, told
from lianshu.engine.sheets.values import ABSENT, Absent, Value, to_cell
from lianshu.engine.sheets.writing import Format, OutCell, write_table

__all__ = [
    "ABSENT",
    "MAX_BYTES",
    "Absent",
    "BrokenCell",
    "Cell",
    "Column",
    "DuplicateKeys",
    "Finding",
    "Format",
    "Kind",
    "Layout",
    "OutCell",
    "Personal",
    "PersonalGuard",
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
    "in_language",
    "parse_row",
    "personal_column",
    "read_office_table",
    "read_office_tables",
    "read_table",
    "sheet_names",
    "to_cell",
    "told",
    "write_table",
]
