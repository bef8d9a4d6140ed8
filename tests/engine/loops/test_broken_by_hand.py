"""Definitions that people got wrong, on purpose or not: the rule, the file and line, a sentence, as
text and as JSON alike; never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianshu.cli import main
from lianshu.engine.loops import check_files
from tests.engine.loops.broken import EXAMPLE, changed, line_of

ACCEPT = "{id: accept, name: 认可, to: done, rating: accept}"
ISLAND = """\
  - id: island
    stage: rate
    name: 归档
    actor: desk
    limit: 1 workday
    overdue: {hand_to: head}
    actions:
      - {id: file, name: 归档, to: done}
ends:
"""

# rule, the file, the text on the line that is named
ONE_FILE: dict[str, tuple[str, str, str]] = {
    "a key nobody knows, inside an action": (
        "D030",
        changed((ACCEPT, ACCEPT.replace("rating", "colour: red, rating"))),
        "colour: red",
    ),
    "actions as a mapping": (
        "D032",
        changed(
            ("    actions:\n      - {id: reply", "    actions: {id: reply}\n    x:\n      - {id: r")
        ),
        "actions: {id: reply}",
    ),
    "two roles of one id": (
        "D016",
        changed(("{id: head,", "{id: desk,")),
        "{id: desk, name: 服务台负责人",
    ),
    "true where a number belongs": (
        "D032",
        changed(("version: 1", "version: true")),
        "version: true",
    ),
    "a quoted number": ("D032", changed(("remind: 2", 'remind: "2"')), 'remind: "2"'),
    "a date as a limit": (
        "D036",
        changed(("limit: 1 workday", "limit: 2026-01-01")),
        "limit: 2026-01-01",
    ),
    "no time at all": ("D036", changed(("limit: 1 workday", "limit: 0 workdays")), "limit: 0 work"),
    "a quorum of nobody": (
        "D034",
        changed(("work: true", "work: true\n    complete: {quorum: 0}")),
        "complete: {quorum: 0}",
    ),
    "no way out of the circle": (
        "L005",
        changed(
            (ACCEPT, ACCEPT.replace("done", "answer")),
            ("to: unrated, automatic", "to: answer, automatic"),
            ("to: lapsed, automatic", "to: answer, automatic"),
        ),
        "- id: rate\n    stage",
    ),
    "the worker rates": ("L031", changed((ACCEPT, ACCEPT[:-1] + ", by: [desk]}")), "by: [desk]"),
    "done without a rating": (
        "L030",
        changed(("to: rate, requires", "to: done, requires")),
        "to: done, requires",
    ),
    "the one who asks works under another name": (
        "L032",
        changed(
            ("  - {id: head,", "  - {id: doer, name: 经办人, bind: asker}\n  - {id: head,"),
            ("actor: desk\n", "actor: doer\n"),
        ),
        "actor: doer",
    ),
    "reopened behind the rating": (
        "L035",
        changed((ACCEPT, ACCEPT.replace("to: done", "to: island")), ("ends:\n", ISLAND))
        + "reopening: {by: asker, within: 9 days, to: island}\n",
        "reopening:",
    ),
    "a step off every way": ("L004", changed(("ends:\n", ISLAND)), "- id: island"),
    "a field nobody can fill": (
        "L040",
        changed(("requires: [reply]", "requires: [reply, budget]")),
        "requires: [reply, budget]",
    ),
    "what happens by itself asks for something": (
        "L022",
        changed(
            ("to: lapsed, automatic: true", "to: lapsed, automatic: true, requires: [question]")
        ),
        "overdue: {do: lapse}",
    ),
    "sealed until a step before": (
        "L042",
        changed(("title: 答复}", "title: 答复, sealed_until: ask, openers: [desk, head]}")),
        "sealed_until: ask",
    ),
    "more votes than seats": (
        "L014",
        changed(
            ("bind: coordinator}", "bind: coordinator, seats: 2, substitute: head}"),
            ("work: true", "work: true\n    complete: {quorum: 3}"),
        ),
        "complete: {quorum: 3}",
    ),
    "two definitions in one file": ("D007", f"{EXAMPLE}---\n{EXAMPLE}", "---"),
    "merged with <<": ("D013", f"{EXAMPLE}<<: {{a: 1}}\n", "<<"),
    "half a character": (
        "D005",
        changed(("{zh: 有问必答", '{zh: "\\ud800"')),
        "\\ud800",
    ),
    "a number without end": ("D015", changed(("version: 1", "version: " + "9" * 5_000)), "version"),
}
BASE = EXAMPLE.replace("id: ask\n", "id: base\nabstract: true\n", 1)
BETWEEN = """\
id: between
extends: ./base.yaml
abstract: true
version: 1
title: 中间一层
steps:
  - {id: answer, limit: 2 workdays}
"""

# rule, what the third of the chain changes, the file that is named, the text on its line
CHAIN: dict[str, tuple[str, str, str, str]] = {
    "the step is taken away": (
        "L002",
        "steps:\n  - !remove {id: rate}\n",
        "base.yaml",
        "to: rate, requires",
    ),
    "led past it": (
        "L030",
        "steps:\n  - id: answer\n    actions:\n      - {id: reply, to: done}\n",
        "last.yaml",
        "to: done",
    ),
    "the rating no longer counts": (
        "L030",
        "steps:\n  - id: rate\n    actions:\n      - {id: accept, rating: !remove }\n",
        "base.yaml",
        "to: done, rating: accept",
    ),
    "somebody else confirms": ("L032", "confirmer: desk\n", "base.yaml", "actor: desk"),
}


def told(paths: list[Path], capsys: pytest.CaptureFixture[str]) -> list[tuple[str, int, str]]:
    """(file, line, rule) of each finding, the same by both ways of the command."""
    files = [str(path) for path in paths]
    assert main(["loop", "check", *files]) == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert main(["loop", "check", *files, "--json"]) == 1
    said_as_json = capsys.readouterr()
    findings = json.loads(said_as_json.out)["findings"]
    assert findings and all(each["message"] for each in findings)
    for each in findings:
        place = f"{each['file']}:{each['line']}:{each['column']} {each['rule']} {each['message']}"
        assert place in said.out
    return [(Path(each["file"]).name, each["line"], each["rule"]) for each in findings]


@pytest.mark.parametrize("name", ONE_FILE)
def test_one_file(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule, text, part = ONE_FILE[name]
    path = tmp_path / "loop.yaml"
    path.write_text(text, "utf-8")
    lines = {line for _file, line, found in told([path], capsys) if found == rule}
    assert line_of(text, part) in lines


@pytest.mark.parametrize("name", CHAIN)
def test_a_chain_of_bases_cannot_lose_the_rating(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule, change, file, part = CHAIN[name]
    last = f"id: last\nextends: ./between.yaml\nversion: 1\ntitle: 去掉评价\n{change}"
    texts = {"base.yaml": BASE, "between.yaml": BETWEEN, "last.yaml": last}
    for each, text in texts.items():
        (tmp_path / each).write_text(text, "utf-8")
    assert (file, line_of(texts[file], part), rule) in told([tmp_path / "last.yaml"], capsys)


def test_a_byte_order_mark_harms_nobody(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.encode())
    assert check_files([path]).closed
