"""Words that staff add while the system runs: synonyms, and terms a tokenizer would cut apart.

Nothing is segmented again: a post that holds a word of a group gets the group's first word as one
more term, on both sides and in queries, so that 磁钢 meets 永磁体. A term of its own is one word
wherever it stands, so that 热等静压 is more than 热, 等静 and 压.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lianshu.engine.matching import text

_HAN_ONLY = re.compile(rf"[{text.HAN}]+")


def cleaned(word: str) -> str:
    """A word as it is compared: normalised, lower case, single spaces."""
    return " ".join(text.normalise(word).lower().split())


@dataclass(frozen=True)
class Lexicon:
    """Groups of synonyms, the first word of each standing for it, and terms kept whole."""

    groups: tuple[tuple[str, ...], ...] = ()
    terms: tuple[str, ...] = ()
    _leads: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        leads = {cleaned(term): cleaned(term) for term in self.terms}
        for group in self.groups:
            lead = cleaned(group[0])
            leads |= {cleaned(word): leads.get(lead, lead) for word in group}
        leads.pop("", None)
        object.__setattr__(self, "_leads", leads)

    @cached_property
    def _inside(self) -> re.Pattern[str] | None:
        han = [word for word in self._leads if _HAN_ONLY.fullmatch(word)]
        if not han:
            return None
        return re.compile("|".join(sorted(map(re.escape, han), key=lambda w: (-len(w), w))))

    def alternatives(self, word: str) -> tuple[str, ...]:
        """The word and what stands for the same, for a search; the word alone when unknown."""
        known = cleaned(word)
        lead = self._leads.get(known)
        if lead is None:
            return (word,)
        same = sorted(one for one, other in self._leads.items() if other == lead and one != known)
        return (word, *same)

    def apply(self, terms: text.Terms) -> text.Terms:
        """The terms of a text with those added that the lexicon knows them by."""
        if not self._leads:
            return terms
        present = set(terms.keys)
        found = dict.fromkeys(key for key in terms.keys if key in self._leads)
        if self._inside is not None:
            found |= dict.fromkeys(self._inside.findall(terms.han))
        words, keys, runs = list(terms.words), list(terms.keys), [terms.han]
        for word in found:
            lead = self._leads[word]
            if lead in present:
                continue
            present.add(lead)
            words.append(word)
            keys.append(lead)
            if lead != word and _HAN_ONLY.fullmatch(lead):
                runs.append(lead)
        return text.Terms(
            tuple(words), tuple(keys), terms.whole, " ".join(run for run in runs if run)
        )


NO_LEXICON = Lexicon()


def lexicon_of(groups: Iterable[Iterable[str]], terms: Iterable[str]) -> Lexicon:
    """A lexicon from what people typed; groups of one word are terms."""
    several = [tuple(dict.fromkeys(filter(None, map(cleaned, group)))) for group in groups]
    return Lexicon(
        groups=tuple(group for group in several if len(group) > 1),
        terms=tuple(dict.fromkeys(filter(None, map(cleaned, terms)))),
    )
