"""Text in a picture: how wide it will be, and where it breaks."""

from __future__ import annotations

import unicodedata

from lianshu.engine.definitions import Text

LINE, SMALL = 17, 12
_NAME = 14


def said(text: Text, language: str) -> str:
    """The text in the language of the picture."""
    return text.said_in(language)


def width(text: str, size: float) -> float:
    """About how wide `text` is: a Chinese character is as wide as high, a letter about half."""
    return sum(
        size if unicodedata.east_asian_width(letter) in "WFA" else size * 0.53 for letter in text
    )


def wrapped(text: str, room: float, size: float) -> list[str]:
    """`text` in lines of at most `room`; English breaks at spaces, Chinese anywhere."""
    size = min(size, _NAME)
    pieces = text.split(" ") if " " in text else list(text)
    joint = " " if " " in text else ""
    lines = [""]
    for piece in pieces:
        longer = f"{lines[-1]}{joint}{piece}" if lines[-1] else piece
        if lines[-1] and width(longer, size) > room:
            lines.append(piece)
        else:
            lines[-1] = longer
    return lines
