"""Where each mechanism of the sources lives: writes docs/mechanisms.md and two pictures.

python -m tools.mechanisms            writes what is not current
python -m tools.mechanisms --check    only says so, exit code 1
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from lianshu.engine.definitions import Loaded, load_file
from lianshu.engine.loops import Checked, Loop, Schedule, check_files, draw
from lianshu.engine.policy.ladder_model import LadderDefinition
from lianshu.engine.policy.ladders import ladder_files

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ("order", "alliance")
# The sequences that are neither loop nor ladder: what they are, and where they live.
ELSEWHERE = {
    "S4": ("需求清单 + 资源清单 → 项目清单", "the exchange: `src/lianshu/exchange`"),
    "S22": (
        "补短板、强弱项",
        "the diagnosis: what a firm lacks, `src/lianshu/entitlements/diagnosis.py`",
    ),
}
HEAD = """# Where each mechanism lives

Written by `python -m tools.mechanisms`; do not edit. `docs/loops.md` is the format.

The sources name 22 sequences of steps. Most are loops, two recur on a schedule, two are ladders
(`docs/policies.md`), two live elsewhere.
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
        for ladder in _ladders():
            if ladder.value.sequence == name:
                yield f"| {name} {_ladder(ladder)}"
        for loop in checked.loops:
            if loop.value.sequence == name:
                yield f"| {name} {_loop(loop)}"
        for schedule in checked.schedules:
            if schedule.value.sequence == name:
                yield f"| {name} {_schedule(schedule)}"


def _ladders() -> list[Loaded[LadderDefinition]]:
    packs = sorted(path.parent for path in (ROOT / "packs").glob("*/ladders"))
    return [load_file(path, LadderDefinition) for pack in packs for path in ladder_files(pack)]


def _ladder(loaded: Loaded[LadderDefinition]) -> str:
    """A ladder, with how many of its rungs are judged by a policy that is here."""
    version = loaded.value.versions[-1]
    judged = sum(rung.policy is not None for rung in version.rungs)
    what = f"a ladder: {_link(loaded.path)}, {judged} of {len(version.rungs)} rungs with a policy"
    return f"| {version.source.phrase} ({version.source.document}) | {what} | | |"


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
