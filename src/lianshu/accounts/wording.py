"""What the audit's actions about people are called."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTION_NAMES: Final[dict[str, str | Promise]] = {
    "user.created": _("开通账号"),
    "user.blocked": _("停用账号"),
    "user.unblocked": _("恢复账号"),
    "user.reset_sent": _("发送重设密码邮件"),
    "membership.added": _("加入单位"),
    "membership.role_changed": _("改变成员身份"),
    "membership.ended": _("结束成员身份"),
    "grant.given": _("授权"),
    "grant.taken": _("收回授权"),
    "token.issued": _("签发接口令牌"),
    "token.revoked": _("停用接口令牌"),
    "invitation.made": _("发出邀请"),
    "invitation.renewed": _("重新生成邀请链接"),
    "invitation.revoked": _("撤销邀请"),
    "invitation.accepted": _("接受邀请"),
    "claim.made": _("提出认领"),
    "claim.withdrawn": _("撤回认领"),
    "claim.approved": _("通过认领"),
    "claim.refused": _("退回认领"),
    "substitution.set": _("设置代班"),
    "substitution.ended": _("提前结束代班"),
    "mandate.recorded": _("登记委托"),
    "mandate.revoked": _("撤销委托"),
    "mandate.correction_asked": _("请登记人更正委托"),
    "work.handed_over": _("移交工作"),
}

FIELD_NAMES: Final[dict[str, str | Promise]] = {
    "role": _("身份"),
    "capability": _("能力"),
    "valid_from": _("开始"),
    "valid_to": _("结束"),
    "reason": _("原因"),
}
