"""Taking files in and removing them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import DatabaseError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoCaptureOnCommitCallbacks

from lianshu.audit.models import AuditEntry
from lianshu.audit.queries import entries_about
from lianshu.authority import Actor, Refusal
from lianshu.files.models import StoredFile
from lianshu.files.queries import files_of
from lianshu.files.services import clean_name, remove_file, store_file
from lianshu.files.sniffing import DOCUMENTS, PICTURES, SHEETS
from lianshu.records.errors import Conflict, DomainError
from tests.cast import NOW, Cast
from tests.files import samples


def store(
    cast: Cast,
    content: bytes = samples.PDF,
    name: str = "说明书.pdf",
    *,
    allowed: frozenset[str] = DOCUMENTS,
    max_bytes: int = 100_000,
) -> StoredFile:
    return store_file(
        actor=cast.actor("alice"),
        upload=SimpleUploadedFile(name, content, content_type="image/png"),
        owner=cast.organisations["magnets"],
        allowed=allowed,
        max_bytes=max_bytes,
        now=NOW,
    )


def test_a_stored_file_keeps_its_bytes_and_says_whose_it_is(cast: Cast) -> None:
    stored = store(cast)
    digest = hashlib.sha256(samples.PDF).hexdigest()
    assert (stored.sha256, stored.size) == (digest, len(samples.PDF))
    assert stored.content_type == "application/pdf"
    with stored.content.open("rb") as content:
        assert content.read() == samples.PDF
    assert stored.content.name == f"{digest[:2]}/{digest[2:4]}/{digest}-{stored.public_id}"
    magnets = cast.organisations["magnets"]
    assert list(files_of(magnets)) == [stored]
    assert list(files_of(cast.organisations["motors"])) == []
    entry = entries_about(magnets).get(action="files.stored")
    assert entry.changes == {"file": [None, "说明书.pdf"]}


def test_a_large_upload_that_lies_on_disk_is_stored_too(cast: Cast) -> None:
    content = "标题\n".encode() + "磁材,回收\n".encode() * 20_000
    with TemporaryUploadedFile("清单.csv", "text/csv", len(content), "utf-8") as upload:
        upload.write(content)
        upload.seek(0)
        stored = store_file(
            actor=cast.actor("alice"),
            upload=upload,
            owner=cast.organisations["magnets"],
            allowed=SHEETS,
            max_bytes=10**6,
            now=NOW,
        )
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    with stored.content.open("rb") as kept:
        assert kept.read() == content


@pytest.mark.parametrize(
    ("content", "name", "allowed", "sentence"),
    [
        (b"", "a.pdf", DOCUMENTS, "“a.pdf”是空的"),
        (samples.PDF * 5000, "a.pdf", DOCUMENTS, "超过上限"),
        (samples.archive(a="x"), "a.png", PICTURES, "不是可以上传的类型"),
        (samples.PDF, "a.png", DOCUMENTS, "内容与扩展名不符：内容是 .pdf"),
        (samples.PNG, "a.png.exe", DOCUMENTS, "内容与扩展名不符"),
        (samples.SVG, "a.svg", DOCUMENTS, "不是可以上传的类型"),
        (samples.SVG, "a.txt", DOCUMENTS, "不是可以上传的类型"),
        (samples.encrypted(), "a.xlsx", SHEETS, "打开密码"),
        (b"\0\1", "a.csv", SHEETS, "可以上传：.csv、.xls、.xlsx"),
    ],
)
def test_what_is_refused_is_refused_with_a_sentence_and_nothing_stays(
    cast: Cast, content: bytes, name: str, allowed: frozenset[str], sentence: str
) -> None:
    before = stored_paths()
    with pytest.raises(DomainError, match=r"。$") as refused:
        store(cast, content, name, allowed=allowed)
    assert sentence in str(refused.value)
    assert refused.value.field == "file"
    assert not StoredFile.objects.exists()
    assert stored_paths() == before


def test_a_stranger_stores_nothing(cast: Cast) -> None:
    with pytest.raises(Refusal):
        store_file(
            actor=Actor(),
            upload=SimpleUploadedFile("a.pdf", samples.PDF),
            owner=cast.organisations["magnets"],
            allowed=DOCUMENTS,
            max_bytes=1000,
            now=NOW,
        )


def test_bytes_do_not_outlive_a_row_that_could_not_be_written(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError("disk full")

    before = stored_paths()
    monkeypatch.setattr(StoredFile, "save", fail)
    with pytest.raises(DatabaseError):
        store(cast)
    assert stored_paths() == before


def test_removing_takes_the_bytes_and_keeps_the_record(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    stored = store(cast)
    path = str(stored.content.name)
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(actor=cast.actor("alice"), stored=stored, now=NOW)
        assert default_storage.exists(path)  # until the transaction has succeeded
    assert not default_storage.exists(path)
    assert list(files_of(cast.organisations["magnets"])) == []
    row = StoredFile.objects.get()
    assert (row.deleted_at, row.name) == (NOW, "说明书.pdf")
    assert AuditEntry.objects.filter(action="files.removed", object_id=row.pk).exists()
    with pytest.raises(Conflict, match="已经被删除"):
        remove_file(actor=cast.actor("alice"), stored=row, now=NOW)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\temp\清单.xlsx", "清单.xlsx"),
        ("a\r\nX-Evil: 1.pdf", "aX-Evil 1.pdf"),
        ("gpj\u202e.exe.pdf", "gpj.exe.pdf"),
        (" . ", "未命名"),
        ("", "未命名"),
        ("长" * 200 + ".xlsx", "长" * 115 + ".xlsx"),
    ],
)
def test_names_are_made_harmless(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text(max_size=300))
def test_a_clean_name_is_short_and_stays_as_it_is(name: str) -> None:
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= 120
    assert not set(cleaned) & set('/\\\0\n\r"')
    assert clean_name(cleaned) == cleaned


def stored_paths() -> set[str]:
    root = Path(default_storage.path(""))
    return {str(path) for path in root.rglob("*") if path.is_file()}
