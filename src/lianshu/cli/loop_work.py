"""The work of `lianshu loop`."""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lianshu.cli.output import refuse_overwriting
from lianshu.cli.packs import packs_folder
from lianshu.cli.running import InputError, say
from lianshu.engine.definitions import DefinitionError, Loaded, report
from lianshu.engine.loops import (
    Checked,
    Loop,
    behaviour_hash,
    check_files,
    check_loop,
    diff_loops,
    draw,
    load_loop,
)


def check_paths(files: Sequence[Path] | None, *, as_json: bool) -> bool:
    """Tell every defect, or what there is; whether all may be used. Raises `InputError`."""
    paths = list(files or [packs_folder()])
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}：没有这个文件或文件夹，请核对路径。")
        if path.is_dir() and next(path.rglob("*.yaml"), None) is None:
            raise InputError(f"{path}：里面没有 .yaml 文件，请核对路径。")
    checked = check_files(paths, bases=_bases())
    if as_json:
        answer = json.dumps(report(checked.findings), ensure_ascii=False, indent=2)
        sys.stdout.write(answer + "\n")
        return checked.closed
    for finding in checked.findings:
        warning = "（提醒）" if finding.severity == "warning" else ""
        sys.stdout.write(f"{finding}{warning}\n")
    sys.stdout.write("".join(_summary(loop) for loop in checked.loops) if checked.closed else "")
    say(_total(checked))
    return checked.closed


def draw_file(file: Path, out: Path, *, language: str) -> None:
    """Write the picture of a loop. Raises `InputError`."""
    if out.suffix.lower() != ".svg":
        raise InputError(f"{out}：只能写成 .svg 图片，请给 --out 换一个后缀。")
    refuse_overwriting(out, [file])
    loaded = _load(file)
    _write(out, draw(loaded.value, language=language))
    wrong = [finding for finding in check_loop(loaded) if finding.severity == "error"]
    if wrong:
        say(f"已画出，但这个流程还有 {len(wrong)} 处错误，请用 lianshu loop check 查看。")


def diff_files(old: Path, new: Path) -> None:
    """Say what changed between two definitions. Raises `InputError`."""
    before, after = _load(old).value, _load(new).value
    changes = diff_loops(before, after)
    for kind, heading in (("behaviour", "办法有变："), ("text", "只改了文字：")):
        words = [change.words for change in changes if change.kind == kind]
        if words:
            sys.stdout.write(heading + "\n" + "".join(f"  {each}\n" for each in words))
    if behaviour_hash(before) == behaviour_hash(after):
        sys.stdout.write("办法相同，在办的不受影响。\n" if changes else "没有差别。\n")


def _load(file: Path) -> Loaded[Loop]:
    try:
        return load_loop(file, bases=_bases())
    except DefinitionError as error:
        raise InputError(f"流程定义读不出来：\n{error}") from error


def _bases() -> list[Path]:
    return sorted(packs_folder().glob("*/loops"))


def _write(out: Path, text: str) -> None:
    """Replace `out` whole, or leave it as it was."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=out.parent, suffix=".part", encoding="utf-8", delete=False
        ) as part:
            part.write(text)
        Path(part.name).chmod(0o644)
        Path(part.name).replace(out)
    except OSError as error:
        raise InputError(f"{out}：写不进去（{error.strerror}），请检查文件夹和权限。") from error


def _summary(loaded: Loaded[Loop]) -> str:
    loop = loaded.value
    sequence = f"{loop.sequence} " if loop.sequence else ""
    return f"{loop.id}  {sequence}{loop.title}：{len(loop.steps)} 步，{len(loop.ends)} 个终点\n"


def _total(checked: Checked) -> str:
    wrong = sum(finding.severity == "error" for finding in checked.findings)
    warned = len(checked.findings) - wrong
    what = f"流程 {len(checked.loops)}，日程 {len(checked.schedules)}，基础 {len(checked.bases)}"
    if wrong:
        return f"{what}；错误 {wrong} 处，提醒 {warned} 处，改好之前不能启用。"
    return f"{what}；全部闭合" + (f"，提醒 {warned} 处。" if warned else "。")
