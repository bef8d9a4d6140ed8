"""What the record of an organisation calls acts and fields."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from lianshu.ui import wording

ACTION_NAMES: Final = {
    "organisation.identifier_set": _("登记号码"),
    "organisation.identifier_ended": _("停用号码"),
    "organisation.name_added": _("添加名称"),
    "organisation.name_removed": _("删除名称"),
    "organisation.moved": _("调整区域或产业链"),
    "organisation.link_added": _("登记关联关系"),
    "organisation.link_ended": _("结束关联关系"),
    "organisation.merged": _("并入"),
    "organisation.took_over": _("接收并入的单位"),
    "organisation.merge_undone": _("撤销合并"),
    "organisation.split": _("分立"),
    "region.added": _("添加区域"),
    "region.renamed": _("修改区域"),
    "region.succeeded": _("登记区划调整"),
}
FIELD_NAMES: Final = {
    "uscc": _("统一社会信用代码"),
    "registration": _("原工商注册号"),
    "stock": _("证券代码"),
    "own": _("本系统编号"),
    "override_reason": _("校验不通过仍采用的理由"),
    "former": _("曾用名"),
    "alias": _("别名"),
    "short": _("其他简称"),
    "form": _("形态"),
    "successor": _("并入单位"),
    "predecessor": _("被并入单位"),
    "successors": _("分立后的单位"),
    "parent": _("上级单位"),
    "shareholder": _("股东"),
    "controller": _("实际控制"),
    "reason": _("原因"),
}

wording.name_actions(ACTION_NAMES)
wording.name_fields(FIELD_NAMES)
