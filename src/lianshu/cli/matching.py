"""The work of `lianshu match`: two tables in, one ranked table with reasons out."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from lianshu.cli.output import put_table, refuse_overwriting
from lianshu.cli.posts import read_posts
from lianshu.engine.matching import Direction, Match, line, match

HEADER = ("demand_id", "resource_id", "rank", "score", "reasons")


def match_files(
    demands: Path, resources: Path, *, top: int, direction: Direction, out: Path | None
) -> None:
    """Match two files and write the result to `out` or, as CSV, to stdout.

    Raises `SheetError` or `InputError` when a file cannot be used; then nothing is written.
    """
    refuse_overwriting(out, (demands, resources))
    wanted = read_posts(demands, "demand")
    offered = read_posts(resources, "resource")
    matches = match(wanted, offered, top=top, direction=direction)
    asking, other = (wanted, offered) if direction == "demands" else (offered, wanted)
    rows = (
        (one.demand_id, one.resource_id, one.rank, one.score, line(one.reasons))
        for one in _shown(matches, len(asking), min(top, len(other)))
    )
    put_table(out, HEADER, rows)


def _shown(matches: Iterable[Match], asking: int, each: int) -> Iterator[Match]:
    """The same matches; on a terminal the share done is shown while they pass."""
    show = sys.stderr.isatty()
    for number, one in enumerate(matches):
        if show and number % (each * 10) == 0:
            sys.stderr.write(f"\r已匹配 {number // each}/{asking}")
            sys.stderr.flush()
        yield one
    if show:
        sys.stderr.write(f"\r已匹配 {asking}/{asking}\n")
