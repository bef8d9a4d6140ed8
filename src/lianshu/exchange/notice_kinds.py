"""What the exchange tells people. Only public summaries are named: mail leaves the house."""

from django.utils.translation import gettext_lazy as _

from lianshu.notices.kinds import Outside, register

register(
    "exchange.recommended",
    title=_("新的推荐：%(title)s"),
    body=_("链办为“%(title)s”推荐了合作对象。请查看理由，采纳或说明谢绝的原因。"),
    outside=Outside(_("推荐已发给一方")),
)
register(
    "exchange.project_opened",
    title=_("已列入项目清单：%(title)s"),
    body=_(
        "围绕“%(title)s”的推荐已被采纳并列入项目清单。请到项目页面决定向对方披露什么，并开始对接。"
    ),
    urgent=True,
    outside=Outside(_("已列入项目清单")),
)
register(
    "exchange.project_updated",
    title=_("项目进度更新：%(title)s"),
    body=_("项目“%(title)s”的进度有更新，请查看。"),
    outside=Outside(_("项目进度更新")),
)
register(
    "exchange.expired",
    title=_("已到期，请续期：%(title)s"),
    body=_("“%(title)s”已到期，不再参与匹配。如果仍然有效，请打开它并点“续期”。"),
    outside=Outside(_("需求或资源到期")),
)
register(
    "exchange.disclosed",
    title=_("对方向您披露了更多内容：%(title)s"),
    body=_("“%(title)s”的发布单位允许您查看更多内容。"),
)
register(
    "exchange.matching_done",
    title=_("匹配完成：%(count)s 条"),
    body=_("已为 %(count)s 条需求或资源生成推荐，请查看并推送。"),
)
register(
    "exchange.refined",
    title=_("请确认凝练后的需求：%(title)s"),
    body=_("有人把“%(title)s”写得更清楚了。请对照原文，决定是否采用。"),
)
