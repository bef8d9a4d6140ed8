"""What cases tell people who have a part in them."""

from django.utils.translation import gettext_lazy as _

from lianshu.notices.kinds import Outside, register

_EVENT = ("case", "loop", "seq")
_STEP = (*_EVENT, "step", "due")

register(
    "casework.your_turn",
    title=_("请办理：%(subject)s"),
    body=_("“%(subject)s”到了“%(step)s”这一步，请在 %(due)s 前办理。"),
    urgent=True,
    outside=Outside(_("办件到了下一步"), _STEP),
)
register(
    "casework.reminded",
    title=_("还等着您：%(subject)s"),
    body=_("“%(subject)s”的“%(step)s”还没有办，期限是 %(due)s。"),
    outside=Outside(_("办件催办"), _STEP),
)
register(
    "casework.amber",
    title=_("快到期了：%(subject)s"),
    body=_("“%(subject)s”的“%(step)s”将在 %(due)s 到期，请抓紧办理。"),
    outside=Outside(_("办件快到期"), _STEP),
)
register(
    "casework.red",
    title=_("已超时：%(subject)s"),
    body=_("“%(subject)s”的“%(step)s”应在 %(due)s 前办理，现在已经超时。请马上办理，或说明情况。"),
    urgent=True,
    outside=Outside(_("办件超时"), _STEP),
)
register(
    "casework.amber_told",
    title=_("有一件快到期：%(subject)s"),
    body=_("“%(subject)s”的“%(step)s”将在 %(due)s 到期，%(who)s还没有办理，请提醒一下。"),
)
register(
    "casework.red_told",
    title=_("有一件超时了：%(subject)s"),
    body=_("“%(subject)s”的“%(step)s”应在 %(due)s 前由%(who)s办理，现在已经超时，请过问。"),
)
register(
    "casework.ended",
    title=_("已结束：%(subject)s"),
    body=_("“%(subject)s”已经结束，结果：%(end)s。"),
    outside=Outside(_("办件结束"), (*_EVENT, "end", "result")),
)
register(
    "casework.commented",
    title=_("%(by)s留言：%(subject)s"),
    body=_("%(by)s在“%(subject)s”里留言，请打开查看。"),
    outside=Outside(_("办件有留言"), _EVENT),
)
register(
    "casework.clock_changed",
    title=_("期限有变：%(subject)s"),
    body=_("“%(subject)s”的“%(step)s”期限有变（%(what)s），现在是：%(due)s。"),
    outside=Outside(_("办件期限有变"), _STEP),
)
register(
    "casework.callback",
    title=_("请回访：%(subject)s"),
    body=_("这件事已经办结，抽到由您的单位打电话问问办得怎么样。请不要告诉办理单位。"),
)
register(
    "casework.consulted",
    title=_("征求您单位的意见：%(subject)s"),
    body=_(
        "%(by)s就“%(subject)s”征求您单位的意见，请在 %(due)s 前答复。"
        "到期没有答复会如实记为未答复，不算同意。"
    ),
    urgent=True,
    outside=Outside(_("办件征求意见"), (*_EVENT, "due")),
)
register(
    "casework.opinions_in",
    title=_("征求意见有结果了：%(subject)s"),
    body=_("就“%(subject)s”征求的意见：%(answered)d 家已答复，%(silent)d 家到期未答复。"),
    outside=Outside(_("征求的意见已齐或到期"), _EVENT),
)
register(
    "casework.opinion_after",
    title=_("%(by)s补充或更正了意见：%(subject)s"),
    body=_("%(by)s对“%(subject)s”更正了意见，或在到期后作了答复，请打开查看。"),
    outside=Outside(_("意见有补充或更正"), _EVENT),
)
register(
    "casework.schedule_failed",
    title=_("日程没能开出办件：%(name)s"),
    body=_("“%(name)s”这一次没能开出办件：%(reason)s"),
    outside=Outside(_("日程没能开出办件")),
)
