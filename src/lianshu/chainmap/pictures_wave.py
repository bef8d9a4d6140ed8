"""The wave of a loss: which products lose makers, which become gaps, what is downstream of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from lianshu.chainmap.pictures import MARKS, Dot, Layers, Mark
from lianshu.engine.chains import Impact

NEW_GAP: Final = Mark("new", _("新断点"), _("不再有本地来源"), "#a92b22", "diamond", "bad")
HIT: Final = Mark("hit", _("受影响，无本地生产"), _("要用断掉的产品"), "#55636f", "rect", "")
HIT_MADE: Final = Mark(
    "hit_made",
    _("受影响，有本地生产"),
    _("本地有企业要用断掉的产品"),
    "#c96a00",
    "triangle",
    "wait",
)
WAVE_MARKS: Final[Mapping[str, Mark]] = {mark.id: mark for mark in (NEW_GAP, HIT_MADE, HIT)}


@dataclass(frozen=True, slots=True)
class LossRow:
    """A product that loses makers."""

    product: str
    before: int
    after: int
    was: Mark
    now: Mark
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaveRow:
    """A product that requires one that cannot be had any more; `makers` still make it here."""

    product: str
    depth: int
    path: tuple[str, ...]
    makers: tuple[str, ...]

    @property
    def mark(self) -> Mark:
        """Whether a local firm is hit by it."""
        return HIT_MADE if self.makers else HIT


@dataclass(frozen=True, slots=True)
class WavePicture:
    """Losses, those that become gaps first; and the wave downstream, by distance."""

    losses: tuple[LossRow, ...]
    gaps: tuple[str, ...]
    wave: tuple[WaveRow, ...]
    firms: tuple[str, ...]


def wave_picture(found: Impact) -> WavePicture:
    """What `impact` says, for who may read lists of impact: firms by the keys of their codes."""
    losses = tuple(
        LossRow(
            one.product,
            len(one.before),
            len(one.after),
            MARKS[one.statuses[0].value],
            MARKS[one.statuses[1].value],
            tuple(sorted(one.lost)),
        )
        for one in found.changes
    )
    wave = tuple(
        WaveRow(one.product, one.depth, one.path, tuple(sorted(one.makers)))
        for one in found.affected
    )
    return WavePicture(losses, found.gaps, wave, tuple(sorted(found.firms)))


def wave_layers(
    picture: WavePicture, links: Iterable[tuple[str, str]], *, levels: Sequence[str]
) -> Layers:
    """The wave in levels: the new gaps, then what requires them, by distance. `links` are the
    supplies between its products, as pairs (of, for); those beside the tree go across."""
    at = {product: place for place, product in enumerate(picture.gaps)}
    dots = [Dot(gap, 0, NEW_GAP.id, None, "") for gap in picture.gaps]
    for row in picture.wave:
        at[row.product] = len(dots)
        dots.append(Dot(row.product, row.depth, row.mark.id, at[row.path[-2]], ""))
    branches = {(dot.parent, place) for place, dot in enumerate(dots)}
    pairs = ((at[source], at[target]) for source, target in links if {source, target} <= at.keys())
    across = tuple(pair for pair in pairs if pair not in branches)
    return Layers(tuple(dots), across, tuple(levels), WAVE_MARKS)


def within_chain(found: Impact, products: frozenset[str]) -> Impact:
    """What of an impact concerns some products: for who may know only those of a chain."""
    return Impact(
        tuple(one for one in found.changes if one.product in products),
        tuple(gap for gap in found.gaps if gap in products),
        tuple(one for one in found.affected if products.issuperset(one.path)),
    )
