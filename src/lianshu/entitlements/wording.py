"""What the audit's actions about policies are called."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTION_NAMES: Final[dict[str, str | Promise]] = {
    "policy.published": _("发布政策"),
    "policy.retired": _("停用政策"),
    "ladder.published": _("发布梯度"),
    "policy.decided": _("判断是否符合政策"),
    "policy.feedback": _("对政策提出意见"),
    "policies.run": _("为全部企业判断政策"),
}
