"""The list of imports."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.imports.models import ImportRun, RunStatus
from lianshu.imports.queries import runs_for
from lianshu.imports.targets import all_targets, target_of, targets_for
from lianshu.records.errors import NotFound
from lianshu.ui.badges import Badge, Tone
from lianshu.ui.lists import Action, ChoiceFilter, Column, DateFilter, ListSpec, Option

TONES: dict[str, Tone] = {
    RunStatus.CHECKING: "info",
    RunStatus.UNREADABLE: "bad",
    RunStatus.READY: "wait",
    RunStatus.APPLYING: "info",
    RunStatus.STOPPED: "bad",
    RunStatus.DONE: "good",
}


def run_badge(run: ImportRun) -> Badge:
    """Where a run stands, in a word; one whose job ended silently has stopped."""
    if run.is_stuck:
        return Badge(RunStatus.STOPPED.label, "bad")
    return Badge(run.get_status_display(), TONES.get(run.status, "neutral"))


def target_title(run: ImportRun) -> str:
    """What the run imports, or the bare id of a list that is no longer there."""
    try:
        return str(target_of(run.target).title)
    except NotFound:
        return run.target


def _targets(_actor: Actor) -> Sequence[Option]:
    return [Option(target.id, target.title) for target in all_targets()]


def _actions(actor: Actor) -> Sequence[Action]:
    if not targets_for(actor):
        return ()
    return (Action(_("导入清单"), reverse("imports:new"), "upload"),)


def _found(rows: QuerySet[ImportRun], words: str) -> QuerySet[ImportRun]:
    for word in words.split():
        rows = rows.filter(file_name__icontains=word) | rows.filter(source__icontains=word)
    return rows


IMPORTS = ListSpec[ImportRun, ImportRun](
    id="imports",
    title=_("导入"),
    intro=_("把 Excel 或 CSV 清单导入链枢：先检查、看清会改什么，再写入。"),
    rows=runs_for,
    search=_found,
    search_hint=_("文件名或来源"),
    filters=(
        ChoiceFilter("target", _("清单"), "target", _targets, counts=True),
        ChoiceFilter("status", _("状态"), "status", RunStatus, counts=True),
        DateFilter("uploaded", _("上传日期"), "created_at"),
    ),
    columns=(
        Column("file", _("文件"), lambda run: run.file_name, sort="file_name"),
        Column("target", _("清单"), target_title, sort="target"),
        Column("source", _("来源"), lambda run: run.source, sort="source"),
        Column("status", _("状态"), run_badge, sort="status"),
        Column("rows", _("行数"), lambda run: run.total_rows, kind="number", sort="total_rows"),
        Column("created", _("新建"), lambda run: run.created, kind="number", sort="created"),
        Column("changed", _("更新"), lambda run: run.changed, kind="number", sort="changed"),
        Column("bad", _("问题行"), lambda run: run.bad_count, kind="number", sort="bad_count"),
        Column("by", _("导入人"), lambda run: run.requested_by and run.requested_by.name),
        Column(
            "uploaded",
            _("上传时间"),
            lambda run: run.created_at,
            kind="moment",
            sort="created_at",
        ),
        Column("id", _("编号"), lambda run: run.public_id, shown=False),
    ),
    sort="-uploaded",
    link=lambda run: reverse("imports:detail", args=[run.public_id]),
    name=lambda run: run.file_name,
    actions=_actions,
    empty=_("点“导入清单”选一个 Excel 或 CSV 文件。导入前会先检查，不会直接写入。"),
)
