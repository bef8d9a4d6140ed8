"""A receipt is made for its asker, holds offline, and says which line was changed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from lianshu.authority import Refusal
from lianshu.casework.models import Case
from lianshu.casework.queries import case_by_id
from lianshu.casework.receipt_checking import UnreadableReceiptError, check_receipt
from lianshu.casework.receipts import make_receipt, write_receipt
from lianshu.casework.services.forms import Given, Stars
from lianshu.cli import main
from tests.casework.loops import order
from tests.casework.test_acting import ASKED, assigned, go
from tests.cast import NOW, Cast

SECRET = "报告里的内部数据"


def closed(cast: Cast) -> Case:
    """A case that went round and was rated."""
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    go(cast, case, "officer", "assign", assigned(cast))
    go(cast, case, "carol", "accept")
    go(cast, case, "carol", "report", Given({"result": SECRET}))
    go(cast, case, "alice", "accept", Given(stars=Stars(4), note="谢谢"))
    case.refresh_from_db()
    return case


def written(cast: Cast, case: Case, who: str = "alice") -> str:
    """The receipt as that person downloads it."""
    actor = cast.actor(who)
    found = case_by_id(actor, case.public_id)
    assert found is not None
    return write_receipt(make_receipt(actor, found, now=NOW))


def flaws(path: Path, text: str) -> list[tuple[int, str]]:
    """Line and words of what is wrong with a changed receipt."""
    path.write_text(text, encoding="utf-8")
    return [(flaw.line, flaw.what) for flaw in check_receipt(path).flaws]


def edited(text: str, change: Any) -> str:
    """The receipt with its data changed, written as it was."""
    data = json.loads(text)
    change(data)
    return write_receipt(data)


def test_it_holds_and_every_change_shows(cast: Cast, tmp_path: Path) -> None:
    case = closed(cast)
    text = written(cast, case)
    path = tmp_path / "receipt.json"
    assert flaws(path, text) == []
    checked = check_receipt(path)
    assert (checked.case, checked.events, checked.own) == (case.public_id, 6, 3)
    assert SECRET not in text and "谢谢" in text and "高温退磁" in text
    assert json.loads(text)["time"]["used_minutes"] == 60
    assert SECRET not in written(cast, case, "officer")
    with pytest.raises(Refusal, match="提出单位"):
        written(cast, case, "carol")

    lines = text.splitlines()
    for before, after, seq in (("高温退磁", "高温测试", 2), ('"欧阳链"', '"别人"', 3)):
        (line, _what), *rest = flaws(path, text.replace(before, after))
        assert before in lines[line - 1] and not rest
        assert check_receipt(path).flaws[0].seq == seq
    for part, before, after in (
        ("case", '"reopened": 0', '"reopened": 1'),
        ("promised", "5 workdays", "3 workdays"),
        ("time", '"used_minutes": 60', '"used_minutes": 6'),
        ("head", case.head_hash, "sha256:00"),
    ):
        changed = "\n".join(
            line.replace(before, after) if line.startswith(f' "{part}"') else line for line in lines
        )
        assert changed != text.rstrip("\n")
        assert any(f'"{part}"' in lines[line - 1] for line, _what in flaws(path, changed)), part
    assert (
        "接不上" in flaws(path, edited(text, lambda d: d["events"][2].update(previous="x")))[0][1]
    )
    assert "序号" in flaws(path, edited(text, lambda d: d["events"].pop(2)))[0][1]
    assert "末尾" in flaws(path, edited(text, lambda d: d["events"].pop()))[-1][1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"format": "x"}',
        b'{"a": 1,\n b}',
        b'{"format": "lianshu-receipt-1", "case": {}, "head": {}, "events": [1], "digests": {}}',
    ],
)
def test_what_is_no_receipt_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableReceiptError, match=r"重新下载"):
        check_receipt(path)
    assert main(["receipt", "verify", str(path)]) == 2
    assert main(["receipt", "verify", str(tmp_path / "none.json")]) == 2


def test_the_command_needs_no_site(cast: Cast, tmp_path: Path, client: Client) -> None:
    case = closed(cast)
    client.force_login(cast.users["alice"])
    shown = client.get(f"/cases/{case.public_id}/receipt/")
    assert "磁钢测试设备借用" in shown.content.decode() and SECRET not in shown.content.decode()
    answer = client.get(f"/cases/{case.public_id}/receipt.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    path = tmp_path / "receipt.json"
    path.write_bytes(answer.content)
    command = [sys.executable, "-c", "import sys; from lianshu.cli import main; sys.exit(main())"]
    done = subprocess.run(
        [*command, "receipt", "verify", str(path)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path), "LIANSHU_ENV": "nowhere", "PYTHONUTF8": "1"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "") and case.head_hash in done.stdout
    path.write_bytes(answer.content.replace("艾丽".encode(), "别人".encode()))
    assert main(["receipt", "verify", str(path), "--json"]) == 1

    assert client.post(f"/cases/{case.public_id}/receipt/").status_code == 405
    client.force_login(cast.users["bob"])
    assert client.get(f"/cases/{case.public_id}/receipt/").status_code == 404
    client.force_login(cast.users["carol"])
    assert client.get(f"/cases/{case.public_id}/receipt.json").status_code == 403
    client.logout()
    assert client.get(f"/cases/{case.public_id}/receipt/").status_code == 302
