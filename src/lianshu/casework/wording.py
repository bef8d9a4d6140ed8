"""What the audit's actions about loops, cases and schedules are called."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTION_NAMES: Final[dict[str, str | Promise]] = {
    "loop.published": _("发布流程"),
    "loop.texts_revised": _("修订流程文字"),
    "loop.retired": _("停用流程"),
    "schedule.published": _("发布日程"),
    "recurrence.switched_on": _("启用日程"),
    "recurrence.switched_off": _("停用日程"),
    "recurrence.version_changed": _("日程改走新版"),
    "calendar.loaded": _("载入法定节假日"),
    "calendar.replaced": _("替换法定节假日"),
    "case.answer_link_made": _("生成免登录答复链接"),
    "case.erased": _("按保存期限删除办件正文"),
    "callback.drawn": _("抽取回访"),
    "callback.answered": _("登记回访结果"),
}

FIELD_NAMES: Final[dict[str, str | Promise]] = {
    "texts_revision": _("文字修订次数"),
    "version": _("版本"),
    "rule": _("规则"),
    "outcome": _("结果"),
    "source": _("来源"),
}
