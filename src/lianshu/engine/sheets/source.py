"""Where a table is read from."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO


@dataclass(frozen=True)
class Source:
    """A readable place: a path opened anew for each pass, or a seekable binary stream."""

    place: Path | BinaryIO
    name: str

    @contextmanager
    def binary(self) -> Iterator[BinaryIO]:
        """The bytes from the start; a stream handed in is left open."""
        if isinstance(self.place, Path):
            with self.place.open("rb") as stream:
                yield stream
        else:
            self.place.seek(0)
            yield self.place

    @contextmanager
    def text(self, encoding: str) -> Iterator[TextIO]:
        """The text from the start, line ends as they are."""
        with self.binary() as stream:
            wrapper = io.TextIOWrapper(stream, encoding=encoding, newline="")
            try:
                yield wrapper
            finally:
                wrapper.detach()
