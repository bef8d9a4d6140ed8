"""What accounts tell people. Names of organisations only: mail leaves the house."""

from django.utils.translation import gettext_lazy as _

from lianshu.notices.kinds import Outside, register

register(
    "accounts.invitation_accepted",
    title=_("%(name)s已加入%(organisation)s"),
    body=_("您的邀请已被接受。"),
)
register(
    "accounts.claim_made",
    title=_("新的认领待审核：%(organisation)s"),
    body=_("有人申请代表“%(organisation)s”使用平台。请核对证明材料，通过或说明不通过的原因。"),
    outside=Outside(_("认领待审核")),
)
register(
    "accounts.claim_approved",
    title=_("认领已通过：%(organisation)s"),
    body=_("您现在可以代表“%(organisation)s”使用平台。"),
    urgent=True,
)
register(
    "accounts.claim_refused",
    title=_("认领没有通过：%(organisation)s"),
    body=_("您对“%(organisation)s”的认领没有通过，原因：%(reason)s"),
    urgent=True,
)
register(
    "accounts.substitution_set",
    title=_("代班：%(substitute)s代%(absent)s值班"),
    body=_(
        "%(from)s 至 %(to)s，%(substitute)s可以代%(absent)s办理。"
        "代办时页面上方会写明，操作记录写双方姓名；双方都可以提前结束。"
    ),
    urgent=True,
)
register(
    "accounts.substitution_ended",
    title=_("代班结束：%(substitute)s不再代%(absent)s值班"),
    body=_("原定 %(from)s 至 %(to)s 的代班已提前结束。"),
)
register(
    "accounts.mandate_recorded",
    title=_("委托已登记：%(agent)s可代“%(organisation)s”办理"),
    body=_(
        "%(by)s登记了这份委托，事由：%(reason)s。"
        "请核对事项、期限和委托书；不对可以撤销，或请登记人更正。"
    ),
    urgent=True,
)
register(
    "accounts.mandate_revoked",
    title=_("委托已撤销：%(agent)s不再代“%(organisation)s”办理"),
    body=_("%(by)s撤销了这份委托，原因：%(reason)s"),
    urgent=True,
)
register(
    "accounts.mandate_correction",
    title=_("请更正委托：%(agent)s代“%(organisation)s”"),
    body=_("%(by)s认为您登记的这份委托需要更正：%(reason)s 请撤销后重新登记，或与对方联系。"),
    urgent=True,
)
register(
    "accounts.handed_over",
    title=_("工作移交给您：%(name)s离开“%(organisation)s”"),
    body=_("%(what)s。现在由您接手，请查看。"),
    urgent=True,
)
