"""What an answer link opens: which case, for whom, in whose name, and whether it still does."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.accounts.queries import token_digest
from lianshu.authority import Actor, ActorMembership
from lianshu.casework.models import AnswerLink, Case
from lianshu.casework.runtime import Running, running_loop
from lianshu.engine.loops import Action
from lianshu.registry.models import Organisation


class LinkState(models.TextChoices):
    """Whether a link opens anything, and why not."""

    OPEN = "open", _("可以使用")
    USED = "used", _("这个链接已经用过，评价已经记下，谢谢您。")
    REVOKED = "revoked", _("这个链接已被新的链接代替。")
    EXPIRED = "expired", _("这个链接已过有效期。")
    OVER = "over", _("这个办件已经不在评价这一步，不用再评价了。")


def link_by_secret(secret: str) -> AnswerLink | None:
    """The link that `secret` opens, used and expired ones too."""
    found = AnswerLink.objects.filter(digest=token_digest(secret))
    return found.select_related("case__loop_version", "case__asker").first()


def links_of(case: Case) -> list[AnswerLink]:
    """Those made for a case that the caller has found through `visible_to`, the newest first."""
    return list(AnswerLink.objects.filter(case=case))


def link_state(link: AnswerLink, *, now: datetime) -> LinkState:
    """What opening it now leads to."""
    if link.used_at is not None:
        return LinkState.USED
    if link.revoked_at is not None:
        return LinkState.REVOKED
    if now >= link.expires_at:
        return LinkState.EXPIRED
    return LinkState.OPEN if link.case.step == link.step else LinkState.OVER


def rating_actions(case: Case) -> tuple[Action, ...]:
    """How the confirmer can answer at the case's present step; nothing elsewhere."""
    step = running_loop(case.loop_version).steps.get(case.step)
    if step is None:
        return ()
    return tuple(each for each in step.actions if each.rating and not each.automatic)


def judge_of(case: Case) -> Organisation | None:
    """The organisation that judges the case; None where that is an office or nobody yet."""
    running: Running = running_loop(case.loop_version)
    role = running.loop.confirmer or ""
    if role not in running.roles:
        return None
    if running.roles[role].bind == "asker":
        return case.asker
    party = case.parties.filter(role=role, until__isnull=True).select_related("organisation")
    first = party.first()
    return None if first is None else first.organisation


def actor_of_link(link: AnswerLink, judge: Organisation) -> Actor:
    """The named contact, in the judging organisation's own name: a handler without an account."""
    own = ActorMembership(judge.pk, judge.name, "handler")
    return Actor(name=link.contact, memberships=(own,), link=link.public_id)
