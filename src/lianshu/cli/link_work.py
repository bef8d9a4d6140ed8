"""The work of `lianshu link`: a list and a register in, which firm each row is out."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lianshu.cli.output import put_table, refuse_overwriting
from lianshu.cli.running import InputError, say
from lianshu.engine.linkage import Index, Link, Reason, link, sentence
from lianshu.engine.linkage.reading import Records, as_register, read_records

HEADER = ("list_id", "entity_id", "probability", "gap", "decision", "reasons")
_WORDS = {"match": "认定", "review": "待核", "new": "新增"}


def link_files(listed: Path, registry: Path, *, out: Path | None) -> None:
    """Link every row of `listed`, in its order. Raises `SheetError` or `InputError` when a file
    cannot be used; then nothing is written."""
    refuse_overwriting(out, (listed, registry))
    if out is not None and not out.absolute().parent.is_dir():
        raise InputError(f"{out}：没有这个文件夹，请先建好。")
    rows = read_records(listed)
    _tell(rows)
    register = as_register(read_records(registry))
    _tell(register)
    links = link(rows.records, Index.build(register.records))
    if out is not None and out.suffix.lower() == ".parquet":
        _put_parquet(out, links)
    else:
        put_table(out, HEADER, _rows(links))
    _tell_result(rows, links)


def _tell(found: Records) -> None:
    for note in found.notes:
        say(f"{found.file}：{note}")


def told(reasons: Sequence[Reason]) -> str:
    """Reasons as one line."""
    return "；".join(sentence(each) for each in reasons)


def _rows(links: Sequence[Link]) -> Iterator[tuple[str, str, float, float, str, str]]:
    for each in links:
        yield (
            each.list_id,
            each.entity_id,
            round(each.probability, 4),
            round(each.gap, 4),
            each.decision,
            told(each.reasons),
        )


def _put_parquet(out: Path, links: Sequence[Link]) -> None:
    """Written under another name and renamed, so that a file is whole or not there."""
    kinds = [pa.string(), pa.string(), pa.float64(), pa.float64(), pa.string(), pa.string()]
    columns = zip(*_rows(links), strict=True) if links else ((),) * len(HEADER)
    arrays = [pa.array(list(c), kind) for c, kind in zip(columns, kinds, strict=True)]
    place = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        pq.write_table(pa.table(dict(zip(HEADER, arrays, strict=True))), place)
        place.replace(out)
    finally:
        place.unlink(missing_ok=True)


def _tell_result(rows: Records, links: Sequence[Link]) -> None:
    counted = Counter[str](each.decision for each in links)
    shares = "，".join(f"{word} {key} {counted[key]}" for key, word in _WORDS.items())
    say(f"{rows.file}：共 {len(links)} 行，{shares}。")
    firms = Counter(each.entity_id for each in links if each.decision == "match")
    many = [(id, count) for id, count in firms.most_common(3) if count > 1]
    if many:
        named = "、".join(f"{id}（{count} 行）" for id, count in many)
        say(f"{rows.file}：有的行是同一家：{named}。认定的共 {len(firms)} 家。")
    against = sum(any(r.kind == "contradicts" for r in each.reasons) for each in links)
    if against:
        say(f"{rows.file}：有 {against} 行的代码、地名与名称相矛盾，已列为待核。")
