"""Ladders (梯度): rung after rung, by date. A file in ``ladders/`` is registered by being there.

====  ==================================================================
rule  defect
====  ==================================================================
P023  a ladder whose file has another name than its id, or whose id is used twice; versions that
      overlap, go backwards or leave days out; a policy or a title twice; a policy that is
      not there or never in force; a region that is no code; a rung that rests on one above it; a
      rung of which nothing is asked and that does not say why
====  ==================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from lianshu.engine.definitions import DefinitionError, Finding, Loaded, Severity, Text, load_file
from lianshu.engine.expressions import Node, Scope, check_truth
from lianshu.engine.expressions.problems import nearest
from lianshu.engine.expressions.scope import CodeTree
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.gathering import Gathering
from lianshu.engine.policy.ladder_model import (
    LadderDefinition,
    LadderVersionDefinition,
    RungDefinition,
)
from lianshu.engine.policy.loading import load_pack, named_policies, policy_folders
from lianshu.engine.tables import FactDictionary

LADDERS: Final = "ladders"
RULE: Final = "P023"
_REGIONS: Final = "regions"
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung with the tree that recognises its title."""

    definition: RungDefinition
    held: Node | None

    @property
    def id(self) -> str:
        """Unique in its version."""
        return self.definition.id


@dataclass(frozen=True, slots=True)
class LadderVersion:
    """The rungs as they stand from ``since`` to ``until``, both days included; lowest first."""

    definition: LadderVersionDefinition
    since: date
    until: date | None
    rungs: tuple[Rung, ...]

    def holds(self, day: date) -> bool:
        """Whether it stands on the day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, eq=False)
class Ladder:
    """A ladder with its versions, oldest first; ``target`` is who may climb it, None: everybody."""

    loaded: Loaded[LadderDefinition]
    target: Node | None
    versions: tuple[LadderVersion, ...]

    @property
    def definition(self) -> LadderDefinition:
        """What was written."""
        return self.loaded.value

    @property
    def id(self) -> str:
        """Its name."""
        return self.definition.id

    def on(self, day: date) -> LadderVersion | None:
        """The version that stands on a day; None before the first and in a gap."""
        return next((one for one in self.versions if one.holds(day)), None)

    def policies(self) -> tuple[str, ...]:
        """The policies that its rungs name."""
        named = (rung.definition.policy for one in self.versions for rung in one.rungs)
        return tuple(dict.fromkeys(name for name in named if name is not None))


@dataclass(frozen=True)
class Ladders:
    """The ladders of some packs with the policies that their rungs name, and what is wrong."""

    ladders: tuple[Ladder, ...]
    policies: tuple[Policy, ...]
    findings: tuple[Finding, ...]

    @property
    def usable(self) -> bool:
        """Whether there is no error."""
        return all(one.severity != "error" for one in self.findings)


def ladder_files(folder: Path) -> list[Path]:
    """The files of ladders in a pack, or in a folder of ladders."""
    within = folder if folder.name == LADDERS else folder / LADDERS
    return sorted(within.glob("*.yaml")) if within.is_dir() else []


def load_ladders(
    folders: Iterable[Path],
    dictionary: FactDictionary,
    codes: Mapping[str, CodeTree] | None = None,
    *,
    others: Iterable[Path] = (),
) -> Ladders:
    """The ladders of packs. ``others`` are packs whose policies a rung may name; the defects of
    these policies are told where they are checked."""
    places = [one for folder in folders for one in ladder_files(folder)]
    read, findings = _read(places)
    if not read:
        return Ladders((), (), tuple(findings))
    packs = list(dict.fromkeys(one.resolve() for one in (*_packs_of(places), *others)))
    known = _policy_places(packs)
    wanted = sorted({name for one in read for name in _named(one.value)} & known.keys())
    pack = load_pack(
        [place for name in wanted for place in known[name]],
        dictionary,
        codes or {},
        others=packs,
    )
    scope = Scope(dictionary, codes or {}, policies=known.keys())
    made = compile_ladders(read, scope, pack.everything, known.keys())
    return replace(made, findings=tuple(dict.fromkeys((*findings, *made.findings))))


def compile_ladders(
    read: Iterable[Loaded[LadderDefinition]],
    scope: Scope,
    policies: Sequence[Policy],
    known: Iterable[str] = (),
) -> Ladders:
    """Ladders over the given policies; ``known`` are ids to propose for a misspelt one. A ladder is
    left out only where an expression of it is wrong; what else is wrong is in the findings."""
    ladders: list[Ladder] = []
    findings: list[Finding] = []
    for loaded in read:
        maker = _Maker(Gathering(loaded), scope, known, policies)
        ladder = maker.ladder()
        findings += sorted(maker.gathering.findings, key=lambda one: (one.line or 0, one.rule))
        if ladder is not None:
            ladders.append(ladder)
    findings += _same_ids(ladders)
    return Ladders(tuple(ladders), tuple(policies), tuple(findings))


def _read(places: Sequence[Path]) -> tuple[list[Loaded[LadderDefinition]], list[Finding]]:
    read: list[Loaded[LadderDefinition]] = []
    findings: list[Finding] = []
    for place in places:
        try:
            read.append(load_file(place, LadderDefinition))
        except DefinitionError as error:
            findings += error.findings
    return read, findings


def _packs_of(places: Sequence[Path]) -> Iterator[Path]:
    """The packs that ladders lie in: their policies may be named."""
    yield from dict.fromkeys(place.absolute().parent.parent for place in places)


def _policy_places(packs: Iterable[Path]) -> dict[str, list[Path]]:
    """Where the versions of each policy lie, by the policy's id. The folder's name is the id, or
    the id and the version; which of the two, only the file says."""
    found: dict[str, list[Path]] = {}
    for place in (one for pack in packs for one in policy_folders(pack)):
        for name in {place.name, place.name.rpartition("-")[0]} - {""}:
            found.setdefault(name, []).append(place)
    return found


def _named(definition: LadderDefinition) -> Iterator[str]:
    for version in definition.versions:
        for rung in version.rungs:
            if rung.policy is not None:
                yield rung.policy


def _same_ids(ladders: Sequence[Ladder]) -> Iterator[Finding]:
    first: dict[str, Ladder] = {}
    for one in ladders:
        if one.id in first:
            message = f"编号 {one.id} 已在 {first[one.id].loaded.path} 用过，请改名"
            yield one.loaded.finding("id", rule=RULE, message=message)
        first.setdefault(one.id, one)


class _Maker:
    """Makes one ladder of its definition and gathers what is wrong with it."""

    def __init__(
        self,
        gathering: Gathering[LadderDefinition],
        scope: Scope,
        known: Iterable[str],
        policies: Sequence[Policy],
    ) -> None:
        self.gathering = gathering
        self.definition = gathering.loaded.value
        self.scope = scope
        self.known = tuple(known)
        self.policies: dict[str, list[Policy]] = {}
        for one in policies:
            self.policies.setdefault(one.id, []).append(one)

    def says(self, message: str, *path: str | int, warning: bool = False) -> None:
        severity: Severity = "warning" if warning else "error"
        self.gathering.says(*path, rule=RULE, message=message, severity=severity)

    def ladder(self) -> Ladder | None:
        name = self.gathering.loaded.path.stem
        if name != self.definition.id:
            self.says(f"文件应叫 {self.definition.id}.yaml，现在叫 {name}.yaml，请改名", "id")
        self._translated()
        target = self._target()
        versions = [self._version(index) for index in range(len(self.definition.versions))]
        self._dates()
        whole = all(
            rung.held is not None or rung.definition.held is None
            for one in versions
            for rung in one.rungs
        )
        if not whole or (target is None and self.definition.region is not None):
            return None
        return Ladder(self.gathering.loaded, target, tuple(versions))

    def _target(self) -> Node | None:
        region = self.definition.region
        if region is None:
            return None
        regions = self.scope.public_codes.get(_REGIONS)
        if regions is not None and region not in regions:
            self.says(f"没有地区代码 {region}，请按 GB/T 2260 核对 region", "region")
            return None
        return self._truth(f"registered_region within '{region}'", "region")

    def _truth(self, text: str, *path: str | int) -> Node | None:
        return self.gathering.expression(text, lambda given: check_truth(given, self.scope), *path)

    def _version(self, index: int) -> LadderVersion:
        definition = self.definition.versions[index]
        if definition.until is not None and definition.until < definition.since:
            self.says("to 早于 from，请核对日期", "versions", index, "to")
        rungs = tuple(self._rung(index, place) for place in range(len(definition.rungs)))
        self._twice(index)
        self._order(index)
        return LadderVersion(definition, definition.since, self._until(index), rungs)

    def _until(self, index: int) -> date | None:
        """Its last day: its own, or the day before the next version."""
        versions = self.definition.versions
        if versions[index].until is not None or index + 1 == len(versions):
            return versions[index].until
        return versions[index + 1].since - _DAY

    def _rung(self, index: int, place: int) -> Rung:
        definition = self.definition.versions[index].rungs[place]
        path = ("versions", index, "rungs", place)
        held: Node | None = None
        if definition.held is not None:
            held = self._truth(definition.held, *path, "held")
        if definition.policy is None:
            if definition.note is None:
                message = (
                    f"梯级 {definition.id} 没有 policy：请写认定它的政策编号；"
                    "标准查不到时，请在 note 里说明"
                )
                self.says(message, *path, "id")
        else:
            self._policy(definition.policy, index, *path, "policy")
        return Rung(definition, held)

    def _policy(self, name: str, index: int, *path: str | int) -> None:
        """A policy that is named is there, and holds on some day of the version."""
        versions = self.policies.get(name, [])
        if not versions:
            if name in self.known:
                message = f"政策 {name} 有错或编号不同，不能用作梯级，请先用 policy check 检查它"
            else:
                message = f"没有政策 {name}{nearest(name, self.known)}"
            self.says(message, *path)
            return
        since, until = self.definition.versions[index].since, self._until(index)
        if not any(_meets(one, since, until) for one in versions):
            message = (
                f"政策 {name} 在这一段时间（{since} 至 {until or '今'}）里没有施行的版本，"
                "请改日期，或者去掉 policy 并在 note 里说明"
            )
            self.says(message, *path)

    def _twice(self, index: int) -> None:
        """No policy and no title stands twice in a version (an id twice is D016)."""
        rungs = self.definition.versions[index].rungs
        for key, word in (("policy", "政策"), ("held", "称号")):
            seen: dict[str, str] = {}
            for place, rung in enumerate(rungs):
                value = getattr(rung, key)
                if value is None:
                    continue
                plain = " ".join(value.split())
                if plain in seen:
                    message = f"{word} {plain} 已经用在梯级 {seen[plain]}，一级只能出现一次"
                    self.says(message, "versions", index, "rungs", place, key)
                seen.setdefault(plain, rung.id)

    def _order(self, index: int) -> None:
        """What is asked of a rung never rests on the verdict of one above it."""
        rungs = self.definition.versions[index].rungs
        for place, rung in enumerate(rungs):
            if rung.policy is None:
                continue
            rests = self._rests_on(rung.policy)
            for above in rungs[place + 1 :]:
                if above.policy is not None and above.policy in rests:
                    message = (
                        f"梯级 {rung.id} 的政策 {rung.policy} 引用了更高一级 {above.id} 的结论"
                        f"（{above.policy}），梯级成了一个圈，请调换次序"
                    )
                    self.says(message, "versions", index, "rungs", place, "policy")

    def _rests_on(self, policy: str) -> set[str]:
        """The policies whose verdicts it reads, and those they read in turn."""
        reached, waiting = set[str](), [policy]
        while waiting:
            for one in self.policies.get(waiting.pop(), []):
                fresh = named_policies(one) - reached
                reached |= fresh
                waiting += fresh
        return reached

    def _dates(self) -> None:
        """Versions follow each other: none goes back, none overlaps; a gap is told."""
        versions = self.definition.versions
        for index in range(1, len(versions)):
            before, this = versions[index - 1], versions[index]
            path = ("versions", index, "from")
            if this.since <= before.since:
                self.says(f"{this.since} 不晚于上一段的 {before.since}，请从早到晚写", *path)
            elif before.until is not None and before.until >= this.since:
                message = (
                    f"与上一段（到 {before.until}）重叠，请把上一段的 to 改到 {this.since} 之前"
                )
                self.says(message, *path)
            elif before.until is not None and before.until + _DAY < this.since:
                message = f"{before.until + _DAY} 到 {this.since - _DAY} 没有梯级，请核对日期"
                self.says(message, *path, warning=True)

    def _translated(self) -> None:
        """P022: what a firm reads is there in both languages."""
        for path, said, what in self._said():
            if said.en is None:
                message = f"{what}没有英文（en）"
                self.gathering.says(*path, rule="P022", message=message, severity="warning")

    def _said(self) -> Iterator[tuple[tuple[str | int, ...], Text, str]]:
        yield ("title",), self.definition.title, "标题"
        for index, version in enumerate(self.definition.versions):
            for place, rung in enumerate(version.rungs):
                path = ("versions", index, "rungs", place)
                yield (*path, "title"), rung.title, f"梯级 {rung.id} 的 title "
                if rung.note is not None:
                    yield (*path, "note"), rung.note, f"梯级 {rung.id} 的 note "


def _meets(policy: Policy, since: date, until: date | None) -> bool:
    """Whether a policy is in force on some day of a time."""
    effective = policy.definition.effective
    ends = effective.until is None or effective.until >= since
    return ends and (until is None or effective.since <= until)
