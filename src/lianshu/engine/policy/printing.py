"""A decision as lines of text, Chinese or English."""

from __future__ import annotations

from collections.abc import Iterator

from lianshu.engine.expressions import Outcome
from lianshu.engine.policy.evaluating import Decision
from lianshu.engine.policy.shown import decimal
from lianshu.engine.policy.telling import Explained, explain, speaker_of, target_line
from lianshu.engine.policy.words import Language
from lianshu.engine.tables import FactDictionary

_VERDICTS = {
    Outcome.MET: ("符合条件", "eligible"),
    Outcome.NOT_MET: ("不符合条件", "not eligible"),
    Outcome.UNKNOWN: ("缺数据，还不能下结论", "open: facts are missing"),
    Outcome.MANUAL: ("可计算的部分没有障碍，待人工判断", "open: experts have to judge"),
    Outcome.NOT_APPLICABLE: ("不适用", "not applicable"),
}


def decision_lines(
    decision: Decision, dictionary: FactDictionary, language: Language
) -> Iterator[str]:
    """Verdict, score and what decides it, then each condition with the firm's own figures."""
    policy, speaker = decision.policy, speaker_of(decision, dictionary, language)
    pick = speaker.pick
    title = speaker.text(policy.definition.title)
    yield f"{title}（{policy.id} {policy.version}） {decision.day}"
    verdict = _VERDICTS[decision.verdict.outcome][0 if language == "zh" else 1]
    reason = target_line(decision, speaker)
    yield pick("结论：", "Verdict: ") + verdict + (pick("。", ". ") + reason if reason else "")
    if decision.verdict.missing:
        words = pick("、", ", ").join(map(speaker.key, decision.verdict.missing))
        yield pick("还缺：", "Missing: ") + words
    yield from _score(
        decision, speaker.pick, {n: speaker.text(t) for n, t in speaker.scores.items()}
    )
    if decision.amount is not None:
        benefit = policy.definition.benefit
        ceiling = benefit is not None and benefit.ceiling
        yuan = f"{decision.amount // 100}.{decision.amount % 100:02d}".removesuffix(".00")
        what = pick("最高金额", "At most") if ceiling else pick("金额", "Amount")
        yield f"{what}{pick('：', ': ')}{yuan}{pick(' 元', ' yuan')}"
    for one in explain(decision, dictionary, language):
        yield ""
        yield from _condition(one, decision, language)


def _score(decision: Decision, pick: object, titles: dict[str, str]) -> Iterator[str]:
    assert callable(pick)
    score, headline = decision.score, decision.policy.headline
    if score is None or headline is None or score.low is None or score.high is None:
        return
    low, high = decimal(score.low), decimal(score.high)
    most = decimal(decision.policy.scores_by_id[headline].most)
    span = low if low == high else pick(f"{low} 到 {high}", f"{low} to {high}")
    yield pick(f"得分：{span}（满分 {most}）", f"Score: {span} of {most}")
    if decision.deciding:
        names = pick("、", ", ").join(titles.get(name, name) for name in decision.deciding)
        yield pick(f"由这些项决定：{names}", f"Decided by: {names}")


def _condition(one: Explained, decision: Decision, language: Language) -> Iterator[str]:
    zh = language == "zh"
    confidence = one.confidence or decision.policy.definition.confidence
    yield f"{one.id}  {one.title}{'：' if zh else ': '}{one.verdict}"
    yield f"    {one.sentence}（{one.article}，{confidence}）"
    for line in one.lines:
        yield f"    {line.said}"
    if one.missing:
        words = ("、" if zh else ", ").join(one.missing_words)
        yield ("    还缺：" if zh else "    Missing: ") + words
    for text in (one.exemption, one.manual, one.note):
        if text:
            yield f"    {text}"
