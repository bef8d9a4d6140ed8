"""What others would do with the same list and register: each gives the best id of each row.

- exact: the name, letter for letter, when one firm has it.
- subsequence: the characters of the row's name occur in the firm's in their order; the shortest
  such name wins. Marks of a stock exchange and 股份 are taken off first, which favours the peer.
- Jaro-Winkler: the most similar name, of those that share a character pair where the register is
  large.
- Splink: its name comparison at default thresholds, block on the first two characters and on the
  last two of the core, u by random sampling, m by expectation maximisation; for full names brand,
  trade, place, city, with the sound of the brand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

from lianshu.engine.linkage import Record, plain_name, take_apart
from lianshu.engine.linkage.encoding import sounds

Answers = list[str]


def names_of(record: Record) -> tuple[str, ...]:
    """All names of a firm."""
    return (record.name, *record.aliases, *record.former_names)


def exact(rows: Sequence[Record], register: Sequence[Record]) -> Answers:
    """Letter for letter."""
    known: dict[str, set[str]] = defaultdict(set)
    for record in register:
        for name in names_of(record):
            known[name].add(record.id)
    return [
        next(iter(found)) if len(found := known.get(row.name, set())) == 1 else "" for row in rows
    ]


def subsequence(rows: Sequence[Record], register: Sequence[Record]) -> Answers:
    """All characters in their order; the shortest such name."""
    names = [(take_apart(n).core, r.id) for r in register for n in names_of(r)]
    with_letter: dict[str, list[int]] = defaultdict(list)
    for at, (core, _) in enumerate(names):
        for letter in set(core):
            with_letter[letter].append(at)
    answers = []
    for row in rows:
        core = take_apart(row.name).core
        if not core:
            answers.append("")
            continue
        rarest = min((with_letter.get(letter, []) for letter in core), key=len)
        within = [at for at in rarest if _in_order(core, names[at][0])]
        best = min(within, key=lambda at: (len(names[at][0]), at), default=None)
        answers.append("" if best is None else names[best][1])
    return answers


def _in_order(short: str, long: str) -> bool:
    rest = iter(long)
    return all(letter in rest for letter in short)


def jaro_winkler(rows: Sequence[Record], register: Sequence[Record]) -> Answers:
    """The most similar of all names."""
    names = [(plain_name(n), r.id) for r in register for n in names_of(r)]
    texts = [name for name, _ in names]
    answers = []
    for begin in range(0, len(rows), 256):
        asked = [plain_name(row.name) for row in rows[begin : begin + 256]]
        scores = cdist(asked, texts, scorer=JaroWinkler.normalized_similarity, dtype=np.float32)
        answers += [names[at][1] for at in scores.argmax(1).tolist()]
    return answers


def _table(records: Sequence[Record], *, all_names: bool) -> dict[str, list[str | None]]:
    """Columns for Splink, a row for each name; empty is not stated."""
    table = sounds()
    out: dict[str, list[str | None]] = defaultdict(list)
    for record in records:
        for number, name in enumerate(names_of(record) if all_names else (record.name,)):
            parts = take_apart(name)
            brand = parts.brand
            values = {
                "unique_id": f"{record.id}\t{number}",
                "name": parts.plain,
                "first_two": parts.core[:2],
                "last_two": parts.core[-2:],
                "brand": brand,
                "brand_sound": " ".join(str(int(table[min(ord(c), 65535)])) for c in brand),
                "trade": parts.trade,
                "city": record.city or parts.last_place,
                "brand_first": parts.last_place + brand[:1],
            }
            for key, value in values.items():
                out[key].append(value or None)
    return out


def splink(rows: Sequence[Record], register: Sequence[Record], *, full: bool) -> Answers:
    """The best pair by match weight; none when no pair is blocked together."""
    import logging

    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    if full:
        comparisons = [
            cl.JaroWinklerAtThresholds("brand", [0.9, 0.7]).configure(
                term_frequency_adjustments=True
            ),
            cl.ExactMatch("brand_sound"),
            cl.JaroWinklerAtThresholds("trade", [0.9, 0.7]),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        ]
        blocks = [
            block_on("brand", "city"),
            block_on("brand", "trade"),
            block_on("brand_sound", "city"),
            block_on("brand_sound", "trade"),
            block_on("city", "trade", "substr(brand, 1, 1)"),
            block_on("city", "trade", "substr(brand, -1, 1)"),
        ]
        training = [block_on("brand"), block_on("city", "trade")]
    else:
        comparisons = [
            cl.JaroWinklerAtThresholds("name"),
            cl.JaroWinklerAtThresholds("brand").configure(term_frequency_adjustments=True),
        ]
        blocks = [block_on("first_two"), block_on("last_two"), block_on("brand")]
        training = [block_on("first_two"), block_on("last_two")]
    api = DuckDBAPI()
    tables = [
        api.register(pa.table(_table(rows, all_names=False)), table_name="asked"),
        api.register(pa.table(_table(register, all_names=True)), table_name="known"),
    ]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=blocks,
        probability_two_random_records_match=1 / max(len(register), 1),
    )
    linker = Linker(tables, settings, log_level=40)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    asked_left = found["source_dataset_l"] == "asked"
    row = found["unique_id_l"].where(asked_left, found["unique_id_r"])
    firm = found["unique_id_r"].where(asked_left, found["unique_id_l"])
    best: dict[str, tuple[float, str]] = {}
    for at, to, weight in zip(row, firm, found["match_weight"], strict=True):
        one = float(weight), str(to).split("\t")[0]
        key = str(at).split("\t")[0]
        if key not in best or one > best[key]:
            best[key] = one
    return [best.get(each.id, (0.0, ""))[1] for each in rows]
