"""What can be wrong with a sheet: the rule ids, the finding of one place, the error that stops.

========  =============================================================================
rule      meaning
========  =============================================================================
S001      the file is larger than the limit
S002      the file, or the sheet chosen, is empty
S003      there is a header and no data row
S004      the content is neither Excel nor CSV
S005      the workbook is protected by a password
S006      the workbook is damaged
S007      the workbook unpacks to more than a machine should hold (zip bomb, stray far cell)
S008      the text is neither UTF-8 nor GB18030
S009      the quotation marks of a CSV file do not pair
S010      no sheet of that name
S011      merged cells in the header
S012      data under a column without a name
S013      one column name twice
S014      a row is longer than the header
S015      a required column is missing
S016      a column that nothing uses (warning)
S017      the unit of a money column and its factor (info)
S018      the file cannot be opened
S019      sheets of the workbook that were not read (info)
S020      an Excel error value such as #REF! or #N/A
S021      a formula whose result was never computed
S022      a required cell is empty
S023      not an integer
S024      not a number
S025      not an amount of money
S026      an amount with a fraction of a fen
S027      a negative number where none may be
S028      not a date, or a day that does not exist
S029      not one of the words allowed
S030      the text is too long
S031      an identifier that Excel kept as a number and lost digits of
S032      an invisible control character in a text
S033      one key twice in the file
S034      a unit that has no exact factor to the column's
S040      title lines above the header, which is not in the first row (info)
S041      a header of several rows, joined (info)
S042      total rows left out (warning)
S043      rows of signatures, stamps and remarks left out (warning)
S044      headings, repeated headers and numbers of columns left out (warning)
S045      merged cells below the header, read as what they show (info)
S046      the row named as header holds nothing
S047      a column of personal data, not read (warning)
S048      personal data in a cell, not kept (warning)
S050      the name to write to has an unknown suffix
S051      the place to write to cannot be written
S052      a value that the format cannot hold
S053      a text longer than an Excel cell holds
S054      more rows or columns than an Excel sheet holds
S055      a row to write that is not as wide as the header, or a header name twice
========  =============================================================================
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from lianshu.engine.sheets.telling import in_language, told

_COLON = told("：")
Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Finding:
    """One thing to tell a person about one place of a file.

    `line` is the row number as Excel shows it (CSV: the line where the record starts), 1-based;
    `column` the header's name or, where there is none, the column letter.
    """

    file: str
    line: int | None
    column: str | None
    rule: str
    severity: Severity
    message: str
    value: str | None = None


class SheetError(Exception):
    """Unusable input or output. `str()` is a Chinese sentence: what, where, what to do; `said`
    is the same in another language."""

    def __init__(
        self,
        message: str,
        *,
        file: str,
        rule: str,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(f"{file}{_COLON}{message}")
        self.file = file
        self.line = line
        self.column = column
        self.rule = rule
        self.message = message

    def said(self, translate: Callable[[str], str]) -> str:
        """The sentence with its forms translated."""
        return f"{self.file}{translate(_COLON)}{in_language(self.message, translate)}"

    def finding(self) -> Finding:
        """The same as an entry of a `--json` answer or a preview list."""
        return Finding(self.file, self.line, self.column, self.rule, "error", self.message)
