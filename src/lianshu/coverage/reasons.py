"""Why a row is thought to be a firm, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianshu.engine.linkage import Reason, sentence

SHOWN: Final = 6


def reason_lines(stored: Sequence[dict[str, Any]]) -> list[str]:
    """One sentence for each reason, as stored."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    found = [
        sentence(Reason(each["field"], each["kind"], each["detail"]), language)
        for each in stored[:SHOWN]
    ]
    return [each.rstrip("。.") for each in found if each]


def reasons_text(stored: Sequence[dict[str, Any]]) -> str:
    """All of them in one line."""
    return _("；").join(reason_lines(stored))
