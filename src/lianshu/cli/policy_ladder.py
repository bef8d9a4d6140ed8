"""The work of `lianshu policy ladder`."""

import sys
from datetime import date
from pathlib import Path

from lianshu.cli.packs import codes_folder, packs_folder
from lianshu.cli.policy_run import one_firm
from lianshu.cli.running import InputError
from lianshu.engine.codes import load_code_lists
from lianshu.engine.definitions import DefinitionError
from lianshu.engine.expressions import EvaluationError
from lianshu.engine.expressions.problems import nearest
from lianshu.engine.policy import Evaluator, Pack
from lianshu.engine.policy.ladders import LADDERS, Ladder, Ladders, load_ladders
from lianshu.engine.policy.standing import stand
from lianshu.engine.policy.standing_words import ladder_lines, standing_lines
from lianshu.engine.policy.words import Language
from lianshu.engine.tables import FACTS_FILE, load_dictionary


def tell_ladder(
    name: str, facts: Path | None, holdings: Path | None, day: date, *, language: Language
) -> None:
    """Tell the rungs that stand on the day, or where the one firm of a file stands on them.
    Raises `InputError`."""
    if facts is None and holdings is not None:
        raise InputError("只有 --holdings 不够，请用 --facts 给出这个企业的数据。")
    found, ladder, pack = _ladder_named(name)
    if facts is None:
        lines = ladder_lines(ladder, day, pack.dictionary, language)
    else:
        firm = one_firm(pack, facts, holdings, day)
        try:
            standing = stand(ladder, Evaluator(found.policies, firm, day))
        except EvaluationError as error:
            raise InputError(str(error)) from error
        lines = standing_lines(standing, pack.dictionary, language)
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _ladder_named(name: str) -> tuple[Ladders, Ladder, Pack]:
    """A ladder by id, or by its file. Raises `InputError`."""
    path = Path(name)
    packs = [one.parent for one in packs_folder().glob(f"*/{LADDERS}")]
    folders = [path.absolute().parent] if path.is_file() else packs
    others = [one.parent for one in packs_folder().glob("*/policies")]
    wanted = path.stem if path.is_file() else name
    try:
        dictionary = load_dictionary(packs_folder() / "national" / FACTS_FILE)
        codes = load_code_lists(codes_folder())
    except DefinitionError as error:
        raise InputError(f"事实字典或代码表有错，请先检查：\n{error}") from error
    found = load_ladders(folders, dictionary, codes, others=others)
    ladder = next((one for one in found.ladders if one.id == wanted), None)
    wrong = [
        str(one)
        for one in found.findings
        if one.severity == "error" and Path(one.file).stem == wanted
    ]
    if wrong:
        told = "\n".join(wrong)
        raise InputError(f"梯度有错，先用 lianshu policy check 检查：\n{told}")
    if ladder is None:
        known = [one.id for one in found.ladders]
        raise InputError(f"没有梯度“{name}”{nearest(name, known)}。")
    return found, ladder, Pack(found.policies, (), dictionary, codes)
