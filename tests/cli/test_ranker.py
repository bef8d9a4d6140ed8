"""`lianshu ranker`: columns in and out, messages for bad tables, nothing half written."""

import csv
import json
from pathlib import Path

import pytest

from lianshu.cli import main

DEMANDS = "demand_id,title,content\nd1,防爆锂离子电池,电池安全\nd2,伺服电机控制,精度\n"
RESOURCES = (
    "achievement_id,achievement_terms\nr1,锂离子电池 电解液\nr2,电机 控制 系统\nr3,玉米 种植\n"
)
LABELS = (
    "pair_id,achievement_id,demand_id,level,achievement_terms\n"
    "p1,r1,d1,4,锂离子电池 电解液\np2,r3,d1,1,玉米 种植\np3,r2,d2,3,电机 控制 系统\n"
)
PAIRS = (
    "备注,pair_id,achievement_id,demand_id,achievement_terms\n"
    "甲,q1,r2,d1,\n乙,q2,new,d1,锂电池 隔膜\n丙,q3,r2,d2,电机 控制 系统\n丁,q4,blank,d2,😀\n"
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, text in (("D", DEMANDS), ("R", RESOURCES), ("L", LABELS), ("P", PAIRS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def learn(place: Path, *more: str) -> int:
    files = ["--labels", str(place / "L.csv"), "--out", str(place / "MODEL")]
    return main(["ranker", "learn", *posts(place), *files, *more])


def score(place: Path, *more: str) -> int:
    files = ["--pairs", str(place / "P.csv"), "--out", str(place / "O.csv")]
    return main(["ranker", "score", "--model", str(place / "MODEL"), *posts(place), *files, *more])


def posts(place: Path) -> list[str]:
    return ["--demands", str(place / "D.csv"), "--resources", str(place / "R.csv")]


def result(place: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((place / "O.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("more", [(), ("--fast",)])
def test_rows_keep_their_order_and_columns(place: Path, more: tuple[str, ...]) -> None:
    assert learn(place) == 0
    assert score(place, *more) == 0
    rows = result(place)
    given = list(csv.DictReader(PAIRS.splitlines()))
    assert [{name: row[name] for name in given[0]} for row in rows] == given
    assert list(rows[0])[-6:] == ["level", "p2", "p3", "p4", "confidence", "rank_score"]
    for row in rows:
        assert row["level"] in {"1", "2", "3", "4"}
        assert 1 >= float(row["p2"]) >= float(row["p3"]) >= float(row["p4"]) >= 0
        assert 0 <= float(row["rank_score"]) <= 1


def test_an_empty_level_is_filled_and_a_given_one_kept(place: Path) -> None:
    assert learn(place) == 0
    (place / "P.csv").write_text(LABELS.replace("p2,r3,d1,1", "p2,r3,d1,"), encoding="utf-8")
    assert score(place) == 0
    rows = result(place)
    assert [row["level_given"] for row in rows] == ["4", "", "3"]
    assert all(row["level"] in {"1", "2", "3", "4"} for row in rows)


def test_a_model_without_labels(place: Path) -> None:
    (place / "L.csv").write_text(LABELS.splitlines()[0] + "\n", encoding="utf-8")
    assert learn(place) == 0 and score(place) == 0
    assert float(result(place)[2]["rank_score"]) > float(result(place)[0]["rank_score"])
    manifest = json.loads((place / "MODEL" / "manifest.json").read_text())
    assert manifest["about"]["judgements"] == 0 and manifest["features"]


def test_the_manifest_names_files_counts_features_and_figures(place: Path) -> None:
    assert learn(place, "--seed", "3") == 0
    manifest = json.loads((place / "MODEL" / "manifest.json").read_text())
    assert manifest["about"] | {"held_out_score": 0} == {
        "demands": 2, "resources": 3, "judgements": 3, "judged_pairs": 3, "contradicting": 0,
        "seed": 3, "held_out_score": 0,
    }  # fmt: skip
    assert all(len(digest) == 64 for digest in manifest["files"].values())


BAD = {
    "level 5": ("L", LABELS.replace("d1,4", "d1,5"), ["L.csv", "第 2 行", "level", "1 到 4"]),
    "level 0": ("L", LABELS.replace("d1,4", "d1,0"), ["第 2 行", "1 到 4"]),
    "level -1": ("L", LABELS.replace("d1,4", "d1,-1"), ["第 2 行", "1 到 4"]),
    "level 2.5": ("L", LABELS.replace("d1,4", "d1,2.5"), ["第 2 行", "level"]),
    "level text": ("L", LABELS.replace("d1,4", "d1,强"), ["第 2 行", "level"]),
    "no level": ("L", PAIRS, ["L.csv", "level"]),
    "unknown demand": ("L", LABELS.replace("r2,d2", "r2,d9"), ["第 4 行", "demand_id", "d9"]),
    "unknown resource": (
        "L", "achievement_id,demand_id,level\nr9,d1,2\n", ["第 2 行", "achievement_id", "r9"]),
    "no demand column": ("L", "achievement_id,level\nr1,2\n", ["L.csv", "需求编号"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_labels_are_named_and_nothing_is_written(
    name: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, text, said = BAD[name]
    (place / f"{file}.csv").write_text(text, encoding="utf-8")
    assert learn(place) == 2
    told = capsys.readouterr().err
    assert all(word in told for word in said), told
    assert not (place / "MODEL").exists()
    assert sorted(one.name for one in place.iterdir()) == ["D.csv", "L.csv", "P.csv", "R.csv"]


def test_contradictions_and_empty_levels_are_told(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "L.csv").write_text(LABELS + "p4,r1,d1,2,\np5,r1,d2,,\n", encoding="utf-8")
    assert learn(place) == 0
    told = capsys.readouterr().err
    assert "不一致（2、4）" in told and "1 行没有填等级" in told


def test_pairs_of_unknown_posts_stop_and_leave_the_old_result(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert learn(place) == 0
    (place / "O.csv").write_text("old")
    (place / "P.csv").write_text("achievement_id,demand_id\nr1,d1\nr9,d1\nr1,d9\n")
    assert score(place) == 2
    told = capsys.readouterr().err
    assert "第 3 行" in told and "achievement_terms" in told and "第 4 行" in told
    assert (place / "O.csv").read_text() == "old"


def test_one_id_with_two_titles_is_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert learn(place) == 0
    (place / "P.csv").write_text(
        "achievement_id,demand_id,achievement_terms\nnew,d1,甲醛 检测\nnew,d2,玉米 种植\n"
    )
    assert score(place) == 2
    assert "标题不同" in capsys.readouterr().err


def test_a_folder_that_is_no_model(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(place) == 2
    assert "manifest.json" in capsys.readouterr().err
    (place / "MODEL").mkdir()
    (place / "MODEL" / "letter.txt").write_text("kept")
    assert learn(place) == 2
    assert "不会覆盖" in capsys.readouterr().err
    assert (place / "MODEL" / "letter.txt").read_text() == "kept"


def test_texts_of_a_megabyte(place: Path) -> None:
    (place / "R.csv").write_text(RESOURCES + "r4," + "锂电池正极材料" * 50_000 + "\n")
    (place / "D.csv").write_text(DEMANDS + "d3,," + "数控机床abc机械臂" * 37_000 + "\n")
    (place / "P.csv").write_text("achievement_id,demand_id\nr4,d3\nr4,d1\n")
    assert learn(place) == 0 and score(place) == 0
    assert len(result(place)) == 2


def test_evaluate_needs_enough(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["ranker", "evaluate", *posts(place), "--labels", str(place / "L.csv")]
    assert main(asked) == 2
    assert "50" in capsys.readouterr().err
