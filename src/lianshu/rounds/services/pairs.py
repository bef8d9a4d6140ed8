"""Settling pairs: weights, rules, preferences, locks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor
from lianshu.records.errors import DomainError
from lianshu.rounds.models import PairRule, Participant, Round, RoundPair, WeightSource
from lianshu.rounds.services.rounds import locked, touch

MOST_WEIGHT = Decimal(1000)
REASON_MOST = 200


@dataclass(frozen=True, slots=True)
class Settled:
    """What staff say of a pair. Without a weight the computed one stays."""

    weight: Decimal | None = None
    rule: str = PairRule.FREE
    reason: str = ""
    left_rank: int | None = None
    right_rank: int | None = None


@transaction.atomic
def settle_pair(
    *,
    actor: Actor,
    found: Round,
    left: Participant,
    right: Participant,
    settled: Settled,
    now: datetime,
) -> RoundPair:
    """Set a pair's weight, rule and preferences; a pair the matcher did not find becomes possible.

    Refused for a pair that a conflict of interest rules out.
    """
    row = locked(actor, found)
    pair = RoundPair.objects.filter(round=row, left=left, right=right).first()
    if pair is not None and pair.automatic:
        raise DomainError(
            _(
                "这一对由系统规定不得配对（%(reason)s），不能在这里改。关系登记有误的，请到单位页面更正。"
            )
            % {"reason": pair.why}
        )
    _check(settled)
    if pair is None:
        if settled.weight is None and settled.rule != PairRule.FORBID:
            raise DomainError(_("匹配没有给这一对打分，请填写匹配分。"), field="weight")
        pair = RoundPair(round=row, left=left, right=right, source=WeightSource.STAFF)
    before = _said(pair)
    if settled.weight is not None and settled.weight != pair.weight:
        pair.weight, pair.source = settled.weight, WeightSource.STAFF
    pair.rule, pair.reason = settled.rule, settled.reason.strip()
    pair.left_rank, pair.right_rank = settled.left_rank, settled.right_rank
    if pair.rule == PairRule.FORBID:
        pair.locked = False
    pair.save()
    touch(row, now)
    record(
        actor=actor,
        action="round.pair_set",
        obj=row,
        now=now,
        changes={"pair": [before, _said(pair)]},
    )
    return pair


def _check(settled: Settled) -> None:
    if settled.rule not in PairRule.values:
        raise DomainError(_("请选择规定。"), field="rule")
    if settled.rule == PairRule.FORBID and not settled.reason.strip():
        raise DomainError(_("不得配对要写明原因。"), field="reason")
    if len(settled.reason.strip()) > REASON_MOST:
        raise DomainError(_("原因请不要超过 %(most)d 字。") % {"most": REASON_MOST}, field="reason")
    weight = settled.weight
    if weight is not None and (not weight.is_finite() or not 0 <= weight <= MOST_WEIGHT):
        raise DomainError(
            _("匹配分要在 0 到 %(most)d 之间。") % {"most": MOST_WEIGHT}, field="weight"
        )
    if weight is not None and weight != weight.quantize(Decimal("0.01")):
        raise DomainError(_("匹配分最多两位小数。"), field="weight")
    for field in ("left_rank", "right_rank"):
        rank = getattr(settled, field)
        if rank is not None and not 1 <= rank <= 1000:
            raise DomainError(_("志愿是名次：第一志愿写 1，最多 1000。"), field=field)


def _said(pair: RoundPair) -> str | None:
    if pair._state.adding:
        return None
    parts = [str(pair.weight), str(PairRule(pair.rule).label)]
    parts += [f"{rank}" for rank in (pair.left_rank, pair.right_rank) if rank is not None]
    return " · ".join(parts)


@transaction.atomic
def lock_pairs(*, actor: Actor, found: Round, keys: Collection[int], now: datetime) -> int:
    """These pairs, and no others, stay as they are when the round is planned again."""
    row = locked(actor, found)
    pairs = RoundPair.objects.filter(round=row)
    wrong = pairs.filter(pk__in=keys, rule=PairRule.FORBID).exists()
    if wrong or pairs.filter(pk__in=keys).count() != len(set(keys)):
        raise DomainError(_("选中的配对有变化，请刷新页面后再选。"))
    before = pairs.filter(locked=True).count()
    pairs.filter(locked=True).exclude(pk__in=keys).update(locked=False)
    pairs.filter(pk__in=keys).update(locked=True)
    touch(row, now)
    record(
        actor=actor,
        action="round.pairs_locked",
        obj=row,
        now=now,
        changes={"locked": [before, len(set(keys))]},
    )
    return len(set(keys))
