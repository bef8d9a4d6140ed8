"""Product relations and makers as lists, on the web and from the command line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from lianshu.authority import Actor
from lianshu.chainmap.file_import import FileImport
from lianshu.chainmap.models import MakerRelation, OutsideMaker, ProductEdge
from lianshu.imports.models import ImportRun
from lianshu.imports.services.requests import confirm_import
from tests.cast import NOW, Cast
from tests.chainmap.scenes import MapScene, small_map
from tests.imports.running import problems, table, upload, work


@pytest.fixture
def scene(cast: Cast) -> MapScene:
    return small_map(cast)


def sent(
    scene: MapScene, target: str, header: tuple[str, ...], *rows: object, **options: str
) -> ImportRun:
    return upload(
        scene.cast.actor("officer"),
        table(*rows, header=header),  # type: ignore[arg-type]
        name="图谱.csv",
        target=target,
        options=options,
    )


def written(actor: Actor, run: ImportRun) -> ImportRun:
    confirm_import(actor=actor, run=run, mode="good", now=NOW)
    return work(run)


def told_of(run: ImportRun) -> str:
    return "\n".join(message for each in problems(run).values() for message in each)


EDGES = ("from_product", "to_product", "rel")
MAKERS = ("company_code", "企业名称", "product_name", "weight")


def test_relations_are_shown_before_they_are_written(scene: MapScene) -> None:
    rows = (
        ["轴承", "钢珠", "上游材料"],
        ["电机", "磁钢", "上游材料"],
        ["轴承", "钢珠", "上游材料"],
        ["轴承", "轴承", "上游材料"],
        ["轴承", "润滑脂", "奇怪的"],
    )
    run = sent(scene, "product_edges", EDGES, *rows, source="public")
    assert (run.to_create, run.to_leave, run.bad_count) == (1, 1, 3)
    told = told_of(run)
    assert "第 2 行相同" in told and "写成自己的上游材料" in told and "奇怪的" in told
    before = ProductEdge.objects.count()
    written(scene.cast.actor("officer"), run)
    assert ProductEdge.objects.count() == before + 1


def test_makers_by_code_or_name_and_firms_elsewhere(scene: MapScene) -> None:
    rows = (
        ["", "慈湖电机有限公司", "轴承", "0.3"],
        ["W1", "", "镨钕", ""],
        ["W9", "远方轴承厂", "轴承", ""],
        ["", "没有这家厂", "轴承", ""],
        ["", "甬江磁材有限公司", "磁钢", "1.5"],
    )
    given = {"source": "inferred", "visibility": "office", "unknown": "outside"}
    run = sent(scene, "product_makers", MAKERS, *rows, **given)
    assert run.bad_count == 2, told_of(run)
    assert "0 到 1 之间" in told_of(run) and "同时写企业代码和企业名称" in told_of(run)
    written(scene.cast.actor("officer"), run)
    made = MakerRelation.objects.get(
        organisation=scene.cast.organisations["motors"], product__name="轴承"
    )
    assert (made.share, made.source, made.visibility) == (Decimal("0.3"), "inferred", "office")
    assert OutsideMaker.objects.get(code="W9").made_products.count() == 1


def test_files_from_the_command_line_are_told_and_then_written(
    scene: MapScene, tmp_path: Path
) -> None:
    edges, makers = tmp_path / "e.csv", tmp_path / "m.csv"
    edges.write_text("from_product,to_product,rel\n轴承,钢珠,上游材料\n甲,甲,上游材料\n", "utf-8")
    makers.write_text("company_code,product_name,weight\nW1,钢珠,2\n000001,钢珠,0.1\n", "utf-8")
    lines: list[str] = []

    def run(*, apply: bool) -> str:
        lines.clear()
        FileImport(lines.append).run(
            edges=edges, makers=makers, source="public", visibility="office", apply=apply, now=NOW
        )
        return "\n".join(lines)

    told = run(apply=False)
    assert "自己的上游或小类：1 处" in told and "占比大于 1：1 处" in told
    assert "没有登记的企业 1 家" in told and "没有写入" in told
    assert not ProductEdge.objects.filter(end__name="钢珠").exists()
    assert "已写入：产品关系 2 条，生产关系 1 条" in run(apply=True)
    assert scene.input("钢珠").elsewhere == 1
    assert MakerRelation.objects.get(product__name="钢珠").share is None
    assert "无变化 1 条" in run(apply=False)
