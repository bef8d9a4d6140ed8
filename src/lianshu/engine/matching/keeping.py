"""A built index as arrays and back, so that it can be kept in a file: numbers and text, no code."""

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from lianshu.engine.matching.evidence import Evidence, Weighing
from lianshu.engine.matching.explain import Explainer
from lianshu.engine.matching.lexicon import Lexicon
from lianshu.engine.matching.matcher import Matcher
from lianshu.engine.matching.vocabulary import Grams, Words

_RULES = ("text.py", "lexicon.py", "vocabulary.py", "evidence.py", "index.py", "keeping.py")
Arrays = dict[str, NDArray[Any]]


@cache
def form() -> str:
    """Names how texts are cut and weighed, lists of words included: what was kept by other rules
    is no longer used."""
    package = files(__package__)
    found = sha256()
    for path in (*(package / name for name in _RULES), *sorted_lists(package / "data")):
        found.update(path.read_bytes())
    return found.hexdigest()


def sorted_lists(folder: Traversable) -> list[Traversable]:
    """The lists shipped with the package, by name."""
    return sorted(
        (path for path in folder.iterdir() if path.name.endswith(".txt")),
        key=lambda path: path.name,
    )


def arrays_of(matcher: Matcher) -> Arrays:
    """Everything but the lexicon, by name."""
    words, grams = matcher.evidence
    return {
        "form": np.array([form()]),
        "ids": _written(matcher.ids),
        "rarest": np.array([matcher.explainer.rarest]),
        "words": _written(words.weighing.vocabulary.column),
        "grams": grams.weighing.vocabulary.keys,
        "whole": _written(grams.weighing.vocabulary.whole.column),
        **_evidence("by_word", words),
        **_evidence("by_gram", grams),
    }


def matcher_of(arrays: Mapping[str, NDArray[Any]], lexicon: Lexicon) -> Matcher:
    """The index again. Raises ValueError when it was kept in another form."""
    if arrays["form"].tolist() != [form()]:
        raise ValueError("an index kept in another form")
    words = Words(_read(arrays["words"]))
    grams = Grams(arrays["grams"], Words(_read(arrays["whole"])))
    by_word = _weighing("by_word", words, arrays)
    rarity = dict(zip(words.column, by_word.rarity.tolist(), strict=True))
    explainer = Explainer(rarity, float(arrays["rarest"][0]), by_word.mean_lengths, lexicon)
    return Matcher(
        ids=tuple(_read(arrays["ids"])),
        explainer=explainer,
        evidence=(
            Evidence(by_word, _postings("by_word", arrays)),
            Evidence(_weighing("by_gram", grams, arrays), _postings("by_gram", arrays)),
        ),
        lexicon=lexicon,
    )


def _evidence(name: str, evidence: Evidence[Words] | Evidence[Grams]) -> Arrays:
    postings = evidence.postings
    return {
        f"{name}_rarity": evidence.weighing.rarity,
        f"{name}_lengths": np.array(evidence.weighing.mean_lengths),
        f"{name}_data": postings.data,
        f"{name}_indices": postings.indices,
        f"{name}_indptr": postings.indptr,
        f"{name}_shape": np.array(postings.shape),
    }


def _weighing(name: str, vocabulary: Any, arrays: Mapping[str, NDArray[Any]]) -> Weighing[Any]:
    first, second = arrays[f"{name}_lengths"].tolist()
    return Weighing(vocabulary, arrays[f"{name}_rarity"], (first, second))


def _postings(name: str, arrays: Mapping[str, NDArray[Any]]) -> csr_array[np.float32]:
    parts = (arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr"))
    rows, columns = arrays[f"{name}_shape"].tolist()
    return csr_array(tuple(parts), shape=(rows, columns))


def _written(texts: Iterable[str]) -> NDArray[np.uint8]:
    """Texts without line breaks as the bytes of one: fixed widths would take far more room."""
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def _read(written: NDArray[np.uint8]) -> list[str]:
    joined = written.tobytes().decode()
    return joined.split("\n") if joined else []
