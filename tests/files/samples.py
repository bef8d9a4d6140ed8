"""Small real files of each kind, made by the libraries that make them."""

from __future__ import annotations

import io
import zipfile

import xlsxwriter
import xlwt

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
GB18030_CSV = "需求编号,标题\n1,磁材回收\n".encode("gb18030")
SVG = b'\xef\xbb\xbf\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def xlsx() -> bytes:
    """A workbook with one cell."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet().write_string(0, 0, "标题")
    return buffer.getvalue()


def xls() -> bytes:
    """The same in the old format."""
    buffer = io.BytesIO()
    book = xlwt.Workbook()
    book.add_sheet("表").write(0, 0, "标题")
    book.save(buffer)
    return buffer.getvalue()


def archive(**members: str) -> bytes:
    """A zip with these members; `__` in a name stands for a slash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, text in members.items():
            made.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def encrypted() -> bytes:
    """The beginning of what a spreadsheet program writes under a password."""
    magic = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504
    return magic + "EncryptedPackage\0".encode("utf-16-le") + b"\0" * 512
