"""Which styles of an .xlsx workbook show a number as a percentage."""

import re
import zipfile
from xml.etree import ElementTree

_STYLES = "xl/styles.xml"
_BUILT_IN = frozenset({9, 10})  # 0% and 0.00%
# What a format says literally: "…", \x, _x and [Red].
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')


def percent_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """The style numbers that cells name as `s`. Raises ParseError when the part is damaged."""
    if _STYLES not in archive.namelist():
        return frozenset()
    formats, cells = set(_BUILT_IN), []
    within = ""
    with archive.open(_STYLES) as stream:
        # expat refuses entity bombs itself (billion laughs protection since 2.4.1).
        for event, element in ElementTree.iterparse(stream, ("start", "end")):  # noqa: S314
            name = element.tag.rpartition("}")[2]
            if name in ("cellXfs", "cellStyleXfs", "dxfs"):
                within = name if event == "start" else ""
            elif event == "start" and name == "numFmt" and not within:
                if shows_percent(element.get("formatCode", "")):
                    formats.add(_number(element.get("numFmtId")))
            elif event == "start" and name == "xf" and within == "cellXfs":
                cells.append(_number(element.get("numFmtId")))
    return frozenset(style for style, number in enumerate(cells) if number in formats)


def shows_percent(code: str) -> bool:
    """Whether a number format multiplies by a hundred and writes %."""
    return "%" in _LITERAL.sub("", code)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else -1
