"""Writing the segments of chains: a tree inside each chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record, record_many
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError
from lianshu.registry.models import Chain, Segment, Stream
from lianshu.registry.rules_chains import can_edit_chain

SEGMENT_FIELDS = ("name", "stream", "parent", "position")


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment to be written; `parent` is the code of one of the same chain, written before."""

    code: str
    name: str
    stream: str
    parent: str = ""


@transaction.atomic
def add_segment(
    *,
    actor: Actor,
    chain: Chain,
    name: str,
    stream: str,
    now: datetime,
    parent: Segment | None = None,
    code: str = "",
) -> Segment:
    """A segment, last among those of its parent; without a code it is numbered."""
    require(can_edit_chain(actor, chain))
    siblings = list(Segment.objects.filter(chain=chain))
    last = max((each.position for each in siblings), default=0)
    segment = Segment(chain=chain, position=last + 1, code=code.strip() or _free_code(siblings))
    if any(each.code == segment.code for each in siblings):
        raise DomainError(
            _("“%(chain)s”已有代码为 %(code)s 的环节，请换一个。")
            % {"chain": chain.name, "code": segment.code},
            field="code",
        )
    _fill(segment, {"name": name, "stream": stream, "parent": parent}, siblings)
    segment.save()
    record(actor=actor, action="segment.added", obj=segment, now=now)
    return segment


@transaction.atomic
def add_segments(
    *, actor: Actor, chain: Chain, rows: Sequence[SegmentRow], now: datetime
) -> dict[str, Segment]:
    """A chain's segments in the order given, parents before their parts; by code."""
    require(can_edit_chain(actor, chain))
    known = {each.code: each for each in Segment.objects.filter(chain=chain)}
    position = max((each.position for each in known.values()), default=0)
    added = []
    for row in rows:
        if row.code in known:
            raise DomainError(
                _("“%(chain)s”已有代码为 %(code)s 的环节，请换一个。")
                % {"chain": chain.name, "code": row.code},
                field="code",
            )
        if row.parent and row.parent not in known:
            raise DomainError(
                _("环节“%(name)s”的上级 %(parent)s 不在它前面，请核对。")
                % {"name": row.name, "parent": row.parent},
                field="parent",
            )
        position += 1
        segment = Segment(chain=chain, code=row.code, position=position)
        parent = known[row.parent] if row.parent else None
        values = {"name": row.name, "stream": row.stream, "parent": parent}
        _fill(segment, values, list(known.values()))
        segment.save()
        known[row.code] = segment
        added.append(segment)
    record_many(
        actor=actor, action="segment.added", objects=added, changes=[{} for _each in added], now=now
    )
    return known


@transaction.atomic
def edit_segment(
    *, actor: Actor, segment: Segment, changes: Mapping[str, Any], now: datetime
) -> Segment:
    """Change some of `SEGMENT_FIELDS`; the parts of a segment lie where it lies."""
    require(can_edit_chain(actor, segment.chain))
    siblings = list(Segment.objects.filter(chain=segment.chain))
    before = {field: getattr(segment, field) for field in SEGMENT_FIELDS}
    _fill(segment, {**before, **changes}, siblings)
    changed = {
        field: [old and str(old), new and str(new)]
        for field, old in before.items()
        if (new := getattr(segment, field)) != old
    }
    if not changed:
        return segment
    segment.save(update_fields=sorted(changed))
    if segment.stream != before["stream"]:
        below = _below(segment, siblings) - {segment.pk}
        Segment.objects.filter(pk__in=below).update(stream=segment.stream)
    record(actor=actor, action="segment.edited", obj=segment, now=now, changes=changed)
    return segment


@transaction.atomic
def remove_segment(*, actor: Actor, segment: Segment, now: datetime) -> None:
    """Take out a segment that nothing hangs on."""
    require(can_edit_chain(actor, segment.chain))
    parts = segment.children.count()
    if parts:
        raise DomainError(
            _("“%(name)s”下面还有 %(count)d 个环节，请先移走或删除它们。")
            % {"name": segment.name, "count": parts}
        )
    members = segment.members.values("organisation").distinct().count()
    if members:
        raise DomainError(
            _("有 %(count)d 家单位现在或曾经列在“%(name)s”，历史要保留；可以改名，不能删除。")
            % {"name": segment.name, "count": members}
        )
    record(actor=actor, action="segment.removed", obj=segment, now=now)
    segment.delete()


def _free_code(siblings: Sequence[Segment]) -> str:
    taken = {each.code for each in siblings}
    number = len(siblings) + 1
    while f"{number:02d}" in taken:
        number += 1
    return f"{number:02d}"


def _fill(segment: Segment, values: Mapping[str, Any], siblings: Sequence[Segment]) -> None:
    """Check the values against the chain's other segments and set them."""
    name, parent = str(values["name"]).strip(), values["parent"]
    stream = values["stream"] if parent is None else parent.stream
    if not name:
        raise DomainError(_("请填写环节名称。"), field="name")
    if stream not in Stream.values:
        raise DomainError(_("请选择环节在上游、中游、下游还是配套服务。"), field="stream")
    if parent is not None and parent.chain_id != segment.chain_id:
        raise DomainError(
            _("上级环节“%(parent)s”不属于“%(chain)s”，请选这条链的环节。")
            % {"parent": parent.name, "chain": segment.chain.name},
            field="parent",
        )
    if parent is not None and segment.pk and parent.pk in _below(segment, siblings):
        raise DomainError(
            _("“%(parent)s”在“%(name)s”下面，不能作它的上级。")
            % {"parent": parent.name, "name": segment.name},
            field="parent",
        )
    parent_id = None if parent is None else parent.pk
    for each in siblings:
        if each.pk != segment.pk and each.parent_id == parent_id and each.name == name:
            raise DomainError(
                _("这里已有名为“%(name)s”的环节，请换一个名称。") % {"name": name}, field="name"
            )
    segment.name, segment.parent, segment.stream = name, parent, stream
    if "position" in values:
        segment.position = values["position"]


def _below(segment: Segment, siblings: Sequence[Segment]) -> set[int]:
    """The segment and everything below it."""
    found = {segment.pk}
    while True:
        more = {each.pk for each in siblings if each.parent_id in found} - found
        if not more:
            return found
        found |= more
