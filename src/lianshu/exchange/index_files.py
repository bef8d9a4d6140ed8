"""Large indexes kept in files, so that a process that starts does not cut 100,000 texts again.

A file holds the terms of the posts, of details too: it lies where the database's files lie and is
readable for its owner only. It is a copy that may be deleted at any time, and one that does not
fit the database, the words in use or the program is not used.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

FOLDER: Final = "matching"
_PRIVATE: Final = 0o600


def write_index(name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Keep an index, whole or not at all; a full disk is no reason to answer no question."""
    folder = Path(settings.VAR) / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(prefix=f".{secrets.token_hex(4)}", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, allow_pickle=False, **dict(arrays))
            Path(path).chmod(_PRIVATE)
            Path(path).replace(folder / f"{name}.npz")
        finally:
            Path(path).unlink(missing_ok=True)
    except OSError:
        return


def read_index(name: str) -> dict[str, NDArray[Any]] | None:
    """The arrays of an index that was kept; None where there is none to be read."""
    path = Path(settings.VAR) / FOLDER / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as found:
            return {key: found[key] for key in found.files}
    except (OSError, ValueError, KeyError, EOFError):
        return None


def drop_others(prefix: str, kept: Iterable[str]) -> None:
    """Delete what was kept for other words of the lexicon."""
    names = {f"{name}.npz" for name in kept}
    for path in (Path(settings.VAR) / FOLDER).glob(f"{prefix}*.npz"):
        if path.name not in names:
            path.unlink(missing_ok=True)
