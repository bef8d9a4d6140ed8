"""`spec.md`: a policy as a page, made from its files. The same files give the same page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from lianshu.engine.definitions import Text
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.model import (
    Condition,
    Document,
    Expected,
    Item,
    Provenance,
    Scenario,
    Score,
)

_LEVELS = {"national": "国家", "provincial": "省", "municipal": "市", "district": "区县"}
_STATUS = {
    "current": "现行",
    "superseded": "已废止",
    "expired": "已到期",
    "transitional": "过渡",
    "draft": "草案",
}
_CONFIDENCE = {
    "C1": "C1（读过正式文本）",
    "C2": "C2（两个以上来源一致）",
    "C3": "C3（仅一个间接来源）",
    "U": "U（未证实）",
}


def spec_of(policy: Policy, scenarios: Sequence[Scenario]) -> str:
    """The page of a policy with its scenarios, ending with a line end."""
    return "\n".join(_lines(policy, scenarios)).rstrip() + "\n"


def _lines(policy: Policy, scenarios: Sequence[Scenario]) -> Iterator[str]:
    definition = policy.definition
    yield f"# {definition.title}（{policy.version}）"
    yield ""
    yield "<!-- 由 lianshu policy spec 生成，请勿手改。 -->"
    yield ""
    if definition.title.en:
        yield f"*{definition.title.en}*"
        yield ""
    if definition.summary is not None:
        yield from _text(definition.summary)
    until = definition.effective.until
    rows = [
        ("编号", f"`{policy.id}`，版本 {policy.version}"),
        ("依据", "；".join(_document(one) for one in (definition.document, *definition.further))),
        (
            "层级",
            _LEVELS[definition.level]
            + (f"，地区 {definition.region}" if definition.region else ""),
        ),
        ("有效", f"{definition.effective.since} 起" + (f"，到 {until}" if until else "")),
        ("状态", _STATUS[definition.status]),
        ("可信度", _CONFIDENCE[definition.confidence]),
    ]
    rows += [("申报窗口", f"{one.title}：{one.since} 至 {one.until}") for one in definition.windows]
    if definition.target is not None:
        rows.append(("对象", f"{definition.target.sentence}{_article(definition.target.article)}"))
    if definition.validity is not None:
        rows.append(("有效期", str(definition.validity)))
    yield from _table(("", ""), rows)
    for one in definition.transitional:
        yield f"过渡：{one.since} 至 {one.until}，{one.note}（`{_code(one.when)}`）"
        yield ""
    yield from _conditions(policy)
    yield from _scores(policy)
    yield from _benefit(policy)
    yield from _parameters(policy)
    yield from _remarks("未证实", definition.unverified)
    yield from _remarks("说明", definition.notes)
    yield from _scenarios(scenarios)


def _text(text: Text) -> Iterator[str]:
    yield text.zh
    yield ""
    if text.en:
        yield text.en
        yield ""


def _document(one: Document) -> str:
    issued = f"，{one.issued}" if one.issued else ""
    return f"《{one.title}》{one.number}（{one.issuer}{issued}）"


def _article(article: str | None) -> str:
    return f"（{article}）" if article else ""


def _code(text: str) -> str:
    return " ".join(text.split())


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        cells = (str(cell).replace("|", "／").replace("\n", " ") for cell in row)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _conditions(policy: Policy) -> Iterator[str]:
    definition = policy.definition
    yield "## 条件"
    yield ""
    for one in definition.conditions:
        yield f"### {one.id} {one.title}"
        yield ""
        yield from _condition(one)
    if definition.verdict is not None:
        yield f"结论：`{_code(definition.verdict)}`"
    else:
        yield "结论：必要条件全部满足。"
    yield ""
    if definition.terms:
        yield "其中："
        yield ""
        yield from _table(
            ("名称", "含义", "算法"),
            [(f"`{one.id}`", str(one.title), f"`{_code(one.value)}`") for one in definition.terms],
        )


def _condition(one: Condition) -> Iterator[str]:
    confidence = f"，{one.confidence}" if one.confidence else ""
    yield f"{one.sentence.zh}（{one.article}{confidence}）"
    yield ""
    if one.sentence.en:
        yield f"{one.sentence.en}"
        yield ""
    if one.test is not None:
        yield f"- 计算：`{_code(one.test)}`"
    if one.manual is not None:
        yield f"- 人工判断：{one.manual}"
    for exemption in one.exempt:
        yield f"- 免除：{exemption.reason}{_article(exemption.article)}，`{_code(exemption.when)}`"
    if one.zero_denominator is not None:
        yield f"- 分母为零或负：{one.zero_denominator}"
    if not one.required:
        yield "- 不是必要条件，只在结论的算式里起作用"
    if one.note is not None:
        yield f"- {one.note}"
    yield ""


def _scores(policy: Policy) -> Iterator[str]:
    if not policy.definition.scores:
        return
    yield "## 评分"
    yield ""
    for score in policy.definition.scores:
        most = _number(score.max)
        yield f"### {score.title}（`{score.id}`，满分 {most}）{_article(score.article)}"
        yield ""
        yield from _score(score)


def _score(score: Score) -> Iterator[str]:
    if score.total is not None:
        yield f"`{_code(score.total)}`"
        yield ""
        return
    rows = [
        (f"`{item.id}`", str(item.title) + _article(item.article), _number(item.max), _points(item))
        for item in score.items
    ]
    yield from _table(("项", "名称", "满分", "算法"), rows)


def _points(item: Item) -> str:
    return f"`{_code(item.points)}`"


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _benefit(policy: Policy) -> Iterator[str]:
    benefit = policy.definition.benefit
    if benefit is not None:
        yield "## 待遇"
        yield ""
        yield f"{benefit.sentence}{_article(benefit.article)}"
        yield ""
        if benefit.amount is not None:
            what = "最高金额" if benefit.ceiling else "金额"
            yield f"{what}：`{_code(benefit.amount)}`" + (
                f"，向下取整到 {benefit.round_to}" if benefit.round_to else ""
            )
            yield ""
    for one in policy.definition.exclusive:
        yield f"- 不与 `{one.policy}` 同时享受：{one.note}"
    if policy.definition.exclusive:
        yield ""


def _source(one: Provenance) -> str:
    return f"{one.document}{_article(one.article)}，{one.confidence}"


def _parameters(policy: Policy) -> Iterator[str]:
    if policy.parameters is None:
        return
    found = policy.parameters.value
    if found.parameters:
        yield "## 参数"
        yield ""
        rows = [
            (
                f"`{one.id}`",
                str(one.title),
                f"{value.since}" + (f" 至 {value.until}" if value.until else " 起"),
                f"`{_code(value.value)}`",
                _source(value.source),
            )
            for one in found.parameters
            for value in one.values
        ]
        yield from _table(("参数", "含义", "日期", "值", "来源"), rows)
    for table in found.tables:
        yield f"### {table.title}（`{table.id}`，{_source(table.source)}）"
        yield ""
        yield from _table(
            ("代码", "值"), [(row.key, f"`{_code(row.value)}`") for row in table.rows]
        )


def _remarks(heading: str, texts: Sequence[Text]) -> Iterator[str]:
    if not texts:
        return
    yield f"## {heading}"
    yield ""
    for text in texts:
        yield f"- {text}"
    yield ""


def _scenarios(scenarios: Sequence[Scenario]) -> Iterator[str]:
    if not scenarios:
        return
    yield "## 情景"
    yield ""
    rows = [(f"`{one.id}`", one.title, _expected(one.expect)) for one in scenarios]
    yield from _table(("情景", "说明", "结果"), rows)


def _expected(expect: Expected) -> str:
    parts: list[str] = []
    if expect.verdict is not None:
        parts.append(f"结论 {expect.verdict}")
    parts += [f"{name} {outcome}" for name, outcome in expect.conditions.items()]
    for name, given in expect.scores.items():
        ends = given if isinstance(given, tuple) else (given, given)
        low, high = (_number(end) for end in ends)
        parts.append(f"{name} {low if low == high else f'{low}–{high}'}")
    parts += [f"{name} 缺 {'、'.join(names)}" for name, names in expect.missing.items()]
    if expect.amount is not None:
        parts.append(f"金额 {expect.amount}")
    return "；".join(parts)
