"""A loop in its other shapes: canonical, behaviour and texts, differences, the picture."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from lianshu.engine.loops import (
    Loop,
    behaviour_hash,
    diff_loops,
    draw,
    load_loop,
    moved_steps,
    texts_of,
)
from tests.engine.loops.broken import changed
from tests.engine.loops.packs import pack_loops


def loop_of(folder: Path, *changes: tuple[str, str]) -> Loop:
    file = folder / "loop.yaml"
    file.write_text(changed(*changes), "utf-8")
    return load_loop(file).value


def test_what_publishing_stores_reads_back() -> None:
    for loaded in pack_loops().values():
        assert Loop.model_validate_json(loaded.canonical) == loaded.value
        assert '"limit":"' in loaded.canonical


def test_behaviour_is_apart_from_texts(tmp_path: Path) -> None:
    plain = loop_of(tmp_path)
    words = loop_of(
        tmp_path,
        ("name: 写下问题", "name: {zh: 提问, en: Ask}"),
        ("version: 1", "version: 2"),
        ("document: 自拟", "document: 其他"),
    )
    assert behaviour_hash(plain) == behaviour_hash(words)
    written_out = ("    work: true\n", "    work: true\n    complete: one\n    suspend: false\n")
    assert behaviour_hash(loop_of(tmp_path, written_out)) == behaviour_hash(plain)
    assert texts_of(words)["steps.ask.name"].said_in("en") == "Ask"
    assert texts_of(plain)["steps.rate.actions.accept.name"].zh == "认可"
    for change in (("1 workday", "2 workdays"), ("to: answer, rating", "to: ask, rating")):
        assert behaviour_hash(loop_of(tmp_path, change)) != behaviour_hash(plain)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("limit: 1 workday", "limit: 2 workdays"), "步骤“答复”的时限：1 个工作日 → 2 个工作日"),
        (("actor: desk", "actor: head"), "步骤“答复”由谁办理：desk → head"),
        (("to: answer, rating", "to: ask, rating"), "步骤“评价”的动作“没解决”去往：answer → ask"),
        (
            ("name: 服务台, bind: coordinator", "name: 服务台, bind: operator"),
            "角色“服务台”由谁担任：coordinator → operator",
        ),
        (("kind: expired", "kind: withdrawn"), "终点“未提交”的种类：expired → withdrawn"),
        (("{do: silent, remind: 2}", "{do: silent, remind: 3}"), "步骤“评价”超时后提醒次数：2 → 3"),
        (("confirmer: asker", "confirmer: head"), "评价人：asker → head"),
        (("    work: true\n", ""), "步骤“答复”算不算办理：是 → 否"),
        (
            ("      - {id: rework, name: 没解决, to: answer, rating: rework}\n", ""),
            "步骤“评价”去掉动作“没解决”",
        ),
        (("title: 答复}", "title: 答复, type: text}"), "步骤“答复”的字段“答复”的类型：line → text"),
        (("  - {id: lapsed, kind: expired, name: 未提交}\n", ""), "去掉终点“未提交”"),
    ],
)
def test_differences_in_words(change: tuple[str, str], words: str, tmp_path: Path) -> None:
    old, new = loop_of(tmp_path), loop_of(tmp_path, change)
    assert [(each.kind, each.words) for each in diff_loops(old, new)] == [("behaviour", words)]
    assert diff_loops(old, old) == []


def test_a_step_that_only_changed_its_id_is_found_again(tmp_path: Path) -> None:
    old = loop_of(tmp_path)
    new = loop_of(tmp_path, ("- id: answer", "- id: reply"), ("name: 提交", "name: 发出"))
    assert moved_steps(old, new) == {"answer": "reply"}
    said = [each.words for each in diff_loops(old, new)]
    assert "步骤“答复”改了编号：answer → reply" in said
    assert not any(words.startswith(("增加步骤", "去掉步骤")) for words in said)
    assert any("提交 → 发出" in words for words in said)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_loop_can_be_drawn(language: str) -> None:
    for loaded in pack_loops().values():
        loop = loaded.value
        picture = draw(loop, language=language, counts={loop.start: 3})
        root = ElementTree.fromstring(picture)
        texts = [element.text for element in root.findall(".//{*}text")]
        for stage in loop.stages:
            assert stage.name.said_in(language) in texts
        assert "3" in texts
        drawn = {element.get("data-step") for element in root.findall(".//{*}g")}
        assert drawn == {step.id for step in loop.steps}
        # A page with a strict content policy shows it as it is.
        assert "style=" not in picture
        assert "<style" not in picture


def test_texts_are_escaped_and_a_broken_loop_is_drawn(tmp_path: Path) -> None:
    loop = loop_of(
        tmp_path,
        ("name: 写下问题", "name: '<b>&\"写'"),
        ("to: answer, requires", "to: nowhere, requires"),
        ("stage: answer", "stage: nowhere"),
    )
    root = ElementTree.fromstring(draw(loop))
    assert '<b>&"写' in "".join(element.text or "" for element in root.findall(".//{*}text"))
