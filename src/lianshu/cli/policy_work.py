"""The work of `lianshu policy check` and `lianshu policy test`, and finding packs."""

import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from lianshu.cli.packs import codes_folder, packs_folder
from lianshu.cli.running import InputError, say
from lianshu.engine.codes import load_code_lists
from lianshu.engine.definitions import DefinitionError, Finding, report
from lianshu.engine.expressions.problems import nearest
from lianshu.engine.policy import Pack, Policy, load_pack, policy_folders, prepare, run
from lianshu.engine.policy.ladders import Ladder, Ladders, ladder_files, load_ladders
from lianshu.engine.policy.loading import POLICY_FILE, SPEC_FILE
from lianshu.engine.policy.scenarios import scenarios_of
from lianshu.engine.policy.spec import spec_of
from lianshu.engine.tables import FACTS_FILE, load_dictionary


def check_pack(name: str, *, as_json: bool) -> bool:
    """Tell every defect, or what there is; whether all may be used. Raises `InputError`."""
    pack = read_pack(name)
    climbed = read_ladders(pack, [pack_folder(name)])
    findings = [
        *pack.findings,
        *(one for policy in pack.policies for one in prepare(pack, policy)[1]),
        *climbed.findings,
    ]
    usable = all(one.severity != "error" for one in findings)
    if as_json:
        sys.stdout.write(json.dumps(report(findings), ensure_ascii=False, indent=2) + "\n")
        return usable
    for finding in findings:
        sys.stdout.write(f"{finding}{'（提醒）' if finding.severity == 'warning' else ''}\n")
    if usable:
        sys.stdout.write("".join(_summary(policy) for policy in pack.policies))
        sys.stdout.write("".join(_rungs(ladder) for ladder in climbed.ladders))
    _total(pack.policies, climbed.ladders, findings)
    return usable


def test_pack(name: str) -> bool:
    """Run every scenario and tell what differs; whether all came out. Raises `InputError`."""
    pack = usable_pack(name)
    wrong = count = 0
    for policy in pack.policies:
        scenarios, findings = prepare(pack, policy)
        errors = [one for one in findings if one.severity == "error"]
        for finding in errors:
            sys.stdout.write(f"{finding}\n")
        wrong += len(errors)
        for prepared in scenarios:
            count += 1
            done = run(pack, prepared)
            if done.failures:
                wrong += 1
                scenario = prepared.scenario
                title = f"{policy.id} {policy.version} {scenario.id}（{scenario.title}）"
                told = "".join(f"    {failure}\n" for failure in done.failures)
                sys.stdout.write(f"不符  {title}\n{told}")
    say(
        f"政策 {len(pack.policies)}，情景 {count}；"
        + (f"不符 {wrong}。" if wrong else "全部相符。")
    )
    return wrong == 0


def write_spec(name: str) -> None:
    """Write the page of a policy's versions into their folders. Raises `InputError`."""
    _pack, versions = policies_named(name)
    for policy in versions:
        out = policy.folder / SPEC_FILE
        try:
            scenarios = scenarios_of(policy)
        except DefinitionError as error:
            raise InputError(f"情景有错，先用 lianshu policy check 检查：\n{error}") from error
        try:
            with tempfile.NamedTemporaryFile(
                "w", dir=policy.folder, suffix=".part", encoding="utf-8", delete=False
            ) as part:
                part.write(spec_of(policy, scenarios))
            Path(part.name).chmod(0o644)
            Path(part.name).replace(out)
        except OSError as error:
            raise InputError(f"{out}：写不进去（{error.strerror}），请检查权限。") from error
        say(f"已写 {out}")


