"""What the audit's actions and fields about the chain map are called."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTION_NAMES: Final[dict[str, str | Promise]] = {
    "chainmap.products_added": _("加入产品关系"),
    "chainmap.makers_added": _("加入生产关系"),
    "chainmap.maker_stated": _("企业说明生产关系"),
    "chainmap.maker_removed": _("结束生产关系"),
    "chainmap.chain_set": _("设定产业链的终端产品"),
    "chainmap.act_begun": _("为断点采取行动"),
    "chainmap.act_ended": _("结束断点行动"),
    "chainmap.sources_read": _("查看单一来源清单"),
    "chainmap.sources_exported": _("导出单一来源清单"),
    "chainmap.impact_read": _("查看影响推演"),
}
FIELD_NAMES: Final[dict[str, str | Promise]] = {
    "edges": _("产品关系"),
    "makers": _("生产关系"),
    "roots": _("终端产品"),
    "product": _("产品"),
    "query": _("条件"),
}
