"""What the audit's actions and fields about coverage are called."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTION_NAMES: Final[dict[str, str | Promise]] = {
    "coverage.list_created": _("新建名单"),
    "coverage.edition_added": _("上传名单"),
    "coverage.linked": _("与登记比对"),
    "coverage.decided": _("人工认定"),
    "coverage.undone": _("撤销人工认定"),
    "coverage.bulk_accepted": _("批量采纳"),
    "coverage.bulk_undone": _("撤销批量采纳"),
    "coverage.campaign_begun": _("发起清零行动"),
    "coverage.campaign_opened": _("清零行动开出办件"),
    "coverage.duplicates_found": _("查找重复单位"),
    "coverage.duplicate_merged": _("合并重复单位"),
    "coverage.duplicate_kept": _("认定为两家单位"),
}
FIELD_NAMES: Final[dict[str, str | Promise]] = {
    "rows": _("行数"),
    "row": _("名单上的单位"),
    "entity": _("登记的单位"),
    "errors": _("抽样差错"),
    "accepted": _("采纳的行"),
    "firms": _("企业数"),
    "matched": _("已对上"),
    "edition": _("名单日期"),
}
