"""The layout as SVG: attributes only, so that a page with a strict content policy can hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from lianshu.engine.loops.drawing.layout import MARGIN, ROW, Box, Exit, Layout, Line, lay_out
from lianshu.engine.loops.drawing.words import LINE, SMALL, said, width
from lianshu.engine.loops.model import EndKind, Loop

FONTS = (
    "'Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"
    "'WenQuanYi Zen Hei',sans-serif"
)
COLOURS: Mapping[EndKind, tuple[str, str]] = {
    EndKind.DONE: ("#1a7f4b", "#e3f5ea"),
    EndKind.UNRATED: ("#8a6100", "#fdf3d7"),
    EndKind.DECLINED: ("#5b6470", "#eceff2"),
    EndKind.WITHDRAWN: ("#5b6470", "#eceff2"),
    EndKind.EXPIRED: ("#a34a00", "#fdeadd"),
    EndKind.FAILED: ("#b3261e", "#fbe4e2"),
}
_KINDS = {
    EndKind.DONE: ("已评办结", "done"),
    EndKind.UNRATED: ("未评", "unrated"),
    EndKind.DECLINED: ("不受理", "declined"),
    EndKind.WITHDRAWN: ("撤回", "withdrawn"),
    EndKind.EXPIRED: ("逾期", "expired"),
    EndKind.FAILED: ("未办成", "failed"),
}
_INK, _SOFT, _LINE, _RATING = "#1d2733", "#5b6470", "#52708f", "#b07d00"


def draw(loop: Loop, *, language: str = "zh", counts: Mapping[str, int] | None = None) -> str:
    """The picture of `loop`; `counts` says how many cases wait at each step."""
    layout = lay_out(loop, language)
    ends = {end.id: end.kind for end in loop.ends}
    legend = _Legend(loop, language)
    wide = max(layout.width, legend.width + 2 * MARGIN)
    high = layout.height + legend.height
    title = said(loop.title, language)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="0 0 {wide:.0f} {high:.0f}" role="img" font-family={quoteattr(FONTS)}>',
        f"<title>{escape(title)}</title>",
        _ARROWS,
        f'<rect width="{wide:.0f}" height="{high:.0f}" fill="#ffffff"/>',
        _text(MARGIN, 30, title, size=18, bold=True),
        *_headings(layout, high - legend.height - MARGIN),
        *(_line(line) for line in layout.lines),
        *(part for box in layout.boxes.values() for part in _box(box, layout, loop, ends, counts)),
        *(label for line in layout.lines for label in _labels(line)),
        *legend.parts(high - legend.height),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _marker(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
    )


_ARROWS = f"<defs>{_marker('to', _LINE)}{_marker('rated', _RATING)}</defs>"


def _text(
    x: float, y: float, text: str, *, size: float, colour: str = _INK, bold: bool = False
) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{weight}>'
        f"{escape(text)}</text>"
    )


def _headings(layout: Layout, floor: float) -> Iterator[str]:
    for name, x in layout.headings:
        yield (
            f'<rect x="{x - 10:.1f}" y="46" width="{layout.box_width + 20:.1f}" '
            f'height="{floor - 46:.1f}" rx="10" fill="#f4f7fa"/>'
        )
        yield _text(x, 68, name, size=15, bold=True, colour="#24476b")


def _style(*, automatic: bool, rating: bool) -> str:
    colour = _RATING if rating else _LINE
    dashes = ' stroke-dasharray="6 4"' if automatic else ""
    return f'fill="none" stroke="{colour}" stroke-width="{2.4 if rating else 1.5}"{dashes}'


def _line(line: Line) -> str:
    marker = "rated" if line.rating else "to"
    return (
        f'<path d="{_rounded(line.way)}" {_style(automatic=line.automatic, rating=line.rating)} '
        f'marker-end="url(#{marker})"/>'
    )


def _rounded(way: list[tuple[float, float]], radius: float = 6) -> str:
    """A path with round corners."""
    words = [f"M{way[0][0]:.1f} {way[0][1]:.1f}"]
    for before, here, after in zip(way, way[1:], way[2:], strict=False):
        enter, leave = _towards(here, before, radius), _towards(here, after, radius)
        words.append(
            f"L{enter[0]:.1f} {enter[1]:.1f}"
            f"Q{here[0]:.1f} {here[1]:.1f} {leave[0]:.1f} {leave[1]:.1f}"
        )
    words.append(f"L{way[-1][0]:.1f} {way[-1][1]:.1f}")
    return "".join(words)


def _towards(
    here: tuple[float, float], there: tuple[float, float], most: float
) -> tuple[float, float]:
    """The point on the way from `here` to `there`, at most half of it and `most` away."""
    x, y = there[0] - here[0], there[1] - here[1]
    length = abs(x) + abs(y)
    share = min(most, length / 2) / length if length else 0
    return here[0] + x * share, here[1] + y * share


def _labels(line: Line) -> Iterator[str]:
    """Each action's name above the line, on white so that crossing lines do not strike it out."""
    x, y = line.label_at
    for number, label in enumerate(line.labels):
        at = y - 4 if number == 0 else y + 3 + SMALL * number
        yield (
            f'<rect x="{x - 2:.1f}" y="{at - 10:.1f}" width="{width(label, 11) + 4:.1f}" '
            'height="13" fill="#ffffff" fill-opacity="0.9"/>'
        )
        yield _text(x, at, label, size=11, colour=_RATING if line.rating else _SOFT)


