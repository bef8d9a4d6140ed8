"""What the chain map tells people. No firm is named: mail leaves the house."""

from django.utils.translation import gettext_lazy as _

from lianshu.notices.kinds import register

register(
    "chainmap.gap_closed",
    title=_("断点已补上：%(product)s"),
    body=_(
        "“%(chain)s”的“%(product)s”本地有企业能生产了，您发起的“%(act)s”已自动结束。"
        "由它形成的需求或办件仍由承办人处理，请打开查看。"
    ),
)
