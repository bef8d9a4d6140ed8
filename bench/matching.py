"""Recall and whole-process time of `lianshu match` on the real files.

    .venv/bin/python bench/matching.py [--data ../shared/data]

Recall@50 of the pairs that technology-transfer staff put at level 3 or 4, over all pairs (pooled)
and averaged per demand. Says why and does nothing when the data is absent.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN = "import sys; from lianshu.cli import main; sys.exit(main())"
BAR_SECONDS, BAR_RECALL = 10.0, 0.41
RUNS = 3


def recall(result: Path, labels: Path) -> tuple[float, float]:
    """Pooled and per-demand recall of the good pairs of `labels` among the rows of `result`."""
    good: dict[str, set[str]] = defaultdict(set)
    with labels.open(encoding="utf-8-sig") as stream:
        for row in csv.DictReader(stream):
            if int(row["level"]) >= 3:
                good[row["demand_id"]].add(row["achievement_id"])
    found: dict[str, int] = defaultdict(int)
    with result.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            found[row["demand_id"]] += row["resource_id"] in good[row["demand_id"]]
    shares = [found[demand] / len(wanted) for demand, wanted in good.items() if wanted]
    return sum(found.values()) / sum(map(len, good.values())), sum(shares) / len(shares)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("LIANSHU_DATA", str(ROOT.parent / "shared" / "data"))
    options.add_argument("--data", type=Path, default=Path(default))
    folder = options.parse_args().data / "demands"
    if not folder.is_dir():
        print(f"skipped: {folder} is absent (set LIANSHU_DATA or --data)")
        return 0
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "x.csv"
        files = [folder / "demands.csv", folder / "achievements.csv"]
        command = [sys.executable, "-c", RUN, "match", *files, "--top", "50", "--out", out]
        seconds = []
        for _ in range(RUNS):
            start = time.perf_counter()
            subprocess.run(command, check=True)
            seconds.append(time.perf_counter() - start)
        with out.open(encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        pooled, averaged = recall(out, folder / "labelled_pairs.csv")
    demands = len({row["demand_id"] for row in rows})
    empty = sum(not row["reasons"] for row in rows)
    load = os.getloadavg()[0]
    print(f"{demands} demands, {len(rows)} rows, {empty} without a reason")
    print("whole process, s: " + ", ".join(f"{one:.2f}" for one in seconds) + f" (load {load:.1f})")
    print(f"recall@50: pooled {pooled:.4f}, averaged per demand {averaged:.4f}")
    met = min(seconds) < BAR_SECONDS and min(pooled, averaged) >= BAR_RECALL and not empty
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
