"""The work of `lianshu cases`."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import django
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from lianshu.authority import Actor, system_actor
from lianshu.cli import load
from lianshu.cli.running import InputError, say
from lianshu.records.errors import DomainError


def verify(*, as_json: bool) -> bool:
    """Tell whether every record holds, or the first row of each case that does not."""
    _start()
    found = load("lianshu.casework.verifying:verify_cases")()
    breaks = [{"case": each.case, "seq": each.seq, "what": each.what} for each in found.breaks]
    if as_json:
        told = {
            "ok": not breaks,
            "cases": found.cases,
            "events": found.events,
            "erased": dict(found.erased),
            "breaks": breaks,
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return not breaks
    for each in breaks:
        sys.stdout.write(f"{each['case']}  第 {each['seq']} 条：{each['what']}\n")
    for rule, count in sorted(found.erased.items()):
        sys.stdout.write(f"{count} 条正文已按规则“{rule}”删除，摘要完好\n")
    verdict = f"有 {len(breaks)} 处对不上" if breaks else "全部对得上"
    sys.stdout.write(f"办件 {found.cases} 件，记录 {found.events} 条：{verdict}\n")
    return not breaks


def rebuild(*, check: bool) -> bool:
    """Tell where cases are not what their records say, and set it right unless `check`."""
    _start()
    found = 0
    for each in load("lianshu.casework.services.rebuilding:rebuild_cases")(check=check):
        found += 1
        sys.stdout.write(f"{each.case}  {each.what}\n")
    if not found:
        sys.stdout.write("办件、待办和参与单位都与记录一致\n")
    elif not check:
        say(f"{found} 处已按记录重建。")
    return not found


def anchor() -> None:
    """Anchor today. Raises InputError when today has its anchor."""
    _start()
    now = datetime.now(UTC)
    try:
        made = load("lianshu.casework.services.anchoring:make_anchor")(
            day=timezone.localdate(now), now=now
        )
    except DomainError as error:
        raise InputError(error.message) from error
    sys.stdout.write(f"{made.day}  办件 {made.cases} 件  {made.hash}\n")


def export_anchors(out: Path) -> None:
    """Write every anchor to a file."""
    if not out.parent.is_dir():
        raise InputError(f"{out.parent}：没有这个文件夹，请核对路径。")
    _start()
    rows = load("lianshu.casework.verifying:anchors_as_data")()
    part = out.with_name(f"{out.name}.part")
    part.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(out)
    say(f"{out}：{len(rows)} 天的锚定。")


def migrate(loop: str, to: int, steps: Sequence[str], cases: Sequence[str], *, apply: bool) -> bool:
    """Preview or do it; whether every case could be moved. Raises InputError."""
    pairs = [step.partition("=") for step in steps]
    bad = next((f"{old}{sign}{new}" for old, sign, new in pairs if not (old and new)), "")
    if bad:
        raise InputError(f"步骤对应“{bad}”读不懂，请写成 accept=accept 这样。")
    actor = _start()
    version = load("lianshu.casework.queries_time:version_of")(loop, to)
    if version is None:
        raise InputError(f"流程“{loop}”没有已发布的第 {to} 版。")
    found = load("lianshu.casework.queries_time:running_cases_of")(actor, loop, cases)
    missing = sorted(set(cases) - {case.public_id for case in found})
    if missing:
        raise InputError(f"没有这些在办的办件：{'、'.join(missing)}。")
    try:
        told = load("lianshu.casework.services.migrating:migrate_cases")(
            actor=actor,
            cases=found,
            to=version,
            steps={old: new for old, _sign, new in pairs},
            now=datetime.now(UTC),
            preview=not apply,
        )
    except DomainError as error:
        raise InputError(error.message) from error
    for each in told:
        sys.stdout.write(f"{each.case}  {each.subject}  {_in_words(each)}\n")
    able = sum(not each.why_not for each in told)
    say(f"{'已换版本' if apply else '可以换版本'} {able} 件，不能换 {len(told) - able} 件。")
    return able == len(told)


def _in_words(each: Any) -> str:
    if each.why_not:
        return f"不能换：{each.why_not}"
    return f"{each.step} → {each.to}，期限 {_said(each.due_before)} → {_said(each.due_after)}"


def _said(moment: datetime | None) -> str:
    return "无" if moment is None else f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def erase(rule: str, before: str) -> None:
    """Erase what people wrote in cases that ended before the day. Raises InputError."""
    actor = _start()
    try:
        day = date.fromisoformat(before)
    except ValueError as error:
        raise InputError(f"“{before}”不是日期，请写成 2023-12-31 这样。") from error
    try:
        erased = load("lianshu.casework.services.erasing:erase_payloads")(
            actor=actor,
            rule=rule,
            before=timezone.make_aware(datetime.combine(day, time())),
            now=datetime.now(UTC),
        )
    except DomainError as error:
        raise InputError(error.message) from error
    sys.stdout.write(f"已删除 {erased} 条正文\n")


def load_year(file: Path) -> None:
    """Take the official dates of a year and count open cases anew. Raises InputError."""
    errors = load("lianshu.engine.definitions:DefinitionError")
    try:
        year = load("lianshu.engine.worktime:read_year")(file)
    except errors as error:
        raise InputError(f"放假安排有错，没有载入：\n{error}") from error
    actor = _start()
    done = load("lianshu.casework.services.calendars:load_year")(
        actor=actor, year=year, now=datetime.now(UTC)
    )
    sys.stdout.write(
        f"{year.year} 年放假安排已载入；重算在办办件 {done.cases} 件，{done.moved} 件期限有变\n"
    )


def _start() -> Actor:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise InputError(f"设置有误：{error}") from error
    return system_actor("command")
