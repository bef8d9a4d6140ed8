"""What can be done to many rows of the exchange at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

from lianshu.authority import Actor, Capability, Matter
from lianshu.exchange.forms import DeclineForm
from lianshu.exchange.models import Recommendation
from lianshu.exchange.rules import (
    can_decide_recommendation,
    can_match,
    can_publish_post,
    can_renew_post,
    can_send_recommendation,
    can_undo_decision,
    can_withdraw_post,
)
from lianshu.exchange.services.matching import request_matching
from lianshu.exchange.services.posts import publish_post, renew_post, withdraw_post
from lianshu.exchange.services.recommendations import (
    accept_recommendation,
    decline_recommendation,
    send_recommendation,
    undo_decline,
)
from lianshu.ui.formats import day
from lianshu.ui.lists import BulkAction
from lianshu.ui.lists.filters import Text


def _acts(actor: Actor) -> bool:
    return bool(actor.acting_in(Matter.POSTS)) or actor.has(Capability.COORDINATE)


def _answers(actor: Actor) -> bool:
    return bool(actor.acting_in(Matter.ANSWERS)) or actor.has(Capability.COORDINATE)


def _coordinates(actor: Actor) -> bool:
    return actor.has(Capability.COORDINATE)


def _start_matching(actor: Actor, posts: Sequence[Any], now: datetime) -> str:
    job = request_matching(actor=actor, posts=posts, now=now)
    return reverse("jobs:detail", args=[job.public_id])


def _publish(actor: Actor, post: Any, _data: dict[str, Any], now: datetime) -> Text:
    done = publish_post(actor=actor, post=post, now=now)
    return _("已发布，有效至 %(day)s。") % {"day": day(done.expires_at)}


def _renew(actor: Actor, post: Any, _data: dict[str, Any], now: datetime) -> Text:
    done = renew_post(actor=actor, post=post, now=now)
    return _("已续期至 %(day)s。") % {"day": day(done.expires_at)}


def _withdraw(actor: Actor, post: Any, _data: dict[str, Any], now: datetime) -> Text:
    withdraw_post(actor=actor, post=post, now=now)
    return _("已撤回，不再参与匹配。")


def post_actions(side: str) -> tuple[BulkAction[Any], ...]:
    """Bulk actions of demands (`demand`) or resources (`resource`)."""
    demands, resources = _in("within a sentence", "需求"), _in("within a sentence", "资源")
    partner = resources if side == "demand" else demands
    return (
        BulkAction(
            "match",
            _("寻找合作方"),
            can=can_match,
            effect=lambda _post: _("将在后台为它匹配%(partner)s") % {"partner": partner},
            start=_start_matching,
            icon="sparkles",
            offered=_acts,
        ),
        BulkAction(
            "renew",
            _("续期"),
            can=can_renew_post,
            effect=lambda post: _("现在到期日：%(day)s") % {"day": day(post.expires_at) or "—"},
            run=_renew,
            icon="refresh",
            offered=_acts,
        ),
        BulkAction(
            "publish",
            _("发布"),
            can=can_publish_post,
            effect=lambda post: (
                _("从“%(status)s”变为“已发布”") % {"status": post.get_status_display()}
            ),
            run=_publish,
            icon="send",
            offered=_acts,
            undo="withdraw",
        ),
        BulkAction(
            "withdraw",
            _("撤回"),
            can=can_withdraw_post,
            effect=lambda _post: _("不再显示和参与匹配，没有推送过的推荐会一并撤下"),
            run=_withdraw,
            icon="archive",
            offered=_acts,
            undo="publish",
            danger=True,
        ),
    )


def _send(actor: Actor, pair: Recommendation, _data: dict[str, Any], now: datetime) -> Text:
    send_recommendation(actor=actor, recommendation=pair, now=now)
    return _("已推送给双方。")


def _accept(actor: Actor, pair: Recommendation, _data: dict[str, Any], now: datetime) -> Text:
    accept_recommendation(actor=actor, recommendation=pair, now=now)
    return _("已采纳，列入项目清单。")


def _decline(actor: Actor, pair: Recommendation, data: dict[str, Any], now: datetime) -> Text:
    decline_recommendation(
        actor=actor, recommendation=pair, reason=data["reason"], text=data["text"], now=now
    )
    return _("已谢绝。")


def _undo(actor: Actor, pair: Recommendation, _data: dict[str, Any], now: datetime) -> Text:
    undo_decline(actor=actor, recommendation=pair, now=now)
    return _("已恢复为待处理。")


PAIR_ACTIONS: tuple[BulkAction[Recommendation], ...] = (
    BulkAction(
        "send",
        _("推送给双方"),
        can=can_send_recommendation,
        effect=lambda _pair: _("双方会收到通知，看到对方的公开摘要和推荐理由"),
        run=_send,
        icon="send",
        offered=_coordinates,
        warning=_("推送后双方立即收到通知，不能收回。"),
    ),
    BulkAction(
        "accept",
        _("采纳"),
        can=can_decide_recommendation,
        effect=lambda _pair: _("列入项目清单，双方会收到通知"),
        run=_accept,
        icon="check",
        offered=_answers,
        warning=_("采纳后立即列入项目清单并通知双方，不能收回；可在项目中终止。"),
    ),
    BulkAction(
        "decline",
        _("谢绝"),
        can=can_decide_recommendation,
        effect=lambda _pair: _("状态变为“已谢绝”，原因会用来改进匹配"),
        run=_decline,
        form=DeclineForm,
        icon="x",
        offered=_answers,
        undo="undo",
    ),
    BulkAction(
        "undo",
        _("撤销谢绝"),
        can=can_undo_decision,
        effect=lambda _pair: _("恢复为待处理"),
        run=_undo,
        icon="arrow-back-up",
        offered=_answers,
        in_bar=False,
    ),
)
