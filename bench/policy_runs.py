"""The contenders of `policy.py`, each alone in a process of its own: Parquet in, Parquet out."""

from __future__ import annotations

import importlib
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from bench.policy_firms import DAY
from lianshu.engine.codes import load_code_lists
from lianshu.engine.policy import Policy, load_pack
from lianshu.engine.policy.loading import Pack
from lianshu.engine.policy.program import Program
from lianshu.engine.policy.programs import program_for
from lianshu.engine.policy.running import prepare_connection, shape_for
from lianshu.engine.policy.slicing import slices, write_wide
from lianshu.engine.tables import load_dictionary

ROOT: Final = Path(__file__).resolve().parent.parent
NATIONAL: Final = ROOT / "packs" / "national"
SUBSET: Final = (("high-tech-enterprise", "2016"), ("srdi", "2026"), ("tech-sme", "2017"))
PEER: Final = Path(__file__).with_name("policy_peer.sql")


@dataclass(frozen=True, slots=True)
class Run:
    """From the files to the file: processor ``seconds`` of all threads and seconds of the
    ``clock``, of which ``prepared`` (clock) before the statement began; and the most memory the
    process ever held, in MB. ``made`` is what went before (clock): policies read, statement
    compiled."""

    seconds: float
    clock: float
    prepared: float
    made: float
    peak: float


@dataclass
class Watch:
    """Both clocks, from when it is made."""

    clock: float = field(default_factory=time.perf_counter)
    processor: float = field(default_factory=time.process_time)

    def read(self, prepared: float = 0, made: float = 0) -> Run:
        """The run until now."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        seconds = time.process_time() - self.processor
        return Run(seconds, time.perf_counter() - self.clock, prepared, made, peak)


def national() -> Pack:
    """The national pack."""
    dictionary = load_dictionary(NATIONAL / "facts.yaml")
    pack = load_pack([NATIONAL], dictionary, load_code_lists(NATIONAL / "codes"))
    if not pack.usable:
        raise SystemExit("\n".join(str(one) for one in pack.findings))
    return pack


def subset(pack: Pack) -> list[Policy]:
    """The policies of the fixed subset."""
    return [one for one in pack.policies if (one.id, one.version) in SUBSET]


def chosen(pack: Pack, what: str) -> Sequence[Policy]:
    """`subset`, or the whole `pack`."""
    return subset(pack) if what == "subset" else pack.everything


def connect(folder: Path, memory: str) -> duckdb.DuckDBPyConnection:
    """DuckDB with all cores and so much memory; what does not fit goes to the folder."""
    duck = duckdb.connect()
    duck.execute(f"SET memory_limit = '{memory}'")
    duck.execute(f"SET temp_directory = '{folder / 'spilled'}'")
    duck.execute("SET preserve_insertion_order = false")
    return duck


def program_of(
    duck: duckdb.DuckDBPyConnection, folder: Path, pack: Pack, policies: Sequence[Policy]
) -> Program:
    """The program for the tables in the folder, whose figures are held against the limits."""
    for table in ("facts", "holdings"):
        duck.execute(
            f"CREATE OR REPLACE TEMP VIEW policy_{table} AS "
            f"SELECT * FROM read_parquet('{folder / table}.parquet')"
        )
    shape = shape_for(duck, policies, DAY, pack.dictionary, holdings=True, marked=True)
    return program_for(policies, DAY, shape, texts=False, folder=folder / "programs")


def ours(folder: Path, memory: str, what: str) -> Run:
    """The compiled program. Compiling is timed apart: a statement is kept for the next run."""
    begun = time.perf_counter()
    pack = national()
    policies = chosen(pack, what)
    duck = connect(folder, memory)
    prepare_connection(duck)
    program_of(duck, folder, pack, policies)
    made = time.perf_counter() - begun
    watch = Watch()
    program = program_of(duck, folder, pack, policies)
    prepared = time.perf_counter() - watch.clock
    out = folder / what
    shutil.rmtree(out, ignore_errors=True)
    facts, holdings = (folder / f"{table}.parquet" for table in ("facts", "holdings"))
    write_wide(duck, program, (facts, holdings), out, slices(duck, facts))
    return watch.read(prepared, made)


def by_hand(folder: Path, memory: str) -> Run:
    """The same outcomes by hand-written SQL."""
    duck = connect(folder, memory)
    watch = Watch()
    duck.execute(peer_sql(folder))
    return watch.read()


def peer_sql(folder: Path) -> str:
    """The hand-written statement for a folder."""
    sql = PEER.read_text("utf-8")
    for name in ("facts", "holdings"):
        sql = sql.replace(f"${name}", str(folder / f"{name}.parquet"))
    return sql.replace("$out", str(folder / "by_hand.parquet"))


def alone(contender: str, *arguments: str) -> Run:
    """One run in a process of its own."""
    command = [sys.executable, "-m", "bench.policy_runs", contender, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """`CONTENDER FOLDER MEMORY [WHAT]`; prints the run as JSON."""
    contender, folder, *rest = sys.argv[1:]
    if contender == "openfisca":
        # Only the bench has it, and only this contender.
        work = importlib.import_module("bench.policy_openfisca_run").run
        watch = Watch()
        work(Path(folder))
        found = watch.read()
    elif contender == "ours":
        found = ours(Path(folder), *rest)
    else:
        found = by_hand(Path(folder), *rest)
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
