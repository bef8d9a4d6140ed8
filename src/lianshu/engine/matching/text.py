"""Text as the matching engine reads it: normalised, cut into terms, technical terms kept whole.

A general tokenizer breaks exactly what technical staff look for: "≥1.80 克/立方厘米", "-40℃",
"100/120 粒度", "Ca(OH)2". They are taken out by one pattern before the rest is segmented.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import rjieba

HAN = "㐀-䶿一-鿿豈-﫿〇\U00020000-\U0003ffff"
# φ is a sign of diameter before a number, not a letter of a name.
_LETTER = "A-Za-zΑ-ΥΧ-Ωα-υχ-ω"
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_FOLDED = str.maketrans("≧≦≫≪∼−—–", "≥≤><~---")
_FOLDABLE = re.compile("[≧≦≫≪∼−—–]")
_RAISED = re.compile(r"(?<=[\dm])[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
# A Chinese run up to this length is remembered once cut.
SHORT = 8
_SENTENCE_END = re.compile(r"[。;!?\n\r]|\s{2,}")


def lines_of(name: str) -> list[str]:
    """The lines of one of the lists shipped with the package, comments and empty ones removed."""
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def _listed(name: str) -> list[str]:
    """The entries of one of the lists."""
    return [word for line in lines_of(name) for word in line.split()]


def _pattern() -> re.Pattern[str]:
    """The pattern of one piece: quantity, formula, Latin term, bare number or Chinese run."""
    units = sorted(map(re.escape, _listed("units.txt")), key=len, reverse=True)
    # A unit of letters ends where the letters end: "5m" is a length, "5micro" is not.
    unit = rf"(?:{'|'.join(units)})(?![A-Za-z])"
    number = r"\d+(?:[.,]\d+)*(?:\^-?\d+)?"
    several = rf"{number}(?:\s?[-~/×x*:±]\s?[φΦ]?{number})*"
    atoms = r"(?:[A-Z][a-z]?\d*)+"
    latin = rf"[{_LETTER}][{_LETTER}0-9]*(?:[-+.&_][{_LETTER}0-9]+)*\+*"
    # No other piece begins with a Chinese character, so the commonest is looked for first.
    return re.compile(
        rf"(?P<han>[{HAN}]+)"
        rf"|(?P<quantity>[≥≤<>≈±φΦ]{{0,2}}\s?(?<![A-Za-z0-9])-?{several}\s?{unit}"
        rf"(?:[/·]\(?{unit}(?:·{unit})?\)?)*)"
        rf"|(?P<formula>{atoms}(?:\({atoms}\)\d*)+(?:{atoms})?)"
        rf"|(?P<latin>\d*{latin})"
        r"|(?P<number>\d+(?:\.\d+)?)"
        r"|(?P<other>[^\W\d_]+)"
    )


def _segmenter() -> rjieba.Jieba:
    segmenter = rjieba.Jieba()
    for word in _listed("lexicon.txt"):
        segmenter.add_word(word, None, None)
    return segmenter


_PIECE = _pattern()
_SEGMENTER = _segmenter()
_STOPWORDS = frozenset(_listed("stopwords.txt"))
_COMPARATOR = re.compile(r"^[≥≤<>≈±φΦ]+|\s")
_PART = re.compile(r"[-+.&_]")


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one text.

    `words`: content words, then whole terms (quantities, formulas, Latin terms), as written, with
    repetitions; `keys`: what each of them is compared by; `whole`: the keys of the whole terms;
    `han`: the Chinese runs of the text, separated by one space each.
    """

    words: tuple[str, ...]
    keys: tuple[str, ...]
    whole: tuple[str, ...]
    han: str


_NOTHING = Terms((), (), (), "")


def key(word: str) -> str:
    """What spellings of a term have in common: quantities without comparator, lower case."""
    return _COMPARATOR.sub("", word).lower()


def normalise(text: str) -> str:
    """NFKC without losing exponents: "10⁻⁶" becomes "10^-6" and not "10-6"; ≧ and ﹥ are folded."""
    text = _RAISED.sub(lambda found: "^" + found[0].translate(_SUPERSCRIPTS), text)
    text = unicodedata.normalize("NFKC", text)
    # Few texts hold one, and looking is quicker than translating each character.
    return text.translate(_FOLDED) if _FOLDABLE.search(text) else text


def sentences(text: str) -> str:
    """The text with repeated sentences removed: forms often hold the same paragraph twice."""
    if not _SENTENCE_END.search(text):
        return text.strip()
    kept = dict.fromkeys(part.strip() for part in _SENTENCE_END.split(text))
    return "。".join(part for part in kept if part)


def terms(text: str) -> Terms:
    """Cut a text into terms. Empty text, emoji and punctuation alone give no terms."""
    if not text:
        return _NOTHING
    words: list[str] = []
    whole: list[str] = []
    han: list[str] = []
    for found in _PIECE.finditer(sentences(normalise(text))):
        kind, piece = found.lastgroup, found[0]
        if kind == "han":
            han.append(piece)
            words += short_cut(piece) if len(piece) <= SHORT else _cut(piece)
        elif kind is not None:
            whole += _whole_terms(kind, piece)
    whole_keys = [key(word) for word in whole]
    # A Chinese word is its own key.
    return Terms((*words, *whole), (*words, *whole_keys), tuple(whole_keys), " ".join(han))


def _cut(piece: str) -> tuple[str, ...]:
    """The words of a Chinese run that say something.

    A single character is left to the character index, which weighs it by its rarity.
    """
    cut = _SEGMENTER.cut_for_search(piece)
    return tuple([word for word in cut if len(word) > 1 and word not in _STOPWORDS])


# Keywords of a trade come again and again, and how a run is cut depends on nothing else.
short_cut = lru_cache(maxsize=1 << 16)(_cut)


def _whole_terms(kind: str, piece: str) -> list[str]:
    if kind == "number":
        # "1、2、3" number a list; three digits and more are grades and models: 304, 6061.
        return [piece] if len(piece) >= 3 else []
    if kind == "quantity":
        return [re.sub(r"\s", "", piece)]
    if piece.lower() in _STOPWORDS or len(piece) == 1:
        return []
    parts = [part for part in _PART.split(piece) if len(part) > 1] if kind == "latin" else []
    return [piece, *parts] if len(parts) > 1 else [piece]
