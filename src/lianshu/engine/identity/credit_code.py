"""The unified social credit code by GB 32100-2015.

18 characters: registering department (1), kind of body (1), region (6 digits), organisation code
by GB 11714 (8 and its check character), check character. A code that fails a check may be in real
use, so the verdict never stops anybody: it says what is wrong and what to compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lianshu.engine.identity import suggestions
from lianshu.engine.identity.categories import category

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of the standard, each at its value: no I, O, S, V, Z."""
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, index, 31) for index in range(LENGTH - 1))
_REGION = slice(2, 8)
_BODY = slice(8, 16)
_BODY_CHECK = 16
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_DASHES = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}" + (
    "\N{HORIZONTAL BAR}\N{MINUS SIGN}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}"
)
_INVISIBLE = "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}" + (
    "\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}\N{SOFT HYPHEN}"
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LOWER = {ord(letter): ord(letter) - 32 for letter in "abcdefghijklmnopqrstuvwxyz"}


class Verdict(StrEnum):
    """`VALID_BY_GB32100_ONLY` is a warning: the check character of the whole is right, the one of
    the organisation code inside is not. `NORMALISE` is right once written as `normalised`."""

    VALID = "valid"
    VALID_BY_GB32100_ONLY = "valid_by_GB32100_only"
    NORMALISE = "normalise"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the positions say. `category` names department and kind of body in Chinese, None for
    a pair that the standard does not list; `region` has six digits, not looked up anywhere."""

    department: str
    kind: str
    region: str
    organisation_code: str
    check: str
    category: str | None


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A code as judged. `normalised` is what was judged: the text without spaces and dashes, half
    width, upper case; never a guess. `reason` is empty for a valid code. `parts` is None where
    the text does not have the form of a code."""

    text: str
    normalised: str
    verdict: Verdict
    reason: str
    parts: Parts | None


def normalise_credit_code(text: str) -> str:
    """Without spaces, dashes and invisible characters, half width, upper case.

    Only what has one meaning is changed: letters that look alike stay, and so does every
    character that is no Latin letter or digit.
    """
    half = text.translate(_FULL_WIDTH).translate(_LOWER)
    return "".join(
        one for one in half if not one.isspace() and one not in _DASHES and one not in _INVISIBLE
    )


def check_character(first_17: str) -> str:
    """The 18th character (GB 32100: modulus 31). Raises ValueError for anything else than 17
    characters of the alphabet."""
    if len(first_17) != LENGTH - 1 or any(one not in _VALUES for one in first_17):
        raise ValueError("17 characters of the GB 32100 alphabet are needed")
    total = sum(_VALUES[one] * weight for one, weight in zip(first_17, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(first_8: str) -> str:
    """The 9th character of an organisation code (GB 11714: modulus 11, 10 is X). Raises
    ValueError for anything else than 8 characters 0-9, A-Z."""
    if len(first_8) != 8 or not first_8.isascii() or not first_8.isalnum():
        raise ValueError("8 characters 0-9, A-Z are needed")
    total = sum(int(one, 36) * w for one, w in zip(first_8.upper(), _BODY_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def complete_credit_code(first_16: str) -> str:
    """The whole code that begins with department, kind, region and the eight characters of a
    body. Raises ValueError for characters that may not stand there."""
    if len(first_16) != LENGTH - 2:
        raise ValueError("16 characters are needed")
    first_17 = first_16 + organisation_check_character(first_16[_BODY])
    return first_17 + check_character(first_17)


def check_credit_code(text: str) -> CreditCode:
    """Judge a text as it was written. Never raises; every text gets a verdict with a reason."""
    code = normalise_credit_code(text)
    defect = _defect_of_form(text, code)
    if defect:
        return CreditCode(text, code, Verdict.INVALID, defect, None)
    parts = Parts(code[0], code[1], code[_REGION], code[8:17], code[17], category(code[:2]))
    expected = check_character(code[:-1])
    inside = organisation_check_character(code[_BODY])
    if code[-1] != expected:
        reason = (
            f"第 18 位校验码应为 {expected}，现为 {code[-1]}：18 位中有写错的，请对照证照逐位核对"
            f"{suggestions.for_wrong_check(code, _passes)}。"
        )
        return CreditCode(text, code, Verdict.INVALID, reason, parts)
    changed = "" if code == text else f"{_changes(text)}，规范写法是 {code}"
    if code[_BODY_CHECK] != inside:
        reason = (
            f"整体校验正确，但第 9 至 17 位主体标识码的校验码（第 17 位）按 GB 11714 应为 "
            f"{inside}，现为 {code[_BODY_CHECK]}。确有这样的真实代码，请对照证照核对后确认"
            f"{'；' + changed if changed else ''}。"
        )
        return CreditCode(text, code, Verdict.VALID_BY_GB32100_ONLY, reason, parts)
    if changed:
        return CreditCode(text, code, Verdict.NORMALISE, f"{changed}。", parts)
    return CreditCode(text, code, Verdict.VALID, "", parts)


def _passes(code: str) -> bool:
    """Form and both check characters are right."""
    return (
        not _illegal(code)
        and check_character(code[:-1]) == code[-1]
        and organisation_check_character(code[_BODY]) == code[_BODY_CHECK]
    )


def _illegal(code: str) -> list[int]:
    """The indexes of characters that may not stand where they stand."""
    region = range(*_REGION.indices(LENGTH))
    return [
        index
        for index, one in enumerate(code)
        if one not in _VALUES or (index in region and one not in "0123456789")
    ]


def _defect_of_form(text: str, code: str) -> str:
    """What keeps the text from having the form of a code, or nothing."""
    if not code:
        return "代码是空的，请补填 18 位统一社会信用代码。"
    if suggestions.is_lost_number(text):
        return (
            "像是被 Excel 按数字保存的代码，末尾几位已经丢失。"
            "请把这一列设为“文本”，再对照证照重新填写。"
        )
    if len(code) != LENGTH:
        off = len(code) - LENGTH
        many = f"多了 {off} 位" if off > 0 else f"少了 {-off} 位"
        return f"应为 18 位，现有 {len(code)} 位，{many}{suggestions.for_length(code)}，请核对。"
    wrong = _illegal(code)
    if not wrong:
        return ""
    advice = suggestions.for_illegal(code, wrong, _passes) or "请对照证照核对"
    return f"{_named(code, wrong)}。{advice}。"


def _named(code: str, wrong: Sequence[int]) -> str:
    """Which characters may not stand where they stand, and why."""
    causes: dict[str, list[int]] = {}
    for index in wrong:
        causes.setdefault(_cause(code[index]), []).append(index)
    return "；".join(
        f"第 {'、'.join(str(index + 1) for index in places)} 位"
        f"“{''.join(_shown(code[index]) for index in places)}”{cause}"
        for cause, places in causes.items()
    )


def _cause(one: str) -> str:
    if one in _VALUES:
        return "是字母，而第 3 至 8 位行政区划码只能是数字"
    if one in "IOSVZ":
        return "不能用：代码不使用字母 I、O、S、V、Z"
    return "不是代码可用的数字或大写拉丁字母"


def _shown(one: str) -> str:
    return one if one.isprintable() else f"U+{ord(one):04X}"


def _changes(text: str) -> str:
    """What normalising does to the text, in words."""
    done = []
    if any(one.isspace() or one in _INVISIBLE for one in text):
        done.append("去掉空格")
    if any(one in _DASHES for one in text):
        done.append("去掉横线")
    if any(ord(one) in _FULL_WIDTH and one not in _DASHES for one in text):
        done.append("全角改为半角")
    if any(ord(one) in _LOWER for one in text.translate(_FULL_WIDTH)):
        done.append("小写改为大写")
    return "、".join(done)
