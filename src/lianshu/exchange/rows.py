"""Recommendations and projects as one reader may read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lianshu.authority import Actor
from lianshu.engine.matching import Reason
from lianshu.engine.matching.highlight import matched_terms
from lianshu.exchange.matching import reason_line, reason_text, reasons_for
from lianshu.exchange.models import Project, Recommendation, RecommendationStatus
from lianshu.exchange.queries import coordinated_among
from lianshu.exchange.reading import PostReading, read_post
from lianshu.exchange.rules import sides_of
from lianshu.exchange.services.confidentiality import Channel, log_reasons
from lianshu.exchange.wording import FIT

GOOD = frozenset({"shared_words", "facet_agrees", "indicator_met"})
BAD = frozenset({"facet_differs", "nothing_shared", "indicator_missed"})


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason in the reader's language; `tone` is good, bad or open."""

    text: str
    tone: str


def reason_lines(reasons: Iterable[Reason]) -> list[ReasonLine]:
    """The reasons as a page lists them."""
    return [
        ReasonLine(
            reason_text(reason),
            "good" if reason.code in GOOD else "bad" if reason.code in BAD else "open",
        )
        for reason in reasons
    ]


@dataclass(frozen=True, slots=True)
class PairRow:
    """A recommendation: both posts redacted, reasons rebuilt from what the reader may read, and
    what the reader may do (`None` coordinates nothing: the services ask again)."""

    pk: int
    public_id: str
    demand: PostReading
    resource: PostReading
    rank: int
    resource_rank: int | None
    score: float
    fit: str
    """How well the model in use expects it to fit; empty when it was ranked by words."""
    sure: int | None
    """How sure the model is of that, in percent."""
    status: str
    decline_reason: str
    decline_text: str
    decided_by: str
    decided_at: datetime | None
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None
    reasons: list[ReasonLine]
    reason_line: str
    matched: tuple[str, ...]
    may_decide: bool
    may_send: bool
    may_undo: bool

    @property
    def percent(self) -> int:
        """The score as a share of one hundred, for the bar."""
        return max(0, min(100, round(self.score * 100)))


def pair_rows(
    actor: Actor, found: Iterable[Recommendation], *, now: datetime, channel: Channel = "page"
) -> list[PairRow]:
    """Pairs from `queries`, in their order; a constant number of queries. Owners see that their
    detail was read where reasons are made of it."""
    pairs = list(found)
    log_reasons(actor=actor, pairs=pairs, channel=channel, now=now)
    reasons = reasons_for(pairs)
    coordinated = coordinated_among(actor, pairs)
    return [_pair_row(actor, pair, reasons[pair.pk], pair.pk in coordinated) for pair in pairs]


def _pair_row(
    actor: Actor,
    pair: Recommendation,
    reasons: Sequence[Reason],
    coordinated: bool,  # noqa: FBT001
) -> PairRow:
    demand, resource = read_post(pair.demand), read_post(pair.resource)
    open_ = pair.status == RecommendationStatus.PROPOSED
    live = demand.status == resource.status == "published"
    party = coordinated or bool(sides_of(actor, pair))
    sent = [at for at in (pair.demand_shown_at, pair.resource_shown_at) if at]
    whole = len(sent) == 2
    return PairRow(
        pk=pair.pk,
        public_id=pair.public_id,
        demand=demand,
        resource=resource,
        rank=pair.rank,
        resource_rank=pair.resource_rank,
        score=pair.score,
        fit="" if pair.level is None else str(FIT[pair.level]),
        sure=None if pair.confidence is None else round(100 * pair.confidence),
        status=pair.status,
        decline_reason=pair.get_decline_reason_display() if pair.decline_reason else "",
        decline_text=pair.decline_text,
        decided_by=pair.decided_by_name,
        decided_at=pair.decided_at,
        created_at=pair.created_at,
        updated_at=pair.updated_at,
        sent_at=max(sent) if whole else None,
        reasons=reason_lines(reasons),
        reason_line=reason_line(reasons),
        matched=matched_terms(reasons),
        may_decide=open_ and live and party,
        may_send=open_ and live and coordinated and not whole,
        may_undo=pair.status == RecommendationStatus.DECLINED and party,
    )


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A line of the project list with both posts redacted."""

    pk: int
    public_id: str
    title: str
    demand: PostReading
    resource: PostReading
    region: str
    chain: str
    status: str
    status_label: str
    note: str
    version: int
    opened_at: datetime
    opened_by: str
    updated_at: datetime
    reasons: list[ReasonLine]
    reason_line: str
    matched: tuple[str, ...]

    def __str__(self) -> str:
        return self.title


def project_rows(
    actor: Actor, found: Iterable[Project], *, now: datetime, channel: Channel = "page"
) -> list[ProjectRow]:
    """Projects from `queries`, in their order; a constant number of queries. Owners see that
    their detail was read where reasons are made of it."""
    projects = list(found)
    log_reasons(actor=actor, pairs=projects, channel=channel, now=now)
    reasons = reasons_for(projects)
    return [
        ProjectRow(
            pk=project.pk,
            public_id=project.public_id,
            title=project.title,
            demand=read_post(project.demand),
            resource=read_post(project.resource),
            region=project.region.name,
            chain=project.chain.name if project.chain else "",
            status=project.status,
            status_label=project.get_status_display(),
            note=project.status_note,
            version=project.version,
            opened_at=project.opened_at,
            opened_by=project.opened_by_name,
            updated_at=project.updated_at,
            reasons=reason_lines(reasons[project.pk]),
            reason_line=reason_line(reasons[project.pk]),
            matched=matched_terms(reasons[project.pk]),
        )
        for project in projects
    ]
