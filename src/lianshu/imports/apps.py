"""The imports app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from lianshu.ui.wording import name_actions, name_fields


class ImportsConfig(AppConfig):
    """The one importer: collects the targets in every app's `importing` module."""

    name = "lianshu.imports"
    label = "imports"

    def ready(self) -> None:
        autodiscover_modules("importing")
        name_actions(
            {
                "imports.uploaded": _("上传导入文件"),
                "imports.confirmed": _("确认导入"),
                "imports.names_matched": _("对应单位名称"),
                "imports.finished": _("导入完成"),
                "imports.discarded": _("放弃导入"),
                "imports.handed_over": _("移交导入"),
            }
        )
        name_fields(
            {
                "created": _("新建"),
                "changed": _("更新"),
                "same": _("无变化"),
                "bad": _("问题行"),
            }
        )
