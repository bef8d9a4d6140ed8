"""Who may download an imported file again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Verdict
from lianshu.files.access import register
from lianshu.imports.models import ImportRun
from lianshu.imports.rules import can_read_content


def can_read_import_file(actor: Actor, object_id: int) -> Verdict:
    """As the rows of the run."""
    run = ImportRun.objects.visible_to(actor).filter(pk=object_id).first()
    if run is None:
        return Verdict.no(_("没有这次导入，或者它不是您可以查看的。"))
    if run.holds_personal_data:
        return Verdict.no(_("文件里有不收集的个人信息，不提供下载；导入完成后文件会删除。"))
    return can_read_content(actor, run)


register("imports.importrun", can_read_import_file)
