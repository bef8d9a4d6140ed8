"""What the audit's actions about webhooks are called."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTION_NAMES: Final[dict[str, str | Promise]] = {
    "webhook.added": _("新增外部推送"),
    "webhook.changed": _("修改外部推送"),
    "webhook.paused": _("暂停外部推送"),
    "webhook.resumed": _("恢复外部推送"),
    "webhook.secret_rotated": _("更换推送密钥"),
    "webhook.tested": _("测试外部推送"),
    "webhook.retried": _("重发已放弃的推送"),
    "webhook.removed": _("删除外部推送"),
}

FIELD_NAMES: Final[dict[str, str | Promise]] = {
    "host": _("主机"),
    "kinds": _("推送哪些事件"),
}
