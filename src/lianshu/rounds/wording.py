"""What the audit's actions and fields about rounds are called."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTION_NAMES: Final[dict[str, str | Promise]] = {
    "round.created": _("新建轮次"),
    "round.edited": _("修改轮次"),
    "round.participants_added": _("加入参加者"),
    "round.participant_removed": _("移出参加者"),
    "round.limits_set": _("设定名额"),
    "round.quota_set": _("设定分组名额"),
    "round.quota_removed": _("取消分组名额"),
    "round.pair_set": _("设定配对"),
    "round.pairs_locked": _("锁定配对"),
    "round.planned": _("排出方案"),
    "round.infeasible": _("条件冲突，没有方案"),
    "round.published": _("确认并发布方案"),
    "round.cancelled": _("取消轮次"),
}
FIELD_NAMES: Final[dict[str, str | Promise]] = {
    "participants": _("参加者"),
    "limits": _("名额"),
    "quota": _("分组名额"),
    "pair": _("配对"),
    "locked": _("锁定的配对"),
    "pairs": _("配对数"),
    "total": _("总匹配分"),
    "floor": _("保底"),
    "stable": _("稳定匹配"),
}
