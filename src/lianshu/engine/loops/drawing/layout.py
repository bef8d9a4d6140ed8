"""Where things stand: boxes in the column of their stage, lines in slots and lanes between them.

A line to the next column goes through the gap between; one that skips columns runs in a lane
above, one that leads back in a lane below. Ends hang below the step that leads to them, so that
no line has to reach for them across the picture.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from lianshu.engine.loops.drawing.words import LINE, SMALL, said, width, wrapped
from lianshu.engine.loops.graph import Edge, Graph
from lianshu.engine.loops.model import Loop, Step
from lianshu.engine.loops.walk import ways_to_ends

MARGIN, HEADING, LABEL, PORT, ROW, LANE, SLOT = 24, 58, 112, 18, 24, 22, 10
BOX = {"zh": 196, "en": 232}


@dataclass
class Exit:
    """An end that hangs below a step."""

    label: str
    end: str
    name: str
    automatic: bool
    rating: bool


@dataclass
class Box:
    """A step: its text and where it stands. `left` and `right` count the lines at its sides."""

    step: Step
    column: int
    lines: list[str]
    exits: list[Exit]
    x: float = 0
    y: float = 0
    left: int = 0
    right: int = 0

    @property
    def height(self) -> float:
        """High enough for the text and for a port to each line."""
        text = 30 + LINE * len(self.lines)
        return max(text, PORT * (max(self.left, self.right) + 1))


@dataclass
class Line:
    """One or several actions from a step to another, and the way the line goes."""

    source: str
    target: str
    labels: list[str]
    automatic: bool
    rating: bool
    port_out: int = 0
    port_in: int = 0
    slot_out: int = 0
    slot_in: int = 0
    lane: int = 0
    way: list[tuple[float, float]] = field(default_factory=list)
    label_at: tuple[float, float] = (0, 0)


@dataclass
class Layout:
    """Everything with its place."""

    boxes: dict[str, Box]
    lines: list[Line]
    headings: list[tuple[str, float]]
    columns: list[float]
    box_width: float
    width: float
    height: float


class _Slots:
    """How many lines each gap and lane holds; gap 0 is left of the first column."""

    def __init__(self) -> None:
        self.gaps: defaultdict[int, int] = defaultdict(int)
        self.above = 0
        self.below = 0

    def gap(self, number: int) -> int:
        """The next free slot of a gap."""
        self.gaps[number] += 1
        return self.gaps[number] - 1


def lay_out(loop: Loop, language: str) -> Layout:
    """The picture of `loop` in `language`; a definition that is not closed has one too."""
    graph = Graph(loop)
    size = BOX["en" if language.startswith("en") else "zh"]
    boxes = _boxes(loop, graph, language, size)
    lines = _lines(graph, boxes, language)
    slots = _Slots()
    # Lines within a column turn nearest to it, or they would seem to run on into the next.
    for line in sorted(
        lines, key=lambda each: boxes[each.source].column == boxes[each.target].column
    ):
        _reserve(line, boxes, slots)
    columns = _place(loop, boxes, slots, size)
    floor = max((box.y + box.height + ROW * len(box.exits) for box in boxes.values()), default=0)
    for line in lines:
        _route(line, boxes, columns, size, floor)
    headings = [
        (said(stage.name, language), x) for stage, x in zip(loop.stages, columns, strict=False)
    ]
    right = columns[-1] + size + LABEL * bool(slots.gaps[len(columns)])
    right += MARGIN + SLOT * slots.gaps[len(columns)]
    return Layout(
        boxes, lines, headings, columns, size, right, floor + LANE * (slots.below + 1) + MARGIN
    )


def _boxes(loop: Loop, graph: Graph, language: str, size: float) -> dict[str, Box]:
    order = {stage.id: number for number, stage in enumerate(loop.stages)}
    roles = {role.id: said(role.name, language) for role in loop.roles}
    ends = {end.id: said(end.name, language) for end in loop.ends}
    far = _distances(graph)
    steps = sorted(loop.steps, key=lambda step: far.get(step.id, len(far)))
    boxes: dict[str, Box] = {}
    for step in steps:
        text = wrapped(said(step.name, language), size - 24, LINE)
        actor = roles.get(step.actor or "", step.actor or "？")
        text += wrapped(actor, size - 24, SMALL) + _time(step, roles, language)
        exits = [
            Exit(_label(edge, language), edge.to, ends[edge.to], edge.automatic, edge.accepts)
            for edge in graph.leaving(step.id)
            if edge.to in graph.ends
        ]
        boxes[step.id] = Box(step, order.get(step.stage, 0), text, exits)
    return boxes


def _distances(graph: Graph) -> dict[str, int]:
    """How many actions each step is from the start, along the ways to the ends."""
    found: dict[str, int] = {}
    for way in ways_to_ends(graph).values():
        for number, edge in enumerate(way):
            found.setdefault(edge.step, number)
    return found


def _time(step: Step, roles: dict[str, str], language: str) -> list[str]:
    english = language.startswith("en")
    limit = (str(step.limit) if english else step.limit.zh) if step.limit else "？"
    if step.urgent:
        limit += f" (urgent {step.urgent})" if english else f"（急 {step.urgent.zh}）"
    if step.overdue is None or step.overdue.hand_to is None:
        return [limit]
    taker = roles.get(step.overdue.hand_to, step.overdue.hand_to)
    return [limit, f"then {taker}" if english else f"超时交 {taker}"]


def _label(edge: Edge, language: str) -> str:
    return ("★ " if edge.accepts else "") + said(edge.action.name, language)


def _lines(graph: Graph, boxes: dict[str, Box], language: str) -> list[Line]:
    found: dict[tuple[str, str, bool], Line] = {}
    for name in boxes:
        for edge in graph.leaving(name):
            if edge.to in graph.ends or edge.to == name:
                continue
            key = (name, edge.to, edge.automatic)
            if key not in found:
                found[key] = Line(name, edge.to, [], edge.automatic, False)
            found[key].labels.append(_label(edge, language))
            found[key].rating = found[key].rating or edge.action.rating is not None
    return list(found.values())


def _reserve(line: Line, boxes: dict[str, Box], slots: _Slots) -> None:
    source, target = boxes[line.source], boxes[line.target]
    step = target.column - source.column
    if step >= 0:
        line.port_out = source.right + 1
        # Names beyond the first stand below the line and need room before the next.
        source.right += len(line.labels) if step < 2 else 1
        line.slot_out = slots.gap(source.column + 1)
    else:
        line.port_out = source.left = source.left + 1
        line.slot_out = slots.gap(source.column)
    if step == 0:
        line.port_in = target.right = target.right + 1
        return
    line.port_in = target.left = target.left + 1
    if step == 1:
        return
    line.slot_in = slots.gap(target.column)
    if step > 1:
        slots.above += 1
        line.lane = slots.above
    else:
        slots.below += 1
        line.lane = slots.below


def _place(loop: Loop, boxes: dict[str, Box], slots: _Slots, size: float) -> list[float]:
    columns: list[float] = []
    x = float(MARGIN + SLOT * (slots.gaps[0] + 1))
    for number in range(max(1, len(loop.stages))):
        columns.append(x)
        x += size + LABEL + SLOT * (slots.gaps[number + 1] + 2)
    top = MARGIN + HEADING + LANE * slots.above + 26
    free: defaultdict[int, float] = defaultdict(lambda: float(top))
    for box in boxes.values():
        box.x, box.y = columns[box.column], free[box.column]
        free[box.column] += box.height + ROW * len(box.exits) + 34
    return columns


def _route(
    line: Line, boxes: dict[str, Box], columns: list[float], size: float, floor: float
) -> None:
    source, target = boxes[line.source], boxes[line.target]
    step = target.column - source.column
    y_out = source.y + PORT * line.port_out
    y_in = target.y + PORT * line.port_in

    def before(column: int, slot: int) -> float:
        return columns[column] - SLOT * (slot + 2)

    def after(column: int, slot: int) -> float:
        if column + 1 < len(columns):
            return before(column + 1, slot)
        return columns[column] + size + LABEL + SLOT * (slot + 1)

    out = source.x + size if step >= 0 else source.x
    x_out = (
        after(source.column, line.slot_out) if step >= 0 else before(source.column, line.slot_out)
    )
    line.label_at = (out + 6, y_out)
    line.way = [(out, y_out), (x_out, y_out)]
    if step == 0:
        line.way += [(x_out, y_in), (target.x + size, y_in)]
    elif step == 1:
        line.way += [(x_out, y_in), (target.x, y_in)]
    else:
        x_in = before(target.column, line.slot_in)
        lane = MARGIN + HEADING + LANE * line.lane if step > 1 else floor + LANE * line.lane
        line.way += [(x_out, lane), (x_in, lane), (x_in, y_in), (target.x, y_in)]
        label = "、".join(line.labels)
        line.labels = [label]
        line.label_at = ((x_out + x_in) / 2 - width(label, SMALL) / 2, lane)
