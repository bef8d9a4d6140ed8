"""Checking a receipt offline: with nothing but the file, without Django and a database.

A receipt holds the fields that each event's hash covers, so that every hash can be computed anew,
and the salt and text of what its asker wrote, so that their digests can be. `docs/receipts.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lianshu.casework.hashing import (
    GENESIS,
    algorithm_of,
    canonical,
    digest,
    event_hash,
    payload_digest,
)

FORMAT: Final = "lianshu-receipt-1"
BYTES_MOST: Final = 20 * 1024 * 1024
HASHED: Final = (
    *("fold", "case", "seq", "at", "kind", "step", "action", "to", "reason", "actor_key"),
    *("actor_name", "organisation_id", "behalf", "channel", "payload_digest", "facts"),
)
"""What the hash of an event covers, in its fixed order."""
SECTIONS: Final = {"case": "办件信息", "promised": "承诺时限", "time": "用时"}
"""Parts that no event covers: each has a digest of its own in the file."""
ALGORITHMS: Final = frozenset({"sha256", "sm3"})


class UnreadableReceiptError(ValueError):
    """The file is no receipt; `str()` says what to do."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """What does not hold: in which line of the file (0 where it has none), at which event (0 for
    the receipt as a whole)."""

    line: int
    seq: int
    what: str

    def __str__(self) -> str:
        where = f"第 {self.seq} 条记录：" if self.seq else ""
        return f"{where}{self.what}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a receipt, and the head to be compared with the platform's."""

    case: str
    subject: str
    events: int
    own: int
    head: str
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A receipt as read, with its lines."""

    data: Mapping[str, Any]
    lines: tuple[str, ...]

    def line_of(self, text: str) -> int:
        """The first line in which `text` stands; 0 when none."""
        return next((n for n, line in enumerate(self.lines, 1) if text and text in line), 0)


def check_receipt(path: Path) -> Checked:
    """Recompute everything. Raises UnreadableReceiptError when the file is no receipt."""
    opened = _open(path)
    data = opened.data
    events: list[Mapping[str, Any]] = data["events"]
    flaws = [*_broken_events(opened, events), *_broken_sections(opened, events)]
    head = data["head"]
    if not events or (head.get("seq"), head.get("hash")) != (len(events), events[-1].get("hash")):
        said = "末条记录与回执写的不一致，末尾的记录被删去或添加"
        flaws.append(Flaw(opened.line_of('"head"'), 0, said))
    own = sum(1 for event in events if event.get("payload"))
    case = data["case"]
    return Checked(
        str(case.get("id", "")),
        str(case.get("subject", "")),
        len(events),
        own,
        str(head.get("hash", "")),
        tuple(flaws),
    )


def _open(path: Path) -> _Opened:
    try:
        if path.stat().st_size > BYTES_MOST:
            raise UnreadableReceiptError("文件太大，不是回执。请换成从办件页面下载的回执文件。")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UnreadableReceiptError("没有这个文件。请检查文件名。") from error
    except OSError as error:
        raise UnreadableReceiptError(f"文件读不出来（{error.strerror}）。") from error
    except UnicodeDecodeError as error:
        raise UnreadableReceiptError("文件不是 UTF-8 文字。请重新下载回执。") from error
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        said = f"第 {error.lineno} 行起不是完整的 JSON。请重新下载回执。"
        raise UnreadableReceiptError(said) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableReceiptError("文件不是回执。请重新下载回执。") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UnreadableReceiptError(f"文件不是回执（format 应为 {FORMAT}）。请重新下载回执。")
    parts: dict[str, type] = {"case": dict, "head": dict, "events": list, "digests": dict}
    for name, kind in parts.items():
        if not isinstance(data.get(name), kind):
            raise UnreadableReceiptError(f"回执缺少 {name} 这一部分。请重新下载回执。")
    if not all(isinstance(event, dict) for event in data["events"]):
        raise UnreadableReceiptError("回执的 events 里有不是记录的内容。请重新下载回执。")
    return _Opened(data, tuple(text.splitlines()))


def _broken_events(opened: _Opened, events: list[Mapping[str, Any]]) -> Iterator[Flaw]:
    """The first flaw only: what follows a break proves nothing."""
    previous = GENESIS
    case = opened.data["case"].get("id")
    for place, event in enumerate(events, start=1):
        what = _flaw_of(event, place, previous, case)
        if what:
            line = opened.line_of(str(event.get("hash", ""))) or opened.line_of('"events"')
            yield Flaw(line, place, what)
            return
        previous = event["hash"]


def _flaw_of(event: Mapping[str, Any], place: int, previous: str, case: object) -> str:
    missing = [name for name in (*HASHED, "previous", "hash") if name not in event]
    if missing:
        return f"缺少 {'、'.join(missing)}"
    if event["seq"] != place:
        return "序号不连续，中间的记录被删去或换了位置"
    if event["case"] != case:
        return "属于另一个办件"
    if event["previous"] != previous:
        return "与前一条记录接不上"
    if not _known(event["hash"]) or not _known(event["payload_digest"]):
        return "散列的算法不认识"
    fields = [event[name] for name in HASHED]
    if event_hash(fields, previous, algorithm=algorithm_of(event["hash"])) != event["hash"]:
        return "内容与散列不符，记录被改过"
    return _flaw_of_payload(event)


def _flaw_of_payload(event: Mapping[str, Any]) -> str:
    payload = event.get("payload")
    if payload is None:
        return ""
    if not isinstance(payload, dict) or not isinstance(payload.get("data"), dict):
        return "正文不完整"
    algorithm = algorithm_of(event["payload_digest"])
    found = payload_digest(str(payload.get("salt", "")), payload["data"], algorithm=algorithm)
    return "" if found == event["payload_digest"] else "正文与摘要不符，正文被改过"


def _known(written: object) -> bool:
    return isinstance(written, str) and algorithm_of(written) in ALGORITHMS


def _broken_sections(opened: _Opened, events: list[Mapping[str, Any]]) -> Iterator[Flaw]:
    """Parts that differ from their digest, and a summary that the events contradict."""
    for name, title in SECTIONS.items():
        written = opened.data["digests"].get(name)
        part = opened.data.get(name)
        if not _known(written) or digest_of_part(part, algorithm_of(written)) != written:
            yield Flaw(opened.line_of(f'"{name}": '), 0, f"“{title}”与摘要不符，被改过")
    case, line = opened.data["case"], opened.line_of('"case": ')
    if not events:
        return
    if case.get("opened_at") != events[0].get("at"):
        yield Flaw(line, 0, "提出时间与第一条记录不一致")
    first = events[0].get("payload") or {}
    asked = first.get("data") if isinstance(first, dict) else None
    if isinstance(asked, dict) and asked.get("subject") != case.get("subject"):
        yield Flaw(line, 0, "事项与第一条记录里写的不一致")
    moves = [e for e in events if e.get("to") or e.get("kind") == "migrated"]
    last = moves[-1] if moves else {}
    if last.get("kind") != "migrated" and last.get("to") != case.get("at"):
        yield Flaw(line, 0, "所处步骤或结果与最后一次办理不一致")


def digest_of_part(part: object, algorithm: str | None = None) -> str:
    """The digest of a part that no event covers."""
    return digest(canonical(part), algorithm=algorithm)
