"""The lists of the exchange: demands, resources, recommendations, projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

from lianshu.authority import Actor, Capability, Matter
from lianshu.exchange import bulk_actions
from lianshu.exchange.badges import pair_badge, post_badge, project_badge
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.imported import imported_filter
from lianshu.exchange.lexicon import search_posts
from lianshu.exchange.models import (
    DeclineReason,
    Demand,
    DemandKind,
    PostStatus,
    Project,
    ProjectStatus,
    Recommendation,
    RecommendationStatus,
    Resource,
    ResourceKind,
)
from lianshu.exchange.queries import (
    demands_for,
    projects_for,
    recommendations_for,
    resources_for,
)
from lianshu.exchange.querysets import recommended
from lianshu.exchange.reading import PostReading, read_post
from lianshu.exchange.rows import PairRow, ProjectRow, pair_rows, project_rows
from lianshu.exchange.services.confidentiality import log_readings
from lianshu.records.search import matches
from lianshu.registry.lists import chain_filter, organisation_filter, region_filter
from lianshu.ui.formats import day
from lianshu.ui.lists import (
    Action,
    Channel,
    ChoiceFilter,
    Column,
    DateFilter,
    ListSpec,
    MoneyFilter,
    Option,
    YesNoFilter,
)
from lianshu.ui.lists.filters import Filter, Text

IDENTITY = Q(level__gte=Disclosure.IDENTITY)
DETAIL = Q(level__gte=Disclosure.DETAIL)
# Sorted by the owner's name only where the reader may know it.
OWNER_KEY = Case(When(level__gte=Disclosure.IDENTITY, then=F("owner__name_key")))
OPEN_FIRST = Case(
    When(status=RecommendationStatus.PROPOSED, then=Value(0)),
    When(status=RecommendationStatus.ACCEPTED, then=Value(1)),
    default=Value(2),
)


def read_posts(
    actor: Actor, found: Iterable[Demand | Resource], channel: Channel
) -> list[PostReading]:
    """The posts as the actor may read them. A list shows no detail; a file holds it, so writing
    one is a reading that owners see."""
    posts = list(found)
    readings = [read_post(post) for post in posts]
    if channel == "export":
        opened = [
            post for post, reading in zip(posts, readings, strict=True) if reading.shows_detail
        ]
        log_readings(actor=actor, posts=opened, channel="export", now=timezone.now())
    return readings


def _own_options(actor: Actor) -> list[Option]:
    return [Option(str(m.organisation_id), m.organisation_name) for m in actor.memberships]


def _level_options(_actor: Actor) -> list[Option]:
    return [Option(str(n), _("%(n)s 级") % {"n": n}) for n in range(1, 10)]


def _post_filters(kinds: type[DemandKind] | type[ResourceKind]) -> tuple[Filter, ...]:
    model = Demand if kinds is DemandKind else Resource
    return (
        ChoiceFilter("kind", _("类型"), "kind", kinds, counts=True),
        ChoiceFilter("status", _("状态"), "status", PostStatus, counts=True),
        chain_filter(),
        region_filter(),
        organisation_filter("owner", _("单位"), guard=IDENTITY),
        ChoiceFilter("mine", _("我的单位"), "owner_id", _own_options, multiple=False),
        imported_filter("demands" if model is Demand else "resources"),
        ChoiceFilter("trl", _("技术成熟度"), "trl_level", _level_options),
        YesNoFilter("recommended", _("有推荐"), recommended(model), guard=DETAIL),
        DateFilter("published", _("发布日期"), "published_at"),
        DateFilter("expires", _("到期日期"), "expires_at"),
    )


def _owner_name(row: PostReading) -> str:
    return row.owner.name if row.owner else ""


def _post_columns(number: Text) -> tuple[Column[PostReading], ...]:
    return (
        Column("id", number, lambda row: row.public_id, shown=False),
        Column(
            "title",
            _("标题"),
            lambda row: row.title,
            sort="title_key",
            below=lambda row: row.summary[:60] + ("…" if len(row.summary) > 60 else ""),
        ),
        Column("kind", _("类型"), lambda row: row.kind_label, sort="kind"),
        Column("owner", _("单位"), _owner_name, sort=OWNER_KEY),
        Column("chain", _("产业链"), lambda row: row.chain and row.chain.name, sort="chain__code"),
        Column("region", _("区域"), lambda row: row.region.name, sort="region__code"),
        Column(
            "trl",
            _("技术成熟度"),
            lambda row: row.trl_level,
            kind="number",
            sort="trl_level",
            shown=False,
        ),
        Column(
            "status",
            _("状态"),
            lambda row: post_badge(row.status),
            sort="status",
            below=_expiry,
        ),
        Column(
            "published",
            _in("column", "发布"),
            lambda row: row.published_at,
            kind="day",
            sort="published_at",
            export_label=_("发布日期"),
        ),
        Column("expires", _("到期日期"), lambda row: row.expires_at, kind="day", shown=False),
        Column("summary", _("公开摘要"), lambda row: row.summary, shown=False),
        Column("contact_name", _("联系人"), lambda row: row.contact_name, shown=False),
        Column("contact", _("联系方式"), lambda row: row.contact, shown=False),
        Column("detail", _("详情"), lambda row: row.detail, shown=False),
    )


def _expiry(row: PostReading) -> str:
    if row.status != PostStatus.PUBLISHED or row.expires_at is None:
        return ""
    left = (row.expires_at - timezone.now()).days
    return _("%(days)d 天后到期") % {"days": max(left, 0)} if left <= 14 else ""


def _money_column(id: str, label: Any, value: Callable[[PostReading], Any]) -> Column[PostReading]:
    return Column(id, label, value, kind="money", shown=False)


def _may_post(actor: Actor) -> bool:
    return bool(actor.acting_in(Matter.POSTS)) or actor.has(Capability.COORDINATE)


def _post_actions(name: str, new: Any) -> Callable[[Actor], Sequence[Action]]:
    def actions(actor: Actor) -> Sequence[Action]:
        if not _may_post(actor):
            return ()
        return (
            Action(new, reverse(f"{name}-new")),
            Action(_("从表格导入"), reverse("imports:list"), "file-import"),
        )

    return actions


DEMANDS = ListSpec[Demand, PostReading](
    id="demands",
    title=_in("list", "需求"),
    intro=_("企业提出的技术、人才、资金等需求；详情只向对方允许的人显示。"),
    rows=demands_for,
    present=read_posts,
    search=search_posts,
    search_hint=_("标题、摘要、拼音首字母；您可阅读的详情"),
    filters=(
        *_post_filters(DemandKind),
        MoneyFilter("budget", _("预算"), "budget_min", "budget_max", guard=DETAIL),
        DateFilter("deadline", _("期望完成"), "deadline", moments=False),
    ),
    columns=(
        *_post_columns(_("需求编号")),
        Column("indicators", _("指标要求"), lambda row: row.indicators, shown=False),
        _money_column("budget_min", _("预算下限（元）"), lambda row: row.budget_min),
        _money_column("budget_max", _("预算上限（元）"), lambda row: row.budget_max),
        Column(
            "deadline",
            _("期望完成日期"),
            lambda row: row.deadline,
            kind="day",
            sort="deadline",
            shown=False,
        ),
    ),
    sort="-published",
    link=lambda row: reverse("demand", args=[row.public_id]),
    name=lambda row: row.title,
    bulk=bulk_actions.post_actions("demand"),
    actions=_post_actions("demand", _("提出需求")),
    empty=_("用一句话写下您需要什么，链办和成员单位就能看到并帮您找到合作方。"),
)

RESOURCES = ListSpec[Resource, PostReading](
    id="resources",
    title=_in("list", "资源"),
    intro=_("成员单位能提供的成果、专家、仪器、资金、场地和产能。"),
    rows=resources_for,
    present=read_posts,
    search=search_posts,
    search_hint=_("标题、摘要、拼音首字母；您可阅读的详情"),
    filters=_post_filters(ResourceKind),
    columns=_post_columns(_("资源编号")),
    sort="-published",
    link=lambda row: reverse("resource", args=[row.public_id]),
    name=lambda row: row.title,
    bulk=bulk_actions.post_actions("resource"),
    actions=_post_actions("resource", _("发布资源")),
    empty=_("把本单位的成果、专家、仪器或产品写下来，需要的企业就能找到您。"),
)


def _pairs_found(rows: QuerySet[Recommendation], words: str) -> QuerySet[Recommendation]:
    return rows.filter(
        matches("demand__search_summary", words) | matches("resource__search_summary", words)
    )


RECOMMENDATIONS = ListSpec[Recommendation, PairRow](
    id="recommendations",
    title=_("推荐"),
    intro=_("谁和谁可能合作、为什么、还缺什么。采纳后进入项目清单，谢绝请说明原因。"),
    rows=recommendations_for,
    present=lambda actor, pairs, channel: pair_rows(
        actor, pairs, now=timezone.now(), channel=channel
    ),
    search=_pairs_found,
    search_hint=_("需求或资源的标题、摘要"),
    filters=(
        ChoiceFilter("status", _("状态"), "status", RecommendationStatus, counts=True),
        ChoiceFilter("reason", _("谢绝原因"), "decline_reason", DeclineReason),
        chain_filter(),
        region_filter(),
        YesNoFilter(
            "sent",
            _("已推送"),
            Q(demand_shown_at__isnull=False, resource_shown_at__isnull=False),
        ),
        DateFilter("updated", _("更新日期"), "updated_at"),
    ),
    columns=(
        Column("id", _("推荐编号"), lambda row: row.public_id, shown=False),
        Column(
            "demand",
            _("需求"),
            lambda row: row.demand.title,
            sort="demand__title_key",
            below=lambda row: _owner_name(row.demand),
        ),
        Column(
            "resource",
            _("资源"),
            lambda row: row.resource.title,
            sort="resource__title_key",
            below=lambda row: _owner_name(row.resource) or row.resource.kind_label,
        ),
        Column("reasons", _("推荐理由"), lambda row: row.reason_line),
        Column("rank", _("名次"), lambda row: row.rank, kind="number", sort="rank"),
        Column(
            "score",
            _("得分"),
            lambda row: round(row.score, 4),
            kind="number",
            sort="score",
            shown=False,
        ),
        Column(
            "status",
            _("状态"),
            lambda row: pair_badge(row.status),
            sort=OPEN_FIRST,
            below=lambda row: (
                row.decline_reason
                or (
                    row.sent_at
                    and row.status == "proposed"
                    and _("已推送") + f" {day(row.sent_at)}"
                )
            ),
        ),
        Column("decline", _("谢绝原因"), lambda row: row.decline_reason, shown=False),
        Column("decline_text", _("谢绝说明"), lambda row: row.decline_text, shown=False),
        Column("sent", _("推送日期"), lambda row: row.sent_at, kind="day", shown=False),
        Column("updated", _("更新"), lambda row: row.updated_at, kind="day", sort="updated_at"),
    ),
    sort="status",
    then=("rank", "-score"),
    link=lambda row: reverse("recommendation", args=[row.public_id]),
    name=lambda row: f"{row.demand.title} ↔ {row.resource.title}",
    bulk=bulk_actions.PAIR_ACTIONS,
    empty=_("打开一条已发布的需求或资源，点“寻找合作方”，推荐就会出现在这里。"),
)

PROJECTS = ListSpec[Project, ProjectRow](
    id="projects",
    title=_("项目清单"),
    intro=_("已被采纳的推荐和它们的进展。"),
    rows=projects_for,
    present=lambda actor, projects, channel: project_rows(
        actor, projects, now=timezone.now(), channel=channel
    ),
    search=lambda rows, words: rows.filter(
        matches("demand__search_summary", words) | matches("resource__search_summary", words)
    ),
    search_hint=_("项目、需求或资源的标题"),
    filters=(
        ChoiceFilter("status", _("进度"), "status", ProjectStatus, counts=True),
        chain_filter(),
        region_filter(),
        DateFilter("opened", _("立项日期"), "opened_at"),
    ),
    columns=(
        Column("id", _("项目编号"), lambda row: row.public_id, shown=False),
        Column(
            "title",
            _("项目"),
            lambda row: row.title,
            sort="demand__title_key",
            below=lambda row: row.resource.title,
            export_label=_("项目名称"),
        ),
        Column("demand_owner", _("需求单位"), lambda row: _owner_name(row.demand)),
        Column("resource", _("资源"), lambda row: row.resource.title, shown=False),
        Column("resource_owner", _("资源单位"), lambda row: _owner_name(row.resource)),
        Column("chain", _("产业链"), lambda row: row.chain, sort="chain__code"),
        Column("region", _("区域"), lambda row: row.region, sort="region__code"),
        Column(
            "status",
            _("进度"),
            lambda row: project_badge(row.status),
            sort="status",
            below=lambda row: row.note,
        ),
        Column("note", _("进度说明"), lambda row: row.note, shown=False),
        Column("reasons", _("推荐理由"), lambda row: row.reason_line, shown=False),
        Column(
            "opened",
            _("立项"),
            lambda row: row.opened_at,
            kind="day",
            sort="opened_at",
            export_label=_("立项日期"),
        ),
        Column("opened_by", _("立项人"), lambda row: row.opened_by, shown=False),
        Column("updated", _("更新日期"), lambda row: row.updated_at, kind="day", shown=False),
    ),
    sort="-opened",
    link=lambda row: reverse("project", args=[row.public_id]),
    name=lambda row: row.title,
    empty=_("采纳一条推荐后，项目会出现在这里。"),
)
