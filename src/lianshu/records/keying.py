"""Making the keys of many texts in a process beside this one.

Python computes in one thread at a time; while a bulk write waits for the database, the keys of the
next rows are made by another core. The helper needs neither settings nor database, and ends when
the process that started it does: its input is closed then.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from lianshu.records.text import KeyUse, key_of

Texts = Sequence[tuple[KeyUse, str]]


class KeyMaker:
    """Use as a context manager, or `close` it. One caller at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lianshu.records.keying"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def make(self, rows: Sequence[Texts]) -> list[list[str]]:
        """`key_of` for each text of each row; `RuntimeError` when the helper is gone."""
        sender, receiver = self._process.stdin, self._process.stdout
        if sender is None or receiver is None:
            raise RuntimeError("the key maker has no pipes")
        try:
            sender.write(json.dumps(rows, ensure_ascii=False).encode() + b"\n")
            sender.flush()
        except OSError as error:
            raise RuntimeError("the key maker has ended") from error
        line = receiver.readline()
        if not line:
            raise RuntimeError("the key maker has ended")
        made: list[list[str]] = json.loads(line)
        return made

    def close(self) -> None:
        """End the helper."""
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def serve() -> None:
    """The helper: a line of rows in, a line of keys out, until the input ends."""
    for line in sys.stdin.buffer:
        made = [[key_of(use, text) for use, text in row] for row in json.loads(line)]
        sys.stdout.buffer.write(json.dumps(made, ensure_ascii=False).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve()
