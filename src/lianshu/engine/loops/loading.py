"""Files to loops: which files hold loops, where their bases are, what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lianshu.engine.definitions import DefinitionError, Finding, Loaded
from lianshu.engine.definitions.extends import Library
from lianshu.engine.definitions.nodes import ScalarNode
from lianshu.engine.definitions.validation import validate
from lianshu.engine.loops.check import check_loop
from lianshu.engine.loops.model import Loop
from lianshu.engine.loops.schedule import Schedule, check_schedule

LOOPS, SCHEDULES = "loops", "schedules"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in some files."""

    loops: tuple[Loaded[Loop], ...]
    schedules: tuple[Loaded[Schedule], ...]
    bases: tuple[Path, ...]
    findings: tuple[Finding, ...]

    @property
    def closed(self) -> bool:
        """Whether all of it may be used."""
        return all(finding.severity != "error" for finding in self.findings)


def load_loop(path: Path, *, bases: Iterable[Path] = ()) -> Loaded[Loop]:
    """The loop at `path`, not yet proved closed. Raises DefinitionError with every defect."""
    return _load_loop(path, _library([path], bases))


def check_files(paths: Sequence[Path], *, bases: Iterable[Path] = ()) -> Checked:
    """Everything wrong with the loops and schedules in files and folders.

    In a folder, those under `loops/` and `schedules/` count; where there are no such folders,
    every file. `bases` are further folders in which `extends` and schedules may look.
    """
    files = [file for path in paths for file in _files(path)]
    library = _library(files, bases)
    loops: list[Loaded[Loop]] = []
    skipped: list[Path] = []
    findings: list[Finding] = []
    for file in (each for each in files if not _is_schedule(each)):
        try:
            if _is_base(library, file):
                skipped.append(file)
                continue
            loops.append(_load_loop(file, library))
        except DefinitionError as error:
            findings += error.findings
            continue
        findings += check_loop(loops[-1])
    findings += _same_ids(loops)
    schedules: list[Loaded[Schedule]] = []
    planned = [file for file in files if _is_schedule(file)]
    known = {loop.value.id: loop.value for loop in loops} if planned else {}
    if planned:
        known |= _loops_beside(library, known)
    for file in planned:
        try:
            node, sources = library.resolve(file)
            value, wrong = validate(node, Schedule)
            if value is None:
                raise DefinitionError(wrong)
        except DefinitionError as error:
            findings += error.findings
            continue
        schedules.append(Loaded(file, value, node, sources))
        findings += check_schedule(schedules[-1], known)
    return Checked(tuple(loops), tuple(schedules), tuple(skipped), tuple(dict.fromkeys(findings)))


def _load_loop(path: Path, library: Library) -> Loaded[Loop]:
    node, sources = library.resolve(path)
    value, findings = validate(node, Loop)
    if value is None:
        raise DefinitionError(findings)
    return Loaded(path, value, node, sources)


def _library(files: Sequence[Path], bases: Iterable[Path]) -> Library:
    """The folders of the files, those of the packs they lie in, and `bases`."""
    folders = [file.parent for file in files]
    packs = [pack for file in files for pack in _packs_around(file)]
    return Library([*folders, *packs, *bases])


def _packs_around(file: Path) -> list[Path]:
    """`packs/*/loops` for a file in `packs/X/loops/` or `packs/X/schedules/`."""
    for folder in file.absolute().parents:
        if folder.name in {LOOPS, SCHEDULES}:
            return sorted(folder.parent.parent.glob(f"*/{LOOPS}"))
    return []


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.rglob("*.yaml"))
    known = {LOOPS, SCHEDULES}
    within = [each for each in found if known & set(each.relative_to(path).parts[:-1])]
    return within or found


def _is_schedule(file: Path) -> bool:
    return SCHEDULES in file.absolute().parts[:-1]


def _is_base(library: Library, file: Path) -> bool:
    """Whether the file says `abstract: true` itself."""
    entry = library.document(file).entries.get("abstract")
    return entry is not None and isinstance(entry.node, ScalarNode) and entry.node.value is True


def _loops_beside(library: Library, known: dict[str, Loop]) -> dict[str, Loop]:
    """The loops of the packs around that are not under examination themselves."""
    others: dict[str, Loop] = {}
    for file in (file for folder in library.folders for file in sorted(folder.rglob("*.yaml"))):
        if LOOPS not in file.absolute().parts[:-1]:
            continue
        try:
            if not _is_base(library, file):
                loop = _load_loop(file, library).value
                others.setdefault(loop.id, loop)
        except DefinitionError:
            # It has findings of its own wherever it is checked.
            continue
    return {name: loop for name, loop in others.items() if name not in known}


def _same_ids(loops: Sequence[Loaded[Loop]]) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for loaded in loops:
        name = loaded.value.id
        if name in first and first[name].resolve() != loaded.path.resolve():
            message = f"编号 {name} 已在 {first[name]} 用过，请改名"
            yield loaded.finding("id", rule="D017", message=message)
        first.setdefault(name, loaded.path)
