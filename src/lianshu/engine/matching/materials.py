"""Another material: the plainest contradiction between two titles."""

from functools import cache

from lianshu.engine.matching import text


@cache
def _families() -> dict[str, str]:
    """Each spelling, in lower case, with the material it is one of."""
    families: dict[str, str] = {}
    for line in text.lines_of("materials.txt"):
        spellings = line.split()
        families |= {spelling.lower(): spellings[0] for spelling in spellings}
    return families


def named_in(written: str) -> frozenset[str]:
    """The materials that a text names."""
    said = text.normalise(written).lower()
    return frozenset(family for spelling, family in _families().items() if spelling in said)


def contradiction(
    asked_title: str, asked_all: str, offered_title: str, offered_all: str
) -> tuple[str, str] | None:
    """(asked, offered) where both titles name materials, and neither text anything of the
    other's; None where they agree or one names none."""
    asked, offered = named_in(asked_title), named_in(offered_title)
    if not asked or not offered:
        return None
    if asked & named_in(offered_all) or offered & named_in(asked_all):
        return None
    return "、".join(sorted(asked)), "、".join(sorted(offered))
