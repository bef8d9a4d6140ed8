"""Interpreter, DuckDB and Spark on many random firms: outcomes, missing facts, texts, amounts.

    .venv/bin/python -m bench.policy_three [PACK …] [--firms 100000] [--chunk 2000] [--first 0]

No time is measured. Firms come in chunks, each with its own seed, with missing figures, zeros,
figures on boundaries and of future periods (`tests.engine.policy.firms`); `--first` goes on where
a run was ended. DuckDB and Spark must give the same columns, the interpreter what DuckDB says.
Exits with 1 at the first chunk with a difference and shows up to ten of them.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from lianshu.engine.policy.spark import session
from tests.engine.policy.agreement import differences
from tests.engine.policy.firms import random_firms
from tests.engine.policy.test_agreement import NOW
from tests.engine.policy.test_packs import NAMES, pack


def main() -> None:
    """Compare chunk after chunk."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("packs", nargs="*", default=list(NAMES))
    arguments.add_argument("--firms", type=int, default=100_000)
    arguments.add_argument("--chunk", type=int, default=2_000)
    arguments.add_argument("--first", type=int, default=0, help="firms compared before")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, session(Path(folder)) as spark:
        for first in range(options.first, options.firms, options.chunk):
            for name in options.packs:
                policies = [*pack(name).everything]
                count = min(options.chunk, options.firms - first)
                firms = random_firms(policies, NOW, count, seed=first)
                found = differences(policies, firms, NOW, spark=spark)
                for line in found:
                    print(f"{name}: {line}")
                if found:
                    raise SystemExit(1)
                print(f"{name}: {first + count} firms agree", flush=True)


if __name__ == "__main__":
    main()
