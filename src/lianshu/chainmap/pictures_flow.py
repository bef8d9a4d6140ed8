"""The Sankey diagram of a chain: what flows from segment to segment, and what of it is local."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lianshu.engine.chains import Flow

SOURCED, PARTLY, MISSING = "#5c9f78", "#d9a25a", "#c8675f"
HALF: Final = 2


@dataclass(frozen=True, slots=True)
class FlowRow:
    """Supplies from one segment to another; `drawn` is whether the diagram can show them."""

    source: str
    target: str
    supplies: int
    sourced: int
    drawn: bool

    @property
    def missing(self) -> int:
        """Supplies of products that no local firm makes."""
        return self.supplies - self.sourced

    @property
    def colour(self) -> str:
        """By the share that local firms make: all, at least half, less."""
        if not self.missing:
            return SOURCED
        return PARTLY if self.sourced * HALF >= self.supplies else MISSING


def flow_rows(flows: Sequence[Flow], *, unnamed: str) -> tuple[FlowRow, ...]:
    """The flows, the greatest first; `unnamed` is what products of no segment are called.

    A Sankey diagram cannot hold a circle: a flow that would close one over greater flows is told
    in the table and not drawn.
    """
    named = [(flow.source or unnamed, flow.target or unnamed, flow) for flow in flows]
    named.sort(key=lambda each: (-each[2].supplies, each[0], each[1]))
    drawn: dict[str, set[str]] = {}
    rows = []
    for source, target, flow in named:
        fits = source != target and not _leads(drawn, target, source)
        if fits:
            drawn.setdefault(source, set()).add(target)
        rows.append(FlowRow(source, target, flow.supplies, flow.sourced, fits))
    return tuple(rows)


def flow_option(rows: Iterable[FlowRow], *, told: str) -> dict[str, Any]:
    """The diagram as an ECharts option. `told` words a flow's tooltip, with the places `source`,
    `target`, `supplies`, `sourced`."""
    shown = [row for row in rows if row.drawn]
    names = sorted({name for row in shown for name in (row.source, row.target)})
    return {
        "tooltip": {"trigger": "item", "formatter": "{b}"},
        "series": [
            {
                "type": "sankey",
                "left": 8,
                "right": 120,
                "top": 12,
                "bottom": 12,
                "nodeGap": 14,
                "nodeAlign": "justify",
                "emphasis": {"focus": "adjacency"},
                "label": {"overflow": "truncate", "width": 112, "color": "#1b2733"},
                "lineStyle": {"opacity": 0.55, "curveness": 0.5},
                "itemStyle": {"color": "#0f6a67", "borderWidth": 0},
                "data": [{"name": name} for name in names],
                "links": [
                    {
                        "source": row.source,
                        "target": row.target,
                        "value": row.supplies,
                        "lineStyle": {"color": row.colour},
                        "tooltip": {
                            "formatter": told.format(
                                source=row.source,
                                target=row.target,
                                supplies=row.supplies,
                                sourced=row.sourced,
                            )
                        },
                    }
                    for row in shown
                ],
            }
        ],
    }


def _leads(drawn: dict[str, set[str]], start: str, end: str) -> bool:
    """Whether what is drawn leads from `start` to `end`."""
    seen, waiting = {start}, [start]
    while waiting:
        for step in drawn.get(waiting.pop(), ()):
            if step == end:
                return True
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    return start == end
