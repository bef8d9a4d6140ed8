"""What accounts tell people. Names of organisations only: mail leaves the house."""

from django.utils.translation import gettext_lazy as _

from lianshu.notices.kinds import register

register(
    "accounts.invitation_accepted",
    title=_("%(name)s已加入%(organisation)s"),
    body=_("您的邀请已被接受。"),
)
register(
    "accounts.claim_made",
    title=_("新的认领待审核：%(organisation)s"),
    body=_("有人申请代表“%(organisation)s”使用平台。请核对证明材料，通过或说明不通过的原因。"),
)
register(
    "accounts.claim_approved",
    title=_("认领已通过：%(organisation)s"),
    body=_("您现在可以代表“%(organisation)s”使用平台。"),
)
register(
    "accounts.claim_refused",
    title=_("认领没有通过：%(organisation)s"),
    body=_("您对“%(organisation)s”的认领没有通过，原因：%(reason)s"),
)
