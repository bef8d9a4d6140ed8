"""The manifest of a snapshot: what is in it, and the proof that it is unchanged."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Final

from lianshu.engine.definitions import Definition

MANIFEST: Final = "manifest.json"
SCHEMA_VERSION: Final = 1


class SnapshotError(Exception):
    """A snapshot that cannot be read or is not what it was; the message names file and remedy."""


class FileEntry(Definition):
    """One Parquet file: rows, bytes, `sha256` of the bytes, and column → type."""

    name: str
    rows: int
    bytes: int
    sha256: str
    columns: dict[str, str]


class Manifest(Definition):
    """What a snapshot is: the facts known at `as_known_at`, by the dictionary of that hash."""

    id: str
    schema_version: int
    as_known_at: datetime
    taken_at: datetime
    dictionary: str
    dictionary_version: str
    dictionary_hash: str
    files: tuple[FileEntry, ...]

    def file(self, name: str) -> FileEntry:
        """The entry of a file; SnapshotError when there is none."""
        found = next((one for one in self.files if one.name == name), None)
        if found is None:
            raise SnapshotError(f"快照 {self.id} 里没有 {name}")
        return found


def manifest_text(manifest: Manifest) -> str:
    """As written to disk: sorted, indented, ending with a line end."""
    return (
        json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=True)
        + "\n"
    )


def read_manifest(folder: Path, *, verify: bool = True) -> Manifest:
    """The manifest of a snapshot's folder, after comparing every file's size and hash.

    Raises SnapshotError.
    """
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SnapshotError(f"{path}：读不出快照的清单，请核对文件夹") from error
    if manifest.schema_version != SCHEMA_VERSION:
        raise SnapshotError(
            f"{path}：快照的格式是第 {manifest.schema_version} 版，本程序读第 {SCHEMA_VERSION} 版"
        )
    for entry in manifest.files if verify else ():
        file = folder / entry.name
        if not file.is_file():
            raise SnapshotError(f"{file}：快照缺少这个文件，请从备份恢复或重新制作")
        if file.stat().st_size != entry.bytes or file_sha256(file) != entry.sha256:
            raise SnapshotError(f"{file}：内容与清单不符，已被改动；请从备份恢复或重新制作")
    return manifest


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
