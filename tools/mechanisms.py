"""Where each mechanism of the sources lives: writes docs/mechanisms.md and two pictures.

python -m tools.mechanisms            writes what is not current
python -m tools.mechanisms --check    only says so, exit code 1
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from lianshu.engine.definitions import Loaded
from lianshu.engine.loops import Checked, Loop, Schedule, check_files, draw

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ("order", "alliance")
# The sequences that are no loop: what they are, and in which part of the platform they live.
ELSEWHERE = {
    "S4": ("需求清单 + 资源清单 → 项目清单", "the exchange: `src/lianshu/exchange`"),
    "S19": (
        "市级研发中心—省级研发中心—省级企业研究院—省级重点企业研究院",
        "a ladder; comes with the policies",
    ),
    "S20": (
        "科技型中小企业—高新技术企业—瞪羚之星企业（或 科技小巨人企业）—科技领军企业",
        "three ladders; come with the policies",
    ),
    "S22": ("补短板、强弱项", "the diagnosis: what a firm lacks; comes with the policies"),
}
HEAD = """# Where each mechanism lives

Written by `python -m tools.mechanisms`; do not edit. `docs/loops.md` is the format.

The sources name 22 sequences of steps. Most are loops, two recur on a schedule, four are no loops.
Besides them there are loops that the sources mention without naming their steps, or that every
city has.

## The named sequences

| | in the words of the source | where | judged by | steps · ends |
|---|---|---|---|---|
"""
FURTHER = """
## Further loops

| loop | in the words of the source | where | judged by | steps · ends |
|---|---|---|---|---|
"""
SHARED = """
## What they share

| base | used by |
|---|---|
"""
TAIL = """
A limit that the sources do not give is a promise in force elsewhere (first contact within 1
working hour when urgent, else 1 workday; an answer in stages of 3 workdays; done in 5 to 7) and is
marked `configurable`. A step that the source does not name is marked `added`, with the reason.

![S1](images/loop-order.svg)

![S3](images/loop-alliance.svg)
"""


def files() -> dict[Path, str]:
    """What is to be written, by path."""
    checked = check_files([ROOT / "packs"])
    loops = {loaded.value.id: loaded.value for loaded in checked.loops}
    written = {ROOT / "docs/mechanisms.md": page(checked)}
    return written | {ROOT / f"docs/images/loop-{name}.svg": draw(loops[name]) for name in PICTURES}


def page(checked: Checked) -> str:
    """The page."""
    further = [loaded for loaded in checked.loops if loaded.value.sequence is None]
    rows = sorted(further, key=lambda each: each.value.id)
    return (
        HEAD
        + "".join(f"{row}\n" for row in _sequences(checked))
        + FURTHER
        + "".join(f"| {each.value.title} {_loop(each)}\n" for each in rows)
        + SHARED
        + "".join(f"{row}\n" for row in _bases(checked))
        + TAIL
    )


def _sequences(checked: Checked) -> Iterator[str]:
    for number in range(1, 23):
        name = f"S{number}"
        if name in ELSEWHERE:
            phrase, where = ELSEWHERE[name]
            yield f"| {name} | {phrase} | {where} | | |"
        for loop in checked.loops:
            if loop.value.sequence == name:
                yield f"| {name} {_loop(loop)}"
        for schedule in checked.schedules:
            if schedule.value.sequence == name:
                yield f"| {name} {_schedule(schedule)}"


def _loop(loaded: Loaded[Loop]) -> str:
    loop = loaded.value
    judge = next(role.name for role in loop.roles if role.id == loop.confirmer)
    return (
        f"| {loop.source.phrase} ({loop.source.document}) | {_link(loaded.path)} | {judge} "
        f"| {len(loop.steps)} · {len(loop.ends)} |"
    )


def _schedule(loaded: Loaded[Schedule]) -> str:
    source = loaded.value.source
    opens = ", ".join(f"`{name}`" for name in dict.fromkeys(o.loop for o in loaded.value.openings))
    return f"| {source.phrase} ({source.document}) | {_link(loaded.path)}, opens {opens} | | |"


def _bases(checked: Checked) -> Iterator[str]:
    for base in checked.bases:
        users = [
            f"`{loaded.value.id}`"
            for loaded in checked.loops
            if base.resolve() in {path.resolve() for path in loaded.sources}
        ]
        yield f"| {_link(base)} | {', '.join(users)} |"


def _link(path: Path) -> str:
    place = path.resolve().relative_to(ROOT)
    return f"[{'/'.join(place.parts[1:])}](../{place})"


def main(arguments: list[str]) -> int:
    """Write or check; the exit code."""
    stale = [
        path
        for path, text in files().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    for path in stale:
        if "--check" not in arguments:
            path.write_text(files()[path], "utf-8")
        print(path.relative_to(ROOT))
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
