"""The work of `lianshu chain`."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lianshu.cli.output import put_table, refuse_overwriting
from lianshu.cli.running import InputError, say
from lianshu.engine.chains import (
    Gap,
    Makers,
    ProductGraph,
    Quality,
    Read,
    Relation,
    Status,
    UnknownProductError,
    check_quality,
    code_key,
    count_statuses,
    find_gaps,
    read_codes,
    read_edges,
    read_makings,
    read_products,
    sourcing,
    trimmed,
)
from lianshu.engine.sheets import Finding

HEADER = ("product", "depth", "makers_local", "status", "path")
JOINT = " > "
_TOLD = 3
"""Findings of a file that `gaps` tells; of a rule, that `quality` tells."""
_KINDS = 8
_NAMES = {
    Status.GAP: "断点（0 家）",
    Status.SINGLE: "单点（1 家）",
    Status.THIN: "薄弱（2 家）",
    Status.COVERED: "充足（3 家以上）",
}
_RULES = {
    "G001": "必填的是空的",
    "G002": "比表头多出列",
    "G003": "单元格没有内容",
    "G004": "关系不认识",
    "G005": "首尾有空白",
    "G006": "占比不是数",
    "G007": "代码可能丢了开头的 0",
    "G010": "关系重复",
    "G011": "自己的上游或小类",
    "G012": "上游材料首尾相接",
    "G013": "产品小类首尾相接",
    "G014": "既是上游又是小类",
    "G015": "下游产品不倒用",
    "G020": "名称写法不一",
    "G021": "名称里有看不见的字符",
    "G022": "名称里括号引号不成对",
    "G030": "企业产品重复",
    "G031": "重复而占比不同",
    "G032": "一个代码两种写法",
    "G033": "占比是负数",
    "G034": "占比大于 1",
    "G035": "占比合计大于 1",
    "G036": "疑似同一家企业",
    "G040": "不在任何关系里的产品",
    "G041": "没有企业生产的上游材料",
    "G042": "不在产品名单里",
    "G043": "名单里没有用到",
}
_SEVERITIES = {"error": "错误", "warning": "提醒", "info": "说明"}


def write_gaps(
    *,
    edges: Path,
    makers: Path,
    local: Path,
    roots: Sequence[str],
    roots_file: Path | None,
    depth: int,
    subclasses: bool,
    out: Path | None,
) -> None:
    """The required inputs of the roots with their local makers, to `out` or as CSV to stdout.

    Raises `SheetError` or `InputError` when a file or a root cannot be used; then nothing is
    written.
    """
    inputs = [edges, makers, local, *([roots_file] if roots_file else [])]
    refuse_overwriting(out, inputs)
    wanted = _roots(roots, roots_file)
    edges_read, makings_read, codes_read = (
        read_edges(edges),
        read_makings(makers),
        read_codes(local),
    )
    for read in (edges_read, makings_read, codes_read):
        _tell_left_out(read)
    graph = ProductGraph(edges_read.items, makings_read.items)
    makers_here = Makers(graph, among=codes_read.items, subclasses=subclasses)
    _tell_about(graph, codes_read)
    try:
        found = find_gaps(graph, roots=wanted, local=makers_here, depth=depth)
    except UnknownProductError as error:
        raise InputError(_unknown(error)) from error
    rows = (
        (one.product, one.depth, one.makers_local, one.status.value, JOINT.join(one.path))
        for one in found
    )
    put_table(out, HEADER, rows)
    _summarise(graph, wanted, found, makers_here, depth=depth)


def _roots(roots: Sequence[str], file: Path | None) -> list[str]:
    wanted = [trimmed(root) for root in roots]
    if file is not None:
        read = read_products(file)
        if not read.header:
            say(f"{read.file}：第 1 行不是表头，“{read.items[0]}”也当作根产品。")
        _tell_left_out(read)
        wanted += read.items
    if "" in wanted:
        raise InputError("--root 是空的。请写产品的名称，例如 --root 新能源汽车。")
    if not wanted:
        raise InputError("没有根产品。请用 --root 写一个产品，或用 --roots-file 给一份名单。")
    return list(dict.fromkeys(wanted))


def _unknown(error: UnknownProductError) -> str:
    lines = []
    for name, nearest in error.nearest.items():
        like = "、".join(nearest)
        lines.append(
            f"没有“{name}”这个产品。" + (f"相近的有：{like}。" if like else "也没有相近的名称。")
        )
    lines.append("名称要完全一样才算；请改正 --root 或 --roots-file 再运行，没有写出结果。")
    return "\n".join(lines)


def _tell_left_out(read: Read[Any]) -> None:
    """The errors and doubts of one file, the first few of them in full."""
    grave = [one for one in read.findings if one.severity == "error" or one.rule == "G007"]
    for finding in grave[:_TOLD]:
        say(f"{finding.file}：{finding.message}")
    if len(grave) > _TOLD:
        say(f"{read.file}：另有 {len(grave) - _TOLD} 处，用 lianshu chain quality 看全部。")


def _tell_about(graph: ProductGraph, codes: Read[str]) -> None:
    if not codes.header:
        say(f"{codes.file}：第 1 行不是表头，“{codes.items[0]}”也当作企业代码。")
    firms = {code_key(code) for code in codes.items}
    if not firms:
        say(f"{codes.file}：名单里没有企业，所有上游材料都是断点。")
    unknown = firms.difference(graph.firms)
    if unknown:
        few = "、".join(sorted(unknown)[:_TOLD])
        say(f"{codes.file}：{len(firms)} 家企业里有 {len(unknown)} 家没有登记产品，例如 {few}。")
    if graph.self_supplied:
        few = "、".join(graph.self_supplied[:_TOLD])
        say(f"{len(graph.self_supplied)} 种产品写成自己的上游材料，不计，例如 {few}。")


def _summarise(
    graph: ProductGraph, roots: Sequence[str], found: list[Gap], local: Makers, *, depth: int
) -> None:
    empty = [root for root in roots if not graph.inputs.get(graph.number[root])]
    if empty:
        say(f"没有登记上游材料的根产品：{'、'.join(empty)}。")
        _hint(graph, empty)
    counted = count_statuses(found)
    shares = "，".join(f"{_NAMES[status]} {counted[status]}" for status in Status)
    say(f"根产品 {len(roots)} 种，{depth} 层以内的上游材料 {len(found)} 种：{shares}。")
    ratio = sourcing(found, local=local, everyone=Makers(graph, subclasses=local.subclasses))
    if ratio.by_count is not None:
        value = ratio.by_value
        by_value = "没有可用的占比，算不出" if value is None else f"{float(value):.1%}"
        say(f"本地配套率：按品种 {float(ratio.by_count):.1%}；按收入占比 {by_value}。")


def _hint(graph: ProductGraph, roots: Sequence[str]) -> None:
    """Sub-classes add no inputs to a root; whoever wants theirs makes them roots."""
    for root in roots:
        kinds = [one for one in sorted(graph.below(root)) if graph.inputs.get(graph.number[one])]
        if kinds:
            few = "、".join(kinds[:_KINDS])
            more = f"等 {len(kinds)} 种" if len(kinds) > _KINDS else ""
            say(f"“{root}”的产品小类里登记了上游材料的有 {few}{more}，可以用作根产品。")


def tell_quality(*, edges: Path, makers: Path, products: Path | None, as_json: bool) -> bool:
    """Tell what is doubtful; whether there is no error. Raises `SheetError`."""
    listed = read_products(products) if products is not None else None
    quality = check_quality(read_edges(edges), read_makings(makers), products=listed)
    if as_json:
        findings = [_plain(finding) for finding in quality.findings]
        answer = {"ok": quality.sound, "findings": findings}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
        return quality.sound
    sys.stdout.write("".join(_by_rule(quality.findings)))
    say(_total(quality))
    return quality.sound


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
    }


def _by_rule(findings: Sequence[Finding]) -> list[str]:
    counted = Counter(finding.rule for finding in findings)
    shown = Counter[str]()
    lines = []
    for finding in findings:
        rule = finding.rule
        shown[rule] += 1
        if shown[rule] == 1:
            severity = _SEVERITIES[finding.severity]
            lines.append(f"{rule} {severity} {_RULES[rule]}：{counted[rule]} 处\n")
        if shown[rule] <= _TOLD:
            lines.append(f"  {finding.file}：{finding.message}\n")
        if shown[rule] == counted[rule] > _TOLD:
            lines.append(f"  另有 {counted[rule] - _TOLD} 处，用 --json 看全部。\n")
    return lines


def _total(quality: Quality) -> str:
    counts = quality.counts
    edges = "，".join(f"{relation.value} {counts[relation]}" for relation in Relation)
    severities: Counter[str] = Counter(finding.severity for finding in quality.findings)
    told = "，".join(f"{word} {severities[key]}" for key, word in _SEVERITIES.items())
    return (
        f"产品 {counts['products']} 种，企业 {counts['firms']} 家；{edges}；"
        f"企业产品 {counts['maker_rows']} 行。\n发现：{told}。什么也没有改动。"
    )
