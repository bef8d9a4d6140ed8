"""Read a table of pairs, judged or to be judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lianshu.cli.running import InputError, say
from lianshu.engine.matching import Post
from lianshu.engine.matching.ranking import Label
from lianshu.engine.sheets import (
    Cell,
    Column,
    RowParser,
    Table,
    check_mapping,
    guess_mapping,
    read_table,
)

SHOWN = 10
LEVEL = Column(
    "level", "等级", ("level", "匹配等级", "评级", "匹配程度"), kind="integer", allow_negative=True
)
COLUMNS = (
    Column("demand_id", "需求编号", kind="identifier", required=True),
    Column(
        "resource_id", "资源编号", ("achievement_id", "成果编号"), kind="identifier", required=True
    ),
    Column("title", "标题", ("achievement_terms", "成果名称", "资源名称", "名称")),
    LEVEL,
)


@dataclass(frozen=True)
class PairRow:
    """One row: what it says and the cells it holds."""

    number: int
    demand_id: str
    resource_id: str
    title: str
    level: int | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class PairTable:
    """All rows of the file, and where the columns stand in its header."""

    name: str
    header: tuple[str, ...]
    mapping: dict[str, int]
    rows: list[PairRow]


def read_pairs(path: Path, *, judged: bool) -> PairTable:
    """The pairs of a file. With `judged` the column of levels is required.

    Raises `SheetError` or `InputError` naming file, row and column.
    """
    table = read_table(path, allow_no_rows=judged)
    mapping = guess_mapping(table.header, COLUMNS)
    found = check_mapping(
        table.header, mapping, COLUMNS, file=table.name, header_row=table.header_row
    )
    errors = [one.message for one in found if one.severity == "error"]
    if judged and "level" not in mapping:
        errors.append(
            "缺少“level”列（等级：4 强、3 较强、2 弱、1 无），没有评判可学。请补上这一列。"
        )
    _stop(table, errors)
    rows = list(_rows(table, mapping, errors, judged=judged))
    _stop(table, errors)
    return PairTable(table.name, tuple(table.header), mapping, rows)


def _rows(
    table: Table, mapping: dict[str, int], errors: list[str], *, judged: bool
) -> Iterable[PairRow]:
    parser = RowParser(COLUMNS, mapping, header=table.header, file=table.name)
    level_title = table.header[mapping["level"]] if "level" in mapping else "level"
    for row in table.rows:
        values, findings = parser.parse(row)
        errors += [one.message for one in findings if judged or one.column != level_title]
        level = values.get("level")
        if judged and isinstance(level, int) and not 1 <= level <= 4:
            errors.append(
                f"第 {row.number} 行“{level_title}”列的值“{level}”不是 1 到 4 的等级"
                "（4 强、3 较强、2 弱、1 无）。请改正，或删去这一行。"
            )
        title = values.get("title")
        yield PairRow(
            row.number,
            str(values.get("demand_id")),
            str(values.get("resource_id")),
            title if isinstance(title, str) else "",
            level if isinstance(level, int) else None,
            tuple(row.cells),
        )


def _stop(table: Table, errors: Sequence[str]) -> None:
    if errors:
        lines = list(errors[:SHOWN])
        if len(errors) > SHOWN:
            lines.append(f"另有 {len(errors) - SHOWN} 处类似问题。")
        raise InputError(f"{table.name}：" + "\n  ".join(lines))


@dataclass(frozen=True)
class Library:
    """All posts: those of the two tables, and resources named in the table of pairs only."""

    demands: list[Post]
    resources: list[Post]
    demand_row: dict[str, int]
    resource_row: dict[str, int]


def library(demands: list[Post], resources: list[Post], table: PairTable) -> Library:
    """The posts with the resources that only the pairs name by their terms.

    Raises `InputError` for a pair whose demand is unknown, or whose resource is unknown and has no
    text of its own.
    """
    demand_row = {post.id: row for row, post in enumerate(demands)}
    resource_row = {post.id: row for row, post in enumerate(resources)}
    known = len(resources)
    more = list(resources)
    errors: list[str] = []
    heading = {name: table.header[index] for name, index in table.mapping.items()}
    for row in table.rows:
        if row.demand_id not in demand_row:
            errors.append(
                f"第 {row.number} 行“{heading['demand_id']}”列的编号“{row.demand_id[:60]}”"
                "在需求表里没有。请把这条需求补进需求表，或改正编号。"
            )
        at = resource_row.get(row.resource_id)
        if at is None:
            if not row.title.strip():
                errors.append(
                    f"第 {row.number} 行“{heading['resource_id']}”列的编号“{row.resource_id[:60]}”"
                    "在资源表里没有，这一行也没有写 achievement_terms。"
                    "请把它补进资源表，或在这一行写上标题。"
                )
                continue
            resource_row[row.resource_id] = len(more)
            more.append(Post(row.resource_id, row.title))
        elif at >= known and row.title.strip() != more[at].title.strip():
            errors.append(
                f"第 {row.number} 行：编号“{row.resource_id[:60]}”在前面的行里标题不同。"
                "请统一标题，或给它另一个编号。"
            )
    if errors:
        lines = errors[:SHOWN]
        if len(errors) > SHOWN:
            lines.append(f"另有 {len(errors) - SHOWN} 处类似问题。")
        raise InputError(f"{table.name}：" + "\n  ".join(lines))
    return Library(demands, more, demand_row, resource_row)


def labels_of(table: PairTable) -> list[Label]:
    """The judgements of a table. Says what is left out and what contradicts itself."""
    empty = [row.number for row in table.rows if row.level is None]
    if empty:
        say(f"{table.name}：{len(empty)} 行没有填等级，按未评判处理（第一处在第 {empty[0]} 行）。")
    return [
        Label(row.demand_id, row.resource_id, row.level)
        for row in table.rows
        if row.level is not None
    ]


def tell_contradictions(name: str, found: Sequence[tuple[str, str, tuple[int, ...]]]) -> None:
    """Say which pairs were judged at several levels: they are averaged."""
    for demand, resource, levels in found[:SHOWN]:
        told = "、".join(map(str, levels))
        say(f"{name}：需求“{demand}”与资源“{resource}”的评判不一致（{told}），按平均处理。")
    if len(found) > SHOWN:
        say(f"{name}：另有 {len(found) - SHOWN} 对评判不一致，同样按平均处理。")
