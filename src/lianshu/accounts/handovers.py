"""What the floors below accounts keep open for a person: liaisons' posts, unfinished imports."""

from __future__ import annotations

from django.utils.translation import ngettext

from lianshu.accounts.handover import Leaving, register_handover
from lianshu.accounts.models import User
from lianshu.accounts.queries import actor_of
from lianshu.imports.services.leaving import pass_on_runs, unfinished_runs
from lianshu.registry.services.leaving import pass_on_posts, posts_held


def _posts(leaving: Leaving) -> int:
    return len(posts_held(leaving.user.pk, leaving.organisation, now=leaving.now))


def _move_posts(leaving: Leaving, successor: User) -> None:
    pass_on_posts(
        actor=leaving.actor,
        user_id=leaving.user.pk,
        organisation=leaving.organisation,
        successor_id=successor.pk,
        successor_name=successor.name,
        phone=successor.phone,
        now=leaving.now,
    )


def _runs(leaving: Leaving) -> int:
    return unfinished_runs(leaving.user.pk, leaving.organisation.pk).count()


def _move_runs(leaving: Leaving, successor: User) -> None:
    pass_on_runs(
        actor=leaving.actor,
        user_id=leaving.user.pk,
        organisation_id=leaving.organisation.pk,
        successor=actor_of(successor, now=leaving.now),
        now=leaving.now,
    )


register_handover(
    "registry.liaisons",
    words=lambda n: ngettext("%(n)d 项专员工作", "%(n)d 项专员工作", n) % {"n": n},
    count=_posts,
    move=_move_posts,
)
register_handover(
    "imports.runs",
    words=lambda n: ngettext("%(n)d 个没有完成的导入", "%(n)d 个没有完成的导入", n) % {"n": n},
    count=_runs,
    move=_move_runs,
)
