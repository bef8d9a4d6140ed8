"""Read a table of demands or resources into posts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from lianshu.cli.running import InputError, say
from lianshu.engine.matching import Facets, Post, Readiness
from lianshu.engine.sheets import (
    Column,
    DuplicateKeys,
    Finding,
    RowParser,
    Table,
    Value,
    check_mapping,
    guess_mapping,
    read_table,
)

Side = Literal["demand", "resource"]

SHOWN = 10

_DEMAND_KINDS = {
    "technology": ("技术", "技术需求", "technology"),
    "talent": ("人才", "人才需求", "talent"),
    "finance": ("资金", "融资", "资金需求", "finance"),
    "equipment": ("设备与实验室", "设备", "仪器设备", "equipment"),
    "supply": ("供应链配套", "配套", "供应", "supply"),
    "space": ("场地", "场地需求", "space"),
    "policy": ("政策", "policy"),
    "other": ("其他", "其它", "other"),
}
_RESOURCE_KINDS = {
    "achievement": ("科技成果", "成果", "achievement"),
    "patent": ("专利", "patent"),
    "expert": ("专家", "expert"),
    "team": ("团队", "team"),
    "instrument": ("仪器设备", "仪器", "instrument"),
    "laboratory": ("实验室", "laboratory"),
    "pilot_line": ("中试线", "pilot_line"),
    "fund": ("基金", "fund"),
    "loan_product": ("贷款产品", "loan_product"),
    "space": ("场地", "space"),
    "service": ("服务", "service"),
    "production_capacity": ("产能", "production_capacity"),
}
_FACETS = (
    Column("readiness", "技术成熟度", ("trl", "成熟度"), kind="integer"),
    Column("readiness_scale", "成熟度标尺", ("trl_scale",)),
    Column("region", "地区", ("所在地", "区域", "region")),
    Column("chain", "产业链", ("chain",)),
    Column("budget_least", "预算下限", ("budget_min", "报价下限"), kind="money"),
    Column("budget_most", "预算上限", ("预算", "报价", "budget_max", "budget"), kind="money"),
    Column("deadline", "期限", ("截止日期", "交付日期", "deadline"), kind="date"),
)
_FACET_IDS = {column.id for column in _FACETS} | {"kind"}
_TEXTS = (
    Column(
        "title",
        "标题",
        ("名称", "需求名称", "需求标题", "资源名称", "成果名称", "achievement_terms"),
    ),
    Column("content", "内容", ("简介", "需求内容", "成果简介", "资源简介", "描述")),
)
COLUMNS: Mapping[Side, tuple[Column, ...]] = {
    "demand": (
        Column("demand_id", "需求编号", ("编号", "id"), kind="identifier", required=True),
        *_TEXTS,
        Column("kind", "类型", ("需求类型",), kind="choice", choices=_DEMAND_KINDS),
        *_FACETS,
    ),
    "resource": (
        Column(
            "resource_id",
            "资源编号",
            ("achievement_id", "成果编号", "编号", "id"),
            kind="identifier",
            required=True,
        ),
        *_TEXTS,
        Column("kind", "类型", ("资源类型",), kind="choice", choices=_RESOURCE_KINDS),
        *_FACETS,
    ),
}
# The scale a level is on when the table does not say.
DEFAULT_SCALE = "gbt22900"


@dataclass(frozen=True)
class _Reading:
    """One table being read: errors stop it at the end, warnings do not."""

    table: Table
    errors: list[Finding]
    warnings: list[Finding]


def read_posts(path: Path, side: Side) -> list[Post]:
    """The posts of a table. Says on stderr what is ignored.

    Raises `SheetError` or `InputError` naming file, row and column; nothing is guessed about a
    row whose id is missing or repeated.
    """
    table = read_table(path)
    columns = COLUMNS[side]
    mapping = guess_mapping(table.header, columns)
    reading = _Reading(table, [], [])
    _check_header(reading, mapping, columns)
    parser = RowParser(columns, mapping, header=table.header, file=table.name)
    key = f"{side}_id"
    keys = DuplicateKeys([key], titles=[table.header[mapping[key]]], file=table.name)
    posts: list[Post] = []
    for row in table.rows:
        values, findings = parser.parse(row)
        titles = {table.header[mapping[name]] for name in _FACET_IDS & mapping.keys()}
        for finding in findings:
            (reading.warnings if finding.column in titles else reading.errors).append(finding)
        repeated = keys.check(row.number, values)
        if repeated:
            reading.errors.append(repeated)
        posts.append(_post(str(values.get(key)), values))
        if not posts[-1].title and not posts[-1].content:
            reading.warnings.append(_no_text(table, row.number))
    _stop_on(reading)
    _tell(reading.warnings)
    return posts


def _check_header(
    reading: _Reading, mapping: Mapping[str, int], columns: tuple[Column, ...]
) -> None:
    table = reading.table
    found = check_mapping(
        table.header, mapping, columns, file=table.name, header_row=table.header_row
    )
    reading.errors.extend(one for one in found if one.severity == "error")
    if "title" not in mapping and "content" not in mapping:
        reading.errors.append(
            Finding(
                table.name, table.header_row, None, "S015", "error",
                "既没有“标题”列也没有“内容”列，没有可匹配的文字。"
                "请在表头写上标题（或 title、名称）或内容（或 content、简介）。",
            )
        )  # fmt: skip
    _stop_on(reading)
    unused = [one.column or "" for one in found if one.rule == "S016"]
    if unused:
        say(f"{table.name}：没有用到的列，已忽略：{'、'.join(unused)}。")


def _stop_on(reading: _Reading) -> None:
    if not reading.errors:
        return
    lines = [one.message for one in reading.errors[:SHOWN]]
    more = len(reading.errors) - len(lines)
    if more:
        lines.append(f"另有 {more} 处类似问题。")
    raise InputError(f"{reading.table.name}：" + "\n  ".join(lines))


def _tell(warnings: Iterable[Finding]) -> None:
    found = list(warnings)
    for one in found[:SHOWN]:
        say(f"{one.file}：{one.message}" + ("" if one.rule == "S022" else "（按未填写处理）"))
    if len(found) > SHOWN:
        say(f"{found[0].file}：另有 {len(found) - SHOWN} 处类似提醒。")


def _no_text(table: Table, number: int) -> Finding:
    message = f"第 {number} 行既没有标题也没有内容，无法匹配，只会排在末尾。请补上一句话。"
    return Finding(table.name, number, None, "S022", "warning", message)


def _post(post_id: str, values: Mapping[str, Value]) -> Post:
    return Post(post_id, _text(values, "title"), _text(values, "content"), _facets(values))


def _text(values: Mapping[str, Value], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _integer(values: Mapping[str, Value], name: str) -> int | None:
    value = values.get(name)
    return value if isinstance(value, int) else None


def _facets(values: Mapping[str, Value]) -> Facets:
    level = _integer(values, "readiness")
    scale = _text(values, "readiness_scale") or DEFAULT_SCALE
    budget = (_integer(values, "budget_least"), _integer(values, "budget_most"))
    deadline = values.get("deadline")
    return Facets(
        kind=_text(values, "kind") or None,
        readiness=None if level is None else Readiness(scale, level),
        region=_text(values, "region") or None,
        chain=_text(values, "chain") or None,
        budget_fen=None if budget == (None, None) else budget,
        deadline=deadline if isinstance(deadline, date) else None,
    )
