"""What a file is comes from its content."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.files import sniffing
from lianshu.files.sniffing import sniff
from tests.files import samples


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (samples.PNG, "a.png", sniffing.PNG),
        (samples.JPEG, "a.jpg", sniffing.JPEG),
        (samples.PDF, "a.pdf", sniffing.PDF),
        (samples.xlsx(), "a.xlsx", sniffing.XLSX),
        (samples.xls(), "a.xls", sniffing.XLS),
        (samples.archive(word__document="", **{"word/document.xml": ""}), "a", sniffing.DOCX),
        (samples.archive(**{"ppt/presentation.xml": ""}), "a", sniffing.PPTX),
        (samples.archive(a="x"), "a.zip", sniffing.ZIP),
        (b"PK\x03\x04 and then nothing", "a.zip", sniffing.UNKNOWN),
        (samples.GB18030_CSV, "a.csv", sniffing.CSV),
        ("\ufeff标题\n磁材".encode(), "A.CSV", sniffing.CSV),
        ("纯文本".encode(), "a.txt", sniffing.TEXT),
        (samples.encrypted(), "a.xlsx", sniffing.ENCRYPTED),
        (samples.SVG, "a.svg", sniffing.MARKUP),
        (b"  <!DOCTYPE html><p>", "a.txt", sniffing.MARKUP),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 64, "a.png", sniffing.UNKNOWN),
        (b"MZ\x90\0" + b"\0" * 64, "a.exe", sniffing.UNKNOWN),
        (b"\0\1\2\3", "a.txt", sniffing.UNKNOWN),
    ],
)
def test_by_content(content: bytes, name: str, kind: str) -> None:
    stream = io.BytesIO(content)
    assert sniff(stream, name) == kind
    assert stream.tell() == 0


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@given(cut=st.integers(min_value=0, max_value=3))
def test_a_long_text_is_text_wherever_the_look_at_it_ends(encoding: str, cut: int) -> None:
    text = "a" * cut + "需求与资源" * 3000
    assert sniff(io.BytesIO(text.encode(encoding)), "a.csv") == sniffing.CSV


@given(content=st.binary(max_size=200), name=st.text(max_size=20))
def test_anything_gets_an_answer(content: bytes, name: str) -> None:
    known = {*sniffing.EXTENSIONS, sniffing.MARKUP, sniffing.ENCRYPTED, sniffing.UNKNOWN}
    assert sniff(io.BytesIO(content), name) in known
