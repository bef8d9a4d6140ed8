"""What a file is, by what is in it. A name or a browser's word is never believed."""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO, Final

import filetype

PDF: Final = "application/pdf"
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
GIF: Final = "image/gif"
WEBP: Final = "image/webp"
ZIP: Final = "application/zip"
CSV: Final = "text/csv"
TEXT: Final = "text/plain"
MARKUP: Final = "text/html"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLS: Final = "application/vnd.ms-excel"
DOC: Final = "application/msword"
PPT: Final = "application/vnd.ms-powerpoint"
ENCRYPTED: Final = "application/x-encrypted-office"
UNKNOWN: Final = "application/octet-stream"

EXTENSIONS: Final = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    GIF: (".gif",),
    WEBP: (".webp",),
    ZIP: (".zip",),
    CSV: (".csv",),
    TEXT: (".txt", ".csv", ".md", ".json"),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
    PPTX: (".pptx",),
    XLS: (".xls",),
    DOC: (".doc",),
    PPT: (".ppt",),
}
"""Content type to the endings its file name may have, the usual one first."""

PICTURES: Final = frozenset({PNG, JPEG, GIF, WEBP})
SHEETS: Final = frozenset({XLSX, XLS, CSV})
DOCUMENTS: Final = PICTURES | SHEETS | {PDF, DOCX, DOC, PPTX, PPT, TEXT, ZIP}

_HEAD: Final = 8192
_OOXML_PARTS: Final = {
    "xl/workbook.xml": XLSX,
    "xl/workbook.bin": UNKNOWN,
    "word/document.xml": DOCX,
    "ppt/presentation.xml": PPTX,
}
_OLE_MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_OLE_STREAMS: Final = (
    ("EncryptedPackage", ENCRYPTED),
    ("Workbook", XLS),
    ("WordDocument", DOC),
    ("PowerPoint Document", PPT),
    ("Book", XLS),
)
_MARKUP_STARTS: Final = ("<!doctype", "<html", "<svg", "<?xml", "<script", "<body", "<head")
# Not `isprintable`: ideographic blanks and zero-width marks are common in real lists.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_KNOWN_MAGIC: Final = PICTURES | {PDF}


def sniff(stream: BinaryIO, name: str) -> str:
    """The content type of a seekable stream, read from its start and left there.

    `name` only tells CSV from other text, which look alike.
    """
    stream.seek(0)
    head = stream.read(_HEAD)
    try:
        if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
            return _zip_type(stream)
        if head.startswith(_OLE_MAGIC):
            return _ole_type(stream)
        found = filetype.guess_mime(head)
        if found is not None:
            return found if found in _KNOWN_MAGIC else UNKNOWN
        return _text_type(head, name)
    finally:
        stream.seek(0)


def _zip_type(stream: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return UNKNOWN
    return next((kind for part, kind in _OOXML_PARTS.items() if part in names), ZIP)


def _ole_type(stream: BinaryIO) -> str:
    """By the names of its streams, which stand in the directory as UTF-16."""
    stream.seek(0)
    content = stream.read()
    for stream_name, kind in _OLE_STREAMS:
        if f"{stream_name}\0".encode("utf-16-le") in content:
            return kind
    return UNKNOWN


def _text_type(head: bytes, name: str) -> str:
    text = _decoded(head)
    if text is None:
        return UNKNOWN
    if text.lstrip("\ufeff \t\r\n").lower().startswith(_MARKUP_STARTS):
        return MARKUP
    return CSV if name.lower().endswith(".csv") else TEXT


def _decoded(head: bytes) -> str | None:
    """The head as text, or None. The last character may be cut in the middle."""
    if b"\0" in head:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        for cut in range(4):
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                if len(head) < _HEAD:
                    break
                continue
            if not _CONTROL.search(text, 0, 512):
                return text.removeprefix("\ufeff")
            break
    return None
