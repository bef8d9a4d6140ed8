"""Each rule: one thing wrong in the smallest closed loop, and the line that is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianshu.engine.loops import check_files
from tests.engine.loops.broken import EXAMPLE, changed, found, line_of

LAPSE = "      - {id: lapse, name: 逾期未提交, to: lapsed, automatic: true}\n"
REPLY = "      - {id: reply, name: 答复, to: rate, requires: [reply]}\n"
ACCEPT = "to: done, rating: accept"
LAST_END = "  - {id: lapsed, kind: expired, name: 未提交}\n"
REOPENING = "reopening: {{within: 9 days, by: {}}}\n"
HELPER = ("confirmer:", "  - {id: helper, name: 协办, bind: assigned}\nconfirmer:")

# rule, what is changed, where the finding stands
BROKEN: list[tuple[str, list[tuple[str, str]], str]] = [
    ("L001", [("start: ask", "start: nowhere")], "start:"),
    ("L002", [("to: answer, requires", "to: nowhere, requires")], "to: nowhere"),
    (
        "L003",
        [("id: lapsed, kind", "id: rate, kind"), ("to: lapsed", "to: rate")],
        "id: rate, kind",
    ),
    (
        "L004",
        [
            ("to: answer, requires", "to: rate, requires"),
            ("to: answer, rating", "to: rate, rating"),
        ],
        "id: answer\n",
    ),
    ("L005", [("to: rate, requires", "to: answer, requires")], "id: answer\n"),
    ("L006", [("to: lapsed", "to: answer")], "id: lapsed, kind"),
    ("L007", [("kind: done", "kind: failed")], "ends:"),
    ("L010", [("    actor: desk\n", "")], "id: answer\n"),
    ("L011", [("actor: desk", "actor: nobody")], "actor: nobody"),
    ("L012", [HELPER], "id: helper"),
    ("L013", [("bind: coordinator", "bind: coordinator, seats: 1")], "actor: desk"),
    (
        "L014",
        [
            ("bind: coordinator", "bind: coordinator, seats: 2, substitute: head"),
            ("work: true", "work: true\n    complete: {quorum: 3}"),
        ],
        "complete:",
    ),
    ("L015", [HELPER, ("actor: desk", "actor: helper")], "actor: helper"),
    ("L016", [("requires: [question]", "requires: [question], assigns: [desk]")], "assigns:"),
    ("L017", [("bind: coordinator", "bind: coordinator, substitute: desk")], "substitute:"),
    ("L020", [("    limit: 1 workday\n", "")], "id: answer\n"),
    ("L021", [("    overdue: {hand_to: head}\n", "")], "id: answer\n"),
    ("L021", [("hand_to: head", "hand_to: desk")], "hand_to: desk"),
    ("L022", [("{do: lapse}", "{do: nothing}")], "do: nothing"),
    ("L022", [("{do: lapse}", "{do: send}")], "do: send"),
    ("L022", [("{do: lapse}", "{do: lapse, hand_to: head}")], "overdue: {do: lapse,"),
    (
        "L022",
        [(REPLY, REPLY + "      - {id: late, name: 迟, to: rate, automatic: true}\n")],
        "automatic: true}\n  - id: rate",
    ),
    ("L023", [("limit: 1 workday", "limit: 1 workday\n    amber: 2 workdays")], "amber:"),
    ("L024", [("work: true", "work: true\n    escalate: [head, head]")], "escalate:"),
    (
        "L025",
        [
            ("to: lapsed, automatic", "to: answer, automatic"),
            ("{hand_to: head}", "{do: late}"),
            (REPLY, REPLY + "      - {id: late, name: 迟, to: ask, automatic: true}\n"),
        ],
        "overdue: {do: lapse",
    ),
    ("L030", [(", rating: accept", "")], "to: done"),
    ("L031", [(ACCEPT, ACCEPT + ", by: [desk]")], "rating: accept, by"),
    ("L032", [("actor: desk", "actor: asker")], "actor: asker\n    work"),
    ("L032", [("hand_to: head", "hand_to: asker")], "overdue: {hand_to: asker"),
    ("L033", [("    work: true\n", "")], "steps:"),
    ("L034", [("to: lapsed", "to: unrated")], "to: unrated"),
    ("L035", [(LAST_END, LAST_END + REOPENING.format("asker, to: nowhere"))], "reopening:"),
    ("L036", [(LAST_END, LAST_END + REOPENING.format("desk, to: answer"))], "reopening:"),
    (
        "L036",
        [(LAST_END, LAST_END + REOPENING.format("asker, to: answer, ends: [x]"))],
        "reopening:",
    ),
    (
        "L037",
        [
            ("kind: expired", "kind: withdrawn"),
            (REPLY, REPLY + "      - {id: drop, name: 不办, to: lapsed}\n"),
        ],
        "to: lapsed}\n  - id: rate",
    ),
    (
        "L038",
        [(REPLY, REPLY + "      - {id: drop, name: 不办, to: lapsed}\n")],
        "to: lapsed}\n  - id: rate",
    ),
    ("L040", [("requires: [question]", "requires: [answer]")], "requires: [answer]"),
    ("L042", [("title: 答复}", "title: 答复, openers: [desk, head]}")], "openers:"),
    ("L041", [("title: 问题}", "title: 问题, type: choice}")], "id: question"),
    ("L042", [("title: 答复}", "title: 答复, sealed_until: ask}")], "sealed_until:"),
    (
        "L043",
        [("id: reply, title", "id: question, type: text, title"), ("[reply]", "[question]")],
        "id: question, type",
    ),
    ("L050", [("stage: answer", "stage: nowhere")], "stage: nowhere"),
    ("L051", [("stage: answer", "stage: ask")], "id: answer, name"),
]
WARNINGS = {"L006", "L012", "L013", "L037", "L038"}


@pytest.mark.parametrize(("rule", "changes", "place"), BROKEN)
def test_a_rule(rule: str, changes: list[tuple[str, str]], place: str, tmp_path: Path) -> None:
    text = changed(*changes)
    findings = found(tmp_path, text)
    said = [each for each in findings if each.rule == rule]
    assert said, findings
    assert line_of(text, place) in {each.line for each in said}
    assert said[0].severity == ("warning" if rule in WARNINGS else "error")
    assert (
        said[0].message.endswith(tuple("请改正加上到去角色终点成做出作动条路步点由填"))
        or said[0].message
    )


def test_a_reopened_case_needs_a_new_rating(tmp_path: Path) -> None:
    text = changed(
        (", rating: accept", ", rating: accept"),
        (ACCEPT, "to: keep, rating: accept"),
        (
            "ends:\n",
            "  - id: keep\n    stage: rate\n    name: 归档\n    actor: desk\n"
            "    limit: 1 workday\n    overdue: {hand_to: head}\n"
            "    actions: [{id: keep, name: 归档, to: done}]\nends:\n",
        ),
        (LAST_END, LAST_END + "reopening: {by: asker, within: 9 days, to: keep}\n"),
    )
    assert [(each.rule, each.line) for each in found(tmp_path, text)] == [
        ("L035", line_of(text, "reopening:"))
    ]
    assert found(tmp_path, text.replace("9 days, to: keep", "9 days, to: answer")) == []


def test_a_step_that_only_a_reopened_case_would_reach_is_not_reached(tmp_path: Path) -> None:
    again = "reopening: {by: asker, within: 9 days, to: rate, ends: [done]}\n"
    text = changed(("to: rate, requires", "to: lapsed, requires"), (LAST_END, LAST_END + again))
    assert {"L004", "L006"} <= {each.rule for each in found(tmp_path, text)}


def test_a_base_is_not_checked_and_what_extends_it_is(tmp_path: Path) -> None:
    base = EXAMPLE.replace("id: ask\n", "id: base\nabstract: true\n", 1).replace("start: ask\n", "")
    (tmp_path / "base.yaml").write_text(base, "utf-8")
    own = "id: own\nextends: base\nstart: ask\nsteps:\n  - {id: answer, limit: !remove ~}\n"
    (tmp_path / "own.yaml").write_text(own, "utf-8")
    checked = check_files([tmp_path])
    assert [path.name for path in checked.bases] == ["base.yaml"]
    assert [(each.rule, Path(each.file).name, each.line) for each in checked.findings] == [
        ("L020", "own.yaml", 5)
    ]


SCHEDULE = """id: weekly
version: 1
title: 每周
source: {document: 自拟, phrase: 每周}
openings:
  - {id: one, name: 问, loop: ask, role: asker, rhythm: {every: week, on: 5}, subject: 问}
"""


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("", "每周", "每星期"),
        ("L060", "loop: ask", "loop: none"),
        ("L061", "role: asker", "role: desk"),
        ("L062", "on: 5", "on: 8"),
        ("D034", "every: week", "every: week, times: 0"),
    ],
)
def test_schedules(rule: str, old: str, new: str, tmp_path: Path) -> None:
    for folder, text in (("loops", EXAMPLE), ("schedules", SCHEDULE.replace(old, new, 1))):
        (tmp_path / "own" / folder).mkdir(parents=True)
        (tmp_path / "own" / folder / "one.yaml").write_text(text, "utf-8")
    both = check_files([tmp_path])
    alone = check_files([tmp_path / "own" / "schedules"])
    assert {each.rule for each in both.findings} == ({rule} if rule else set())
    assert {each.rule for each in alone.findings} == ({rule} if rule else set())
    assert len(both.loops) == 1
