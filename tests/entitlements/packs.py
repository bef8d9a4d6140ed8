"""A small pack on disk: two versions of one policy and one more, to be changed by tests."""

from __future__ import annotations

from pathlib import Path

POLICY = """
id: staff-grant
version: "{version}"
title: {{zh: 用工补助, en: Staff grant}}
document: {{number: 甬测〔2026〕1号, title: 用工补助办法, issuer: 市测试局}}
level: municipal
effective: {effective}
status: {status}
confidence: {confidence}
target: {{sentence: {{zh: 居民企业, en: Residents}}, test: resident}}
conditions:
  - id: YG-1
    title: {{zh: 职工人数, en: Staff}}
    sentence: {{zh: 职工不少于 {least} 人, en: At least {least} staff}}
    article: 第三条
    test: staff >= {least}
  - id: YG-2
    title: {{zh: 有收入, en: Has revenue}}
    sentence: {{zh: 上年度有营业收入, en: Had revenue}}
    article: 第四条
    test: revenue > 0元
{more}
scores:
  - id: total
    title: {{zh: 得分, en: Score}}
    max: 10
    items:
      - id: size
        title: {{zh: 规模, en: Size}}
        max: 10
        points: "band(staff, >= 100: 10, >= 20: 4..6, else: 0)"
benefit:
  kind: money
  sentence: {{zh: 每年补助 3 万元, en: 30000 yuan a year}}
  amount: 3万元
"""
MORE = """
  - id: YG-3
    title: {zh: 无严重失信, en: No dishonesty}
    sentence: {zh: 没有严重失信, en: No serious dishonesty}
    article: 第五条
    manual: {zh: 由主管部门查询, en: The authority checks}
"""
SCENARIOS = """
scenarios:
  - id: enough
    title: 够了
    on: {on}
    facts:
      resident: true
      staff: {{2025: 200, 2023: 200}}
      revenue: {{2025: 100万元, 2023: 100万元}}
    expect: {{conditions: {{YG-1: {outcome}}}}}
"""


def write_pack(
    folder: Path, *, least: int = 20, confidence: str = "C1", outcome: str = "met"
) -> Path:
    """Both versions: the one of 2024 asked for 10 staff, the one of 2026 asks for `least` and for
    one condition more."""
    _version(
        folder,
        version="2024",
        effective="{from: 2024-01-01, to: 2025-12-31}",
        status="superseded",
        least=10,
        confidence=confidence,
        more="",
        on="2024-06-01",
        outcome="met",
    )
    _version(
        folder,
        version="2026",
        effective="{from: 2026-01-01}",
        status="current",
        least=least,
        confidence=confidence,
        more=MORE,
        on="2026-06-01",
        outcome=outcome,
    )
    return folder


def _version(folder: Path, *, version: str, on: str, outcome: str, **parts: object) -> None:
    place = folder / "policies" / f"staff-grant-{version}"
    place.mkdir(parents=True, exist_ok=True)
    text = POLICY.format(version=version, **parts)
    (place / "policy.yaml").write_text(text, encoding="utf-8")
    (place / "scenarios.yaml").write_text(
        SCENARIOS.format(on=on, outcome=outcome), encoding="utf-8"
    )
