"""The floor that real labels set: good pairs among the first 50."""

import csv
import os
from collections import defaultdict
from pathlib import Path

import pytest

from lianshu.engine.matching import Post, match

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("LIANSHU_DATA", ROOT.parent / "shared" / "data")) / "demands"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.skipif(not DATA.is_dir(), reason=f"real demands are absent: {DATA} (LIANSHU_DATA)")
def test_recall_at_50_of_good_pairs() -> None:
    good: dict[str, set[str]] = defaultdict(set)
    for row in rows("labelled_pairs.csv"):
        if int(row["level"]) >= 3:
            good[row["demand_id"]].add(row["achievement_id"])
    demands = [Post(row["demand_id"], row["title"], row["content"]) for row in rows("demands.csv")]
    resources = [
        Post(row["achievement_id"], row["achievement_terms"]) for row in rows("achievements.csv")
    ]
    found = list(match(demands, resources, top=50))
    assert len(found) == 50 * len(demands)
    assert all(one.reasons and one.reasons[0].text for one in found)
    hits: dict[str, int] = defaultdict(int)
    for one in found:
        hits[one.demand_id] += one.resource_id in good[one.demand_id]
    wanted = {demand: len(ids) for demand, ids in good.items() if ids}
    assert sum(hits.values()) / sum(wanted.values()) >= 0.41
    assert sum(hits[demand] / size for demand, size in wanted.items()) / len(wanted) >= 0.41
