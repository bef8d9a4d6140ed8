"""The work of `lianshu codes`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from lianshu.cli.packs import codes_folder
from lianshu.cli.running import InputError
from lianshu.engine.codes import (
    MANIFEST,
    CodeList,
    Entry,
    UnknownCodeError,
    check_code_lists,
    load_code_lists,
)
from lianshu.engine.definitions import DefinitionError, report
from lianshu.engine.identity import SIZE_FILE, load_size_table


def check_folder(folder: Path | None, *, as_json: bool) -> bool:
    """Tell every defect, or what there is; whether all is well. Raises `InputError`."""
    place = _place(folder)
    findings = check_code_lists(place)
    if (place / SIZE_FILE).exists():
        try:
            load_size_table(place)
        except DefinitionError as error:
            findings.extend(error.findings)
    if as_json:
        sys.stdout.write(json.dumps(report(findings), ensure_ascii=False, indent=2) + "\n")
    elif findings:
        sys.stdout.write("".join(f"{finding}\n" for finding in findings))
    else:
        sys.stdout.write("".join(_summary(one) for one in load_code_lists(place).values()))
    return not findings


def show_code(folder: Path | None, name: str, code: str) -> None:
    """Print an entry with what is above and below it. Raises `InputError`."""
    lists = _lists(_place(folder))
    if name not in lists:
        raise InputError(f"没有代码表“{name}”。有：{'、'.join(lists)}。")
    found = lists[name]
    try:
        above = [*reversed(found.ancestors(code)), found.entry(code)]
    except UnknownCodeError as error:
        raise InputError(str(error)) from error
    sys.stdout.write("".join(f"{'  ' * depth}{_line(one)}" for depth, one in enumerate(above)))
    sys.stdout.write("".join(f"{'  ' * len(above)}{_line(one)}" for one in found.children(code)))


def _place(folder: Path | None) -> Path:
    place = folder or codes_folder()
    if not (place / MANIFEST).is_file():
        raise InputError(
            f"{place}：里面没有 {MANIFEST}。请用 --folder 指明代码表的文件夹，"
            "或设环境变量 LIANSHU_PACKS。"
        )
    return place


def _lists(place: Path) -> Mapping[str, CodeList]:
    try:
        return load_code_lists(place)
    except DefinitionError as error:
        raise InputError(f"代码表有错，请先用 lianshu codes check 检查：\n{error}") from error


def _summary(found: CodeList) -> str:
    spec = found.spec
    counts = "，".join(f"{level.title} {level.count}" for level in spec.levels)
    return f"{spec.id}  {spec.title}（{spec.standard}，{spec.version}）：{counts}\n"


def _line(entry: Entry) -> str:
    return f"{entry.code} {entry.name}\n"