def _box(
    box: Box,
    layout: Layout,
    loop: Loop,
    ends: Mapping[str, EndKind],
    counts: Mapping[str, int] | None,
) -> Iterator[str]:
    step, wide = box.step, layout.box_width
    first = step.id == loop.start
    border = "#24476b" if first else "#9db0c4"
    dots = ' stroke-dasharray="2 3"' if step.added else ""
    yield (
        f'<g data-step={quoteattr(step.id)}><rect x="{box.x:.1f}" y="{box.y:.1f}" '
        f'width="{wide:.1f}" height="{box.height:.1f}" rx="8" fill="#ffffff" '
        f'stroke="{border}" stroke-width="{2.4 if first else 1.4}"{dots}/>'
    )
    if step.work:
        yield (
            f'<rect x="{box.x:.1f}" y="{box.y + 6:.1f}" width="5" '
            f'height="{box.height - 12:.1f}" rx="2" fill="#2f6fa8"/>'
        )
    y = box.y + 24
    for number, text in enumerate(box.lines):
        name = number == 0
        size, colour = (14, _INK) if name else (SMALL, _SOFT)
        yield _text(box.x + 14, y, text, size=size, colour=colour, bold=name)
        y += LINE
    if counts and counts.get(step.id):
        yield _count(box.x + wide - 22, box.y + 2, counts[step.id])
    yield "</g>"
    for number, leaving in enumerate(box.exits):
        yield from _exit(box, leaving, ends[leaving.end], number)


def _count(x: float, y: float, count: int) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="13" fill="#24476b"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="12" fill="#ffffff" '
        f'text-anchor="middle">{count}</text>'
    )


def _exit(box: Box, leaving: Exit, kind: EndKind, number: int) -> Iterator[str]:
    """An end below its step: the action that leads there, and the end in its colour."""
    ink, paper = COLOURS[kind]
    x, y = box.x + 12, box.y + box.height + ROW * number + 16
    top = box.y + box.height + (ROW * (number - 1) + 16 if number else 0)
    yield f'<path d="M{x} {top:.1f}V{y:.1f}" fill="none" stroke="{_LINE}" stroke-opacity="0.5"/>'
    style = _style(automatic=leaving.automatic, rating=leaving.rating)
    yield f'<path d="M{x} {y:.1f}H{x + 16}" {style}/>'
    colour = _RATING if leaving.rating else _SOFT
    yield _text(x + 20, y + 4, leaving.label, size=11, colour=colour)
    at = x + 28 + width(leaving.label, 11)
    yield (
        f'<rect x="{at:.1f}" y="{y - 9:.1f}" width="{width(leaving.name, 11) + 14:.1f}" '
        f'height="18" rx="9" fill="{paper}" stroke="{ink}"/>'
    )
    yield _text(at + 7, y + 4, leaving.name, size=11, colour=ink)


class _Legend:
    """What the lines and colours mean, and where the loop is from, below the picture."""

    height = 62

    def __init__(self, loop: Loop, language: str) -> None:
        english = language.startswith("en")
        self.source = (
            f"{'Source' if english else '来源'} {loop.source.document}：{loop.source.phrase}"
        )
        self.lines = (
            ("by people" if english else "由人办理", False, False),
            ("by itself when overdue" if english else "超时自动", True, False),
            ("★ rating" if english else "★ 评价", False, True),
        )
        present = {end.kind: None for end in loop.ends}
        self.kinds = [(kind, _KINDS[kind][english]) for kind in present]
        self.notes = (
            ("bar: the work itself" if english else "蓝条：办理本身"),
            ("dotted: added" if english else "点框：来源之外补上的步骤"),
        )

    @property
    def width(self) -> float:
        """How wide the longer row is."""
        row = sum(width(name, 11) + 52 for name, _a, _r in self.lines)
        row += sum(width(name, 11) + 30 for _kind, name in self.kinds)
        row += sum(width(note, 11) + 18 for note in self.notes)
        return max(row, width(self.source, 11))

    def parts(self, top: float) -> Iterator[str]:
        """The rows, the first at `top`."""
        x, y = float(MARGIN), top + 16
        for name, automatic, rating in self.lines:
            style = _style(automatic=automatic, rating=rating)
            yield f'<path d="M{x:.1f} {y:.1f}H{x + 26:.1f}" {style}/>'
            yield _text(x + 32, y + 4, name, size=11, colour=_SOFT)
            x += width(name, 11) + 52
        for kind, name in self.kinds:
            ink, paper = COLOURS[kind]
            wide = width(name, 11) + 16
            yield (
                f'<rect x="{x:.1f}" y="{y - 9:.1f}" width="{wide:.1f}" height="18" rx="9" '
                f'fill="{paper}" stroke="{ink}"/>'
            )
            yield _text(x + 8, y + 4, name, size=11, colour=ink)
            x += wide + 14
        for note in self.notes:
            yield _text(x, y + 4, note, size=11, colour=_SOFT)
            x += width(note, 11) + 18
        yield _text(MARGIN, y + 28, self.source, size=11, colour=_SOFT)
