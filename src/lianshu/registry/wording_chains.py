"""What the record of chains, groups, pairings and liaisons calls acts and fields."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from lianshu.ui import wording

ACTION_NAMES: Final = {
    "chain.created": _("添加产业链"),
    "chain.edited": _("修改产业链"),
    "segment.added": _("添加环节"),
    "segment.edited": _("修改环节"),
    "segment.removed": _("删除环节"),
    "chain_member.added": _("登记链上角色"),
    "chain_member.ended": _("结束链上角色"),
    "affiliation.added": _("登记成员单位"),
    "affiliation.ended": _("结束成员关系"),
    "pairing.created": _("建立结对"),
    "pairing.member_added": _("加入结对"),
    "pairing.member_ended": _("退出结对"),
    "pairing.ended": _("结束结对"),
    "liaison.created": _("登记专员"),
    "liaison.edited": _("修改专员资料"),
    "liaison.assigned": _("安排专员"),
    "liaison.unassigned": _("结束专员服务"),
    "liaison.handed_over": _("移交给别的专员"),
    "liaison.ended": _("专员卸任"),
}
FIELD_NAMES: Final = {
    "tier": _("层级"),
    "office": _("链办"),
    "chief": _("链长"),
    "chief_title": _("链长职务"),
    "role": _("角色"),
    "segment": _("环节"),
    "stream": _("位置"),
    "position": _("次序"),
    "lead": _("牵头单位"),
    "phone": _("电话"),
    "valid_from": _("起日"),
    "valid_to": _("止日"),
}

wording.name_actions(ACTION_NAMES)
wording.name_fields(FIELD_NAMES)
