"""Keys made from Chinese text: what search finds and what names sort by.

Both are computed in Python and stored, so that SQLite and PostgreSQL agree to the letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from operator import add
from typing import Final, Literal

from pypinyin import Style, lazy_pinyin
from pypinyin.seg.mmseg import seg as _segmenter

_HAN: Final = re.compile(r"[㐀-䶿一-鿿豈-﫿]+")
_WORD: Final = re.compile(r"[a-z0-9]+")
_INITIAL_MARK: Final = "~"
_PREFIX_LEAST: Final = 2
_PREFIX_MOST: Final = 10
NAME_KEY_LENGTH: Final = 200


def normalise(text: str) -> str:
    """NFKC (full width becomes half width) and lower case."""
    return unicodedata.normalize("NFKC", text).lower()


@lru_cache(maxsize=100_000)
def _word_syllables(word: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(word, style=Style.NORMAL, errors="ignore"))


@lru_cache(maxsize=20_000)
def _syllables(run: str) -> tuple[str, ...]:
    """As `lazy_pinyin` of the run; the words of a title come again in other titles."""
    return tuple(syllable for word in _segmenter.cut(run) for syllable in _word_syllables(word))


def name_key(name: str) -> str:
    """The key names sort by: pinyin syllables ended by `0`, Latin letters and digits as they are.

    Only `[0-9a-z]` occurs, which every collation orders alike.
    """
    text = normalise(name)
    parts: list[str] = []
    for piece in re.findall(r"[a-z0-9]+|[㐀-䶿一-鿿豈-﫿]+", text):
        if _HAN.fullmatch(piece):
            parts.extend(f"{syllable}0" for syllable in _syllables(piece))
        else:
            parts.append(piece)
    return "".join(parts)[:NAME_KEY_LENGTH]


def _bigrams(run: str) -> Iterable[str]:
    return map(add, run, run[1:]) if len(run) > 1 else (run,) if run else ()


def _trigrams(run: str) -> list[str]:
    return [run[start : start + 3] for start in range(len(run) - 2)]


def search_tokens(text: str, *, initials: bool = False) -> str:
    """The tokens of `text`, separated by blanks and distinct, as stored in a search column.

    Chinese runs give their pairs of neighbouring characters and their last character, so that
    words of two characters are found, and every single one as the beginning of a token; Latin
    words and numbers give themselves and their beginnings. With `initials` (names and titles),
    pinyin initials too, so that `nbyj` finds 宁波甬江.
    """
    # A dictionary keeps the order of the text: as good as sorted, and cheaper.
    tokens: dict[str, None] = {}
    lowered = normalise(text)
    for run in _HAN.findall(lowered):
        tokens.update(dict.fromkeys(_bigrams(run)))
        tokens[run[-1]] = None
        if initials:
            letters = "".join([syllable[0] for syllable in _syllables(run) if syllable])
            pieces = [*_bigrams(letters), *_trigrams(letters)]
            tokens.update(dict.fromkeys([_INITIAL_MARK + piece for piece in pieces]))
    for word in _WORD.findall(lowered):
        beginnings = range(_PREFIX_LEAST, min(len(word), _PREFIX_MOST))
        tokens.update(dict.fromkeys([word[:64], *(word[:n] for n in beginnings)]))
    return " ".join(tokens)


KeyUse = Literal["sort", "name", "text"]
"""What a key is for: `sort` orders names, `name` finds them by pinyin initials too, `text` finds
wording."""


def key_of(use: KeyUse, text: str) -> str:
    """The key of `text` for one use."""
    if use == "sort":
        return name_key(text)
    return _name_tokens(text) if use == "name" else search_tokens(text)


@lru_cache(maxsize=2_000)
def _name_tokens(text: str) -> str:
    """Kept because the rows of a list name few owners."""
    return search_tokens(text, initials=True)


def is_beginning(token: str) -> bool:
    """Whether a query's token stands for every stored one that begins with it."""
    return len(token) == 1 and _HAN.match(token) is not None


def query_alternatives(query: str) -> list[list[list[str]]]:
    """What a stored text must hold to be found: every word, each by one of its alternatives.

    Returns words → alternatives → tokens that must all be there. A Latin word is either itself or
    pinyin initials. A token of one Chinese character (`is_beginning`) is there when another begins
    with it.
    """
    words: list[list[list[str]]] = []
    lowered = normalise(query)
    for piece in re.findall(r"[a-z0-9]+|[㐀-䶿一-鿿豈-﫿]+", lowered):
        if _HAN.fullmatch(piece):
            words.append([list(dict.fromkeys(_bigrams(piece)))])
            continue
        alternatives = [[piece[:64]]]
        if piece.isalpha():
            # There are few initials: pairs alone would meet by chance, so threes where possible.
            letters = _trigrams(piece) or _bigrams(piece)
            alternatives.append([_INITIAL_MARK + part for part in dict.fromkeys(letters)])
        words.append(alternatives)
    return words


def join_texts(texts: Iterable[str | None]) -> str:
    """Non-empty texts on a line each: tokens never span two of them."""
    return "\n".join(text for text in texts if text)
