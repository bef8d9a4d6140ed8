"""Policies in a few words: marks, kinds of benefit, places, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.engine.codes import load_code_lists
from lianshu.engine.policy.words import Speaker
from lianshu.entitlements.diagnosis import language_now
from lianshu.entitlements.models import (
    OutcomeChoices,
    PolicyLadder,
    PolicyResult,
    PolicyVersion,
)
from lianshu.entitlements.queries import NEARLY
from lianshu.registry.dictionary import fact_dictionary
from lianshu.ui.badges import Badge, Tone

CONFIDENCE: Final[Mapping[str, str | Promise]] = {
    "C1": _("读到官方原文"),
    "C2": _("两个以上的转载一致"),
    "C3": _("只有一个转载，用前请核对"),
    "U": _("没有证实，只供参考"),
}
"""What the marks say of how sure a rule is."""
BENEFITS: Final[Mapping[str, str | Promise]] = {
    "title": _("称号"),
    "money": _("资金"),
    "tax": _("税收"),
    "voucher": _("券"),
    "service": _("服务"),
    "finance": _("融资"),
}
_CONFIDENT: Final[Mapping[str, Tone]] = {"C1": "good", "C2": "info", "C3": "wait", "U": "bad"}
_OUTCOMES: Final[Mapping[str, Tone]] = {
    OutcomeChoices.MET: "good",
    OutcomeChoices.NOT_MET: "neutral",
    OutcomeChoices.UNKNOWN: "wait",
    OutcomeChoices.MANUAL: "info",
    OutcomeChoices.NOT_APPLICABLE: "neutral",
}
_PACKS: Final[Mapping[str, str | Promise]] = {
    "national": _("国家"),
    "zhejiang": _("浙江"),
    "ningbo": _("宁波"),
    "beijing": _("北京"),
}


def confidence_badge(mark: str) -> Badge:
    """The mark with its colour."""
    return Badge(f"{mark} {CONFIDENCE.get(mark, '')}", _CONFIDENT.get(mark, "neutral"))


def is_near(row: PolicyResult) -> bool:
    """The same as `queries.IS_NEAR`, of a row."""
    not_met = row.outcome == OutcomeChoices.NOT_MET
    return not_met and 1 <= row.failing <= NEARLY and not row.missing


def outcome_badge(row: PolicyResult) -> Badge:
    """The outcome; of a near one by how many conditions."""
    if is_near(row):
        return Badge(_now("差 %(n)d 条") % {"n": row.failing}, "wait")
    return outcome_badge_of(row.outcome)


def outcome_badge_of(outcome: str) -> Badge:
    """An outcome by itself."""
    return Badge(OutcomeChoices(outcome).label, _OUTCOMES.get(outcome, "neutral"))


def pack_name(pack: str) -> str:
    """What a pack is called; an unknown one by its folder."""
    return str(_PACKS.get(pack, pack))


def title_of(row: PolicyVersion) -> str:
    """The title in the reader's language."""
    if language_now() == "en" and row.title_en:
        return row.title_en
    return row.title


def ladder_title(row: PolicyLadder) -> str:
    """The title in the reader's language."""
    return row.title_en if language_now() == "en" and row.title_en else row.title


def region_name(code: str) -> str:
    """The name of a public region code; the code where it has none."""
    regions = load_code_lists(Path(settings.PACKS) / "national" / "codes")["regions"]
    return regions.name(code) if code in regions else code


def missing_words(key: str) -> str:
    """A fact with its period, or a kind of holding, in words."""
    return Speaker(fact_dictionary(), language_now(), date.min).key(key)
