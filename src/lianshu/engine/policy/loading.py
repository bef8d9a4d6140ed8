"""Folders of policies to policies. One folder per version; it is registered by being there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lianshu.engine.definitions import DefinitionError, Finding, Loaded, load_file
from lianshu.engine.expressions import walk
from lianshu.engine.expressions.problems import nearest
from lianshu.engine.expressions.scope import CodeTree
from lianshu.engine.expressions.tree import VerdictValue
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.compiling import Surroundings, compile_policy
from lianshu.engine.policy.gathering import Gathering
from lianshu.engine.policy.model import ParametersDefinition, PolicyDefinition
from lianshu.engine.tables import FactDictionary

POLICIES: Final = "policies"
POLICY_FILE: Final = "policy.yaml"
PARAMETERS_FILE: Final = "parameters.yaml"
SCENARIOS_FILE: Final = "scenarios.yaml"
SPEC_FILE: Final = "spec.md"


@dataclass(frozen=True)
class Pack:
    """The policies of some folders, by id and version, and what is wrong with them. ``others`` are
    those of other packs whose verdict they read."""

    policies: tuple[Policy, ...]
    findings: tuple[Finding, ...]
    dictionary: FactDictionary
    codes: Mapping[str, CodeTree] = field(default_factory=dict)
    others: tuple[Policy, ...] = ()

    @property
    def everything(self) -> tuple[Policy, ...]:
        """Its policies and those of other packs whose verdict they read."""
        return (*self.policies, *self.others)

    @property
    def usable(self) -> bool:
        """Whether there is no error."""
        return all(one.severity != "error" for one in self.findings)

    def versions(self, policy: str) -> tuple[Policy, ...]:
        """The versions of a policy, oldest first."""
        return tuple(one for one in self.policies if one.id == policy)


def policy_folders(folder: Path) -> list[Path]:
    """The folders of policies in a pack, in a folder of policies, or the folder of one policy."""
    if (folder / POLICY_FILE).is_file():
        return [folder]
    within = folder / POLICIES
    place = within if within.is_dir() else folder
    if not place.is_dir():
        return []
    return sorted(one for one in place.iterdir() if one.is_dir() and not one.name.startswith("."))


def load_pack(
    folders: Iterable[Path],
    dictionary: FactDictionary,
    codes: Mapping[str, CodeTree] | None = None,
    *,
    others: Iterable[Path] = (),
) -> Pack:
    """The policies of packs (or of single folders).

    ``others`` are packs whose policies may be named by ``verdict(…)``; their defects are not told.
    """
    places = [one for folder in folders for one in policy_folders(folder)]
    findings: list[Finding] = []
    read: list[tuple[Path, Loaded[PolicyDefinition]]] = []
    for place in places:
        if not (place / POLICY_FILE).is_file():
            message = f"文件夹里没有 {POLICY_FILE}，请补上或移走这个文件夹"
            findings.append(Finding(str(place), None, None, "P001", "error", message))
            continue
        try:
            read.append(
                (place, load_file(place / POLICY_FILE, PolicyDefinition, bases=_bases(place)))
            )
        except DefinitionError as error:
            findings += error.findings
    known = {loaded.value.id for _place, loaded in read}
    elsewhere = _elsewhere(others, set(places), known)
    around = Surroundings(dictionary, codes or {}, known | set(elsewhere))
    policies: list[Policy] = []
    for place, loaded in read:
        policy, wrong = _compiled(place, loaded, around)
        findings += wrong
        if policy is not None:
            policies.append(policy)
    named = _named_elsewhere(policies, elsewhere, around)
    findings += _together(policies, [*policies, *named])
    policies.sort(key=lambda one: (one.id, one.definition.effective.since, one.version))
    return Pack(
        tuple(policies), tuple(dict.fromkeys(findings)), dictionary, codes or {}, tuple(named)
    )


Elsewhere = dict[str, list[tuple[Path, Loaded[PolicyDefinition]]]]


def _elsewhere(others: Iterable[Path], places: set[Path], known: set[str]) -> Elsewhere:
    """The policies of other packs by id. What is wrong with them is told where they are checked."""
    found: Elsewhere = {}
    here = {one.resolve() for one in places}
    for place in (one for folder in others for one in policy_folders(folder)):
        if place.resolve() in here:
            continue
        try:
            loaded = load_file(place / POLICY_FILE, PolicyDefinition, bases=_bases(place))
        except DefinitionError:
            continue
        if loaded.value.id not in known:
            found.setdefault(loaded.value.id, []).append((place, loaded))
    return found


def _named_elsewhere(
    policies: Sequence[Policy], elsewhere: Elsewhere, around: Surroundings
) -> list[Policy]:
    """The policies of other packs that these name, and those that they name in turn."""
    found: dict[str, list[Policy]] = {}
    waiting = [name for one in policies for name in sorted(named_policies(one))]
    while waiting:
        name = waiting.pop(0)
        if name in found or name not in elsewhere:
            continue
        made = [_compiled(place, loaded, around)[0] for place, loaded in elsewhere[name]]
        found[name] = [one for one in made if one is not None]
        waiting += [each for one in found[name] for each in sorted(named_policies(one))]
    return [one for versions in found.values() for one in versions]


def _bases(place: Path) -> list[Path]:
    """Where ``extends`` may look: the policies of the packs around."""
    return sorted(place.absolute().parent.parent.parent.glob(f"*/{POLICIES}"))


def _compiled(
    place: Path, loaded: Loaded[PolicyDefinition], around: Surroundings
) -> tuple[Policy | None, list[Finding]]:
    gathering = Gathering(loaded)
    definition = loaded.value
    if place.name not in (definition.id, f"{definition.id}-{definition.version}"):
        message = f"文件夹应叫 {definition.id} 或 {definition.id}-{definition.version}，请改名"
        gathering.says("id", rule="P002", message=message)
    # A rule in force may have a last day of its own; one that is over must have it.
    if definition.status in ("superseded", "expired") and definition.effective.until is None:
        message = (
            f"status 是 {definition.status}，却没有 effective.to（最后一天）；请补上或改 status"
        )
        gathering.says("status", rule="P017", message=message, severity="warning")
    parameters: Gathering[ParametersDefinition] | None = None
    if (place / PARAMETERS_FILE).is_file():
        try:
            parameters = Gathering(load_file(place / PARAMETERS_FILE, ParametersDefinition))
        except DefinitionError as error:
            return None, [*gathering.findings, *error.findings]
    _translated(gathering)
    policy = compile_policy(place, gathering, parameters, around)
    found = [*gathering.findings, *(parameters.findings if parameters else ())]
    return policy, sorted(found, key=lambda one: (one.file, one.line or 0, one.column or 0))


def _translated(gathering: Gathering[PolicyDefinition]) -> None:
    """P022: what a firm reads is there in both languages."""
    definition = gathering.loaded.value
    if definition.title.en is None:
        gathering.says("title", rule="P022", message="标题没有英文（en）", severity="warning")
    for index, condition in enumerate(definition.conditions):
        for key in ("title", "sentence"):
            if getattr(condition, key).en is None:
                message = f"条件 {condition.id} 的 {key} 没有英文（en）"
                path = ("conditions", index, key)
                gathering.says(*path, rule="P022", message=message, severity="warning")


def _together(policies: Sequence[Policy], everything: Sequence[Policy]) -> list[Finding]:
    """What is wrong between policies: P003, P004, P012, P018."""
    findings: list[Finding] = []
    seen: dict[tuple[str, str], Policy] = {}
    for one in policies:
        key = (one.id, one.version)
        if key in seen:
            message = f"{one.id} 的版本 {one.version} 已在 {seen[key].folder} 写过，请改名"
            findings.append(one.loaded.finding("version", rule="P003", message=message))
            continue
        for other in seen.values():
            if other.id == one.id and _overlap(one, other):
                message = (
                    f"与版本 {other.version}（{other.folder.name}）的有效期重叠，"
                    "同一天只能有一个版本有效，请核对 effective"
                )
                findings.append(one.loaded.finding("effective", rule="P004", message=message))
        seen[key] = one
    findings += _circles(everything, policies)
    findings += _named_conditions(policies, everything)
    ids = {one.id for one in policies}
    for one in policies:
        for index, excluded in enumerate(one.definition.exclusive):
            if excluded.policy not in ids:
                message = f"没有政策 {excluded.policy}（在别的资料包里时可以不管）"
                place = ("exclusive", index, "policy")
                findings.append(
                    one.loaded.finding(*place, rule="P018", message=message, severity="warning")
                )
    return findings


def _overlap(one: Policy, other: Policy) -> bool:
    first, second = one.definition.effective, other.definition.effective
    begins = max(first.since, second.since)
    return all(each.until is None or begins <= each.until for each in (first, second))


def _named_conditions(policies: Sequence[Policy], everything: Sequence[Policy]) -> list[Finding]:
    """P018: a policy that cannot be used where it is named, or has no condition of the name."""
    findings: list[Finding] = []
    for one in policies:
        for node in verdicts_in(one):
            versions = [each for each in everything if each.id == node.policy]
            message = ""
            if not versions:
                message = f"引用的政策 {node.policy} 有错，不能引用，请先检查它"
            elif node.condition and any(node.condition not in v.rules_by_id for v in versions):
                known = versions[-1].rules_by_id
                message = f"政策 {node.policy} 没有条件 {node.condition}"
                message += nearest(node.condition, known)
            if message:
                findings.append(one.loaded.finding("id", rule="P018", message=message))
    return findings


def _circles(everything: Sequence[Policy], policies: Sequence[Policy]) -> list[Finding]:
    needs: dict[str, set[str]] = {}
    for one in everything:
        needs.setdefault(one.id, set()).update(named_policies(one))
    findings: list[Finding] = []
    for one in policies:
        reached, waiting = set[str](), list(needs[one.id])
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += needs.get(name, ())
        if one.id in reached:
            message = f"政策 {one.id} 经 verdict(…) 引用到了自己，请拆开"
            findings.append(one.loaded.finding("id", rule="P012", message=message))
    return findings


def named_policies(policy: Policy) -> set[str]:
    """The policies whose verdict it reads."""
    return {node.policy for node in verdicts_in(policy)}


def verdicts_in(policy: Policy) -> list[VerdictValue]:
    """Every reading of another policy's verdict or condition."""
    nodes = (node for _name, tree in policy.trees() for node in walk(tree))
    return [node for node in nodes if isinstance(node, VerdictValue)]
