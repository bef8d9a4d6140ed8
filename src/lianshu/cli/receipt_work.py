"""What `lianshu receipt verify` does."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lianshu.casework.receipt_checking import Checked, UnreadableReceiptError, check_receipt
from lianshu.cli.running import InputError


def verify_files(files: Sequence[Path], *, as_json: bool) -> bool:
    """Check each receipt and say what was found; whether all of them hold."""
    checked: list[tuple[Path, Checked]] = []
    for path in files:
        try:
            checked.append((path, check_receipt(path)))
        except UnreadableReceiptError as error:
            raise InputError(f"{path}：{error}") from error
    ok = all(not found.flaws for _path, found in checked)
    if as_json:
        rows = [_as_data(path, found) for path, found in checked]
        sys.stdout.write(json.dumps({"ok": ok, "receipts": rows}, ensure_ascii=False) + "\n")
    else:
        for path, found in checked:
            sys.stdout.write("".join(f"{line}\n" for line in _in_words(path, found)))
    return ok


def _in_words(path: Path, found: Checked) -> list[str]:
    flaws = [f"{path}:{flaw.line}: {flaw}" for flaw in found.flaws]
    if flaws:
        return [*flaws, f"{path}：回执有 {len(flaws)} 处对不上。"]
    return [
        f"{path}：{found.subject}（{found.case}），{found.events} 条记录前后相接，"
        f"{found.own} 条正文与摘要相符。",
        f"  末条散列 {found.head}",
        "  它与平台办件页面上的“记录散列”或当日锚定一致，才说明平台上的记录也没有改过。",
    ]


def _as_data(path: Path, found: Checked) -> dict[str, Any]:
    return {
        "file": str(path),
        "case": found.case,
        "events": found.events,
        "own_texts": found.own,
        "head": found.head,
        "flaws": [
            {"line": flaw.line, "event": flaw.seq, "what": flaw.what} for flaw in found.flaws
        ],
    }