def policies_named(name: str) -> tuple[Pack, list[Policy]]:
    """The versions of a policy, by id or folder, with the pack they are in. Raises `InputError`."""
    folder = Path(name)
    if (folder / POLICY_FILE).is_file():
        pack = usable_pack(str(folder))
        return pack, list(pack.policies)
    places = sorted(one.parent for one in packs_folder().glob("*/policies"))
    known: list[str] = []
    for place in places:
        for one in policy_folders(place):
            known.append(one.name)
            if one.name == name or one.name.startswith(f"{name}-"):
                pack = usable_pack(str(place))
                versions = [each for each in pack.policies if name in (each.id, each.folder.name)]
                if versions:
                    return pack, versions
    raise InputError(f"没有政策“{name}”{nearest(name, known)}。")


def read_pack(name: str) -> Pack:
    """The pack of a name or folder, with its defects. Raises `InputError`."""
    folder = pack_folder(name)
    others = policy_packs()
    dictionary = folder / FACTS_FILE
    if not dictionary.is_file():
        dictionary = packs_folder() / "national" / FACTS_FILE
    try:
        return load_pack(
            [folder], load_dictionary(dictionary), load_code_lists(codes_folder()), others=others
        )
    except DefinitionError as error:
        raise InputError(f"事实字典或代码表有错，请先检查：\n{error}") from error


def pack_folder(name: str) -> Path:
    """The folder of a pack, in which there are policies or ladders. Raises `InputError`."""
    folder = Path(name)
    if not folder.is_dir():
        folder = packs_folder() / name
    if not folder.is_dir():
        known = "、".join(sorted(one.name for one in policy_packs()))
        raise InputError(f"没有资料包或文件夹“{name}”。有政策的资料包：{known or '（没有）'}。")
    if not policy_folders(folder) and not ladder_files(folder):
        raise InputError(f"{folder}：里面没有政策（policies/编号/policy.yaml），请核对路径。")
    return folder


def policy_packs() -> list[Path]:
    """The packs that bring policies."""
    return [one.parent for one in packs_folder().glob("*/policies")]


def read_ladders(pack: Pack, folders: Iterable[Path]) -> Ladders:
    """The ladders of packs, over the dictionary and codes of one of them."""
    return load_ladders(folders, pack.dictionary, pack.codes, others=policy_packs())


def usable_pack(name: str) -> Pack:
    """The pack, when nothing is wrong with it. Raises `InputError`."""
    pack = read_pack(name)
    if not pack.usable:
        wrong = "\n".join(str(one) for one in pack.findings if one.severity == "error")
        raise InputError(f"资料包有错，先用 lianshu policy check 检查：\n{wrong}")
    return pack


def _summary(policy: Policy) -> str:
    definition = policy.definition
    computed = sum(one.definition.test is not None for one in policy.rules)
    scores = f"，评分 {len(policy.scores)}" if policy.scores else ""
    return (
        f"{policy.id} {policy.version}  {definition.title}（{definition.document.number}）："
        f"条件 {len(policy.rules)}，可计算 {computed}{scores}\n"
    )


def _rungs(ladder: Ladder) -> str:
    """A line for each time in which a ladder has the same rungs."""
    title = f"{ladder.id}  {ladder.definition.title}"
    return "".join(
        f"{title}（{one.definition.source.document}，{one.since} 至 {one.until or '今'}）："
        + " → ".join(str(rung.definition.title) for rung in one.rungs)
        + "\n"
        for one in ladder.versions
    )


def _total(
    policies: tuple[Policy, ...], ladders: tuple[Ladder, ...], findings: list[Finding]
) -> None:
    wrong = sum(one.severity == "error" for one in findings)
    rules = [rule for policy in policies for rule in policy.rules]
    computed = sum(rule.definition.test is not None for rule in rules)
    share = f"，条件 {len(rules)}，可计算 {computed * 100 // len(rules)}%" if rules else ""
    warned = len(findings) - wrong
    climbed = f"，梯度 {len(ladders)}" if ladders else ""
    what = f"政策 {len(policies)}{share}{climbed}；错误 {wrong} 处，提醒 {warned} 处"
    say(what + ("，改好之前不能启用。" if wrong else "。"))
