"""What the importer tells people. File names only: mail leaves the house."""

from django.utils.translation import gettext_lazy as _

from lianshu.notices.kinds import Outside, register

register(
    "imports.finished",
    title=_("导入完成：%(file)s"),
    body=_(
        "“%(file)s”已导入：新建 %(created)s 条，更新 %(changed)s 条，无变化 %(same)s 条，"
        "未导入 %(bad)s 行。"
    ),
    outside=Outside(_("导入完成")),
)
register(
    "imports.failed",
    title=_("导入没有完成：%(file)s"),
    body=_("“%(file)s”：%(problem)s"),
    urgent=True,
    outside=Outside(_("导入没有完成")),
)
