"""Who may import, read a run's file, and take which step with it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Verdict
from lianshu.imports.models import ImportRun, RunStatus
from lianshu.imports.targets import ImportTarget, target_of

BEFORE_WRITING = (RunStatus.CHECKING, RunStatus.UNREADABLE, RunStatus.READY)


def can_write(actor: Actor) -> Verdict:
    """A read-only API token imports nothing."""
    if actor.token_scopes is not None and "write" not in actor.token_scopes:
        return Verdict.no(_("这个接口令牌是只读的，请换用可写的令牌。"))
    return Verdict.yes()


def can_import(actor: Actor, target: ImportTarget) -> Verdict:
    """Whether the actor may import into this list at all; each row is judged again."""
    writable = can_write(actor)
    return target.permission(actor) if writable.allowed else writable


def can_read_content(actor: Actor, run: ImportRun) -> Verdict:
    """The file's rows: whoever uploaded it, and colleagues who import for the same organisation.

    Operators see that a run exists, not what other people's file says.
    """
    if is_own(actor, run):
        return Verdict.yes()
    colleague = run.organisation_id in actor.acting_organisation_ids
    if colleague and actor.has(Capability.IMPORT):
        return Verdict.yes()
    if _uploaded_it(actor, run):
        return Verdict.no(_("这个文件是您以另一个身份上传的，请先切换到那个身份。"))
    return Verdict.no(_("文件的内容只有导入人和同单位负责导入的同事可以查看。"))


def is_own(actor: Actor, run: ImportRun) -> bool:
    """The actor's own run: what was read for the preview was read with this actor's rights, and
    for whom the actor acted then."""
    return actor.is_system or (_uploaded_it(actor, run) and _acts_as_then(actor, run))


def _uploaded_it(actor: Actor, run: ImportRun) -> bool:
    return actor.user_id is not None and run.requested_by_id == actor.user_id


def _acts_as_then(actor: Actor, run: ImportRun) -> bool:
    then = run.job.standing if run.job is not None else ""
    return then == (actor.behalf.reference if actor.behalf is not None else "")


def _in_charge(actor: Actor, run: ImportRun) -> Verdict:
    allowed = can_import(actor, target_of(run.target))
    if not allowed.allowed:
        return allowed
    if not is_own(actor, run):
        if _uploaded_it(actor, run):
            return Verdict.no(_("这个文件是您以另一个身份上传的，请先切换到那个身份。"))
        return Verdict.no(_("请由导入人继续，或由您重新上传这个文件。"))
    return Verdict.yes()


def can_configure(actor: Actor, run: ImportRun) -> Verdict:
    """Change mapping and settings and have it checked again: until something is written."""
    allowed = _in_charge(actor, run)
    if not allowed.allowed:
        return allowed
    if run.is_working:
        return Verdict.no(_("正在处理这个文件，请等它完成。"))
    if run.status not in BEFORE_WRITING or not run.header:
        return Verdict.no(_("这次导入已经开始或结束，不能再改对应关系。请重新上传文件。"))
    return Verdict.yes()


def can_confirm(actor: Actor, run: ImportRun) -> Verdict:
    """Begin to write: once checked, and with something to write."""
    allowed = _in_charge(actor, run)
    if not allowed.allowed:
        return allowed
    if run.status != RunStatus.READY:
        return Verdict.no(_("这个文件现在不能导入，请看它的状态。"))
    if run.blocked:
        return Verdict.no(_("请先按表头的提示改好列的对应关系，再检查一次。"))
    if not run.good_count:
        return Verdict.no(_("没有一行可以导入。请按提示改好文件后重新上传。"))
    return Verdict.yes()


def can_continue(actor: Actor, run: ImportRun) -> Verdict:
    """Go on with a check or an import that stopped on the way."""
    allowed = _in_charge(actor, run)
    if not allowed.allowed:
        return allowed
    if run.status != RunStatus.STOPPED and not run.is_stuck:
        return Verdict.no(_("这次导入没有中途停下，不需要继续。"))
    return Verdict.yes()


def can_discard(actor: Actor, run: ImportRun) -> Verdict:
    """Give a file up that nothing was written from."""
    if not is_own(actor, run):
        return Verdict.no(_("只有导入人可以放弃这次导入。"))
    if run.is_working:
        return Verdict.no(_("正在处理这个文件，请等它完成。"))
    stopped_early = run.status == RunStatus.STOPPED and not run.applied_rows
    if run.status not in BEFORE_WRITING and not stopped_early:
        return Verdict.no(_("已经有行导入了，不能放弃。"))
    return Verdict.yes()
