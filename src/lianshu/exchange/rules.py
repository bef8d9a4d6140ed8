"""Who may do what on the exchange, and why not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Matter, Verdict
from lianshu.exchange.models import (
    Demand,
    Post,
    PostStatus,
    Project,
    Recommendation,
    RecommendationStatus,
)
from lianshu.registry.covering import refused
from lianshu.registry.models import Organisation
from lianshu.registry.rules import holds_at


def coordinates(actor: Actor, row: Post | Recommendation | Project) -> bool:
    """Whether the chain office's grant covers the row's region and chain."""
    return holds_at(actor, Capability.COORDINATE, region_id=row.region_id, chain_id=row.chain_id)


def can_write(actor: Actor) -> Verdict:
    """A read-only API token writes nothing."""
    if actor.token_scopes is not None and "write" not in actor.token_scopes:
        return Verdict.no(_("这个接口令牌是只读的，请换用可写的令牌。"))
    return Verdict.yes()


def can_post_for(actor: Actor, owner: Organisation) -> Verdict:
    """Whether the actor may write posts in the name of `owner`."""
    if not can_write(actor).allowed:
        return can_write(actor)
    if actor.is_system or owner.pk in actor.acting_in(Matter.POSTS):
        return Verdict.yes()
    if holds_at(
        actor, Capability.COORDINATE, region_id=owner.region_id, chain_id=owner.chain_id
    ) or holds_at(actor, Capability.IMPORT, region_id=owner.region_id, chain_id=owner.chain_id):
        return Verdict.yes()
    return refused(
        actor,
        Matter.POSTS,
        [owner.pk],
        _("您不是“%(name)s”的经办人，也没有代为登记的授权。") % {"name": owner.name},
    )


def can_edit_post(actor: Actor, post: Post) -> Verdict:
    """The owner's people who may act, the chain office within its grant, and an importer within
    its own who wrote it down: having written it is no right of its own, it would outlast a
    membership and a mandate."""
    if not can_write(actor).allowed:
        return can_write(actor)
    if (
        actor.is_system
        or post.owner_id in actor.acting_in(Matter.POSTS)
        or coordinates(actor, post)
        or _wrote_down(actor, post)
    ):
        return Verdict.yes()
    return refused(
        actor,
        Matter.POSTS,
        [post.owner_id],
        _("只有发布单位的经办人或负责本区域、本产业链的链办可以修改“%(title)s”。")
        % {"title": post.title},
    )


def _wrote_down(actor: Actor, post: Post) -> bool:
    return (
        actor.user_id is not None
        and post.created_by_id == actor.user_id
        and holds_at(actor, Capability.IMPORT, region_id=post.region_id, chain_id=post.chain_id)
    )


def can_control_disclosure(actor: Actor, post: Post) -> Verdict:
    """Only the owner decides who may know more, or must never know."""
    if not can_write(actor).allowed:
        return can_write(actor)
    if actor.is_system or post.owner_id in actor.acting_in(Matter.POSTS):
        return Verdict.yes()
    return refused(
        actor, Matter.POSTS, [post.owner_id], _("只有发布单位自己可以决定向谁披露、对谁保密。")
    )


def can_publish_post(actor: Actor, post: Post) -> Verdict:
    """An editable draft, or one that expired or was withdrawn."""
    editable = can_edit_post(actor, post)
    if not editable.allowed:
        return editable
    if post.status == PostStatus.PUBLISHED:
        return Verdict.no(_("“%(title)s”已经发布。") % {"title": post.title})
    return Verdict.yes()


def can_renew_post(actor: Actor, post: Post) -> Verdict:
    """One that is or was published."""
    editable = can_edit_post(actor, post)
    if not editable.allowed:
        return editable
    if post.status not in {PostStatus.PUBLISHED, PostStatus.EXPIRED}:
        return Verdict.no(_("“%(title)s”还没有发布，请先发布。") % {"title": post.title})
    return Verdict.yes()


def can_withdraw_post(actor: Actor, post: Post) -> Verdict:
    """One that is published or expired."""
    editable = can_edit_post(actor, post)
    if not editable.allowed:
        return editable
    if post.status not in {PostStatus.PUBLISHED, PostStatus.EXPIRED}:
        return Verdict.no(_("“%(title)s”没有在发布中，不需要撤回。") % {"title": post.title})
    return Verdict.yes()


def can_match(actor: Actor, post: Post) -> Verdict:
    """Look for partners of a published post: its owner, and the chain office."""
    if not can_write(actor).allowed:
        return can_write(actor)
    if post.status != PostStatus.PUBLISHED:
        return Verdict.no(_("“%(title)s”不在发布中，发布后才能匹配。") % {"title": post.title})
    if post.owner_id in actor.acting_in(Matter.POSTS) or coordinates(actor, post):
        return Verdict.yes()
    return refused(
        actor, Matter.POSTS, [post.owner_id], _("只有发布单位或负责的链办可以为它匹配。")
    )


def can_send_recommendation(actor: Actor, recommendation: Recommendation) -> Verdict:
    """The chain office shows a proposal to both sides."""
    if not can_write(actor).allowed:
        return can_write(actor)
    if not coordinates(actor, recommendation):
        return Verdict.no(_("只有负责本区域、本产业链的链办可以推送推荐。"))
    pending = _is_pending(recommendation)
    if not pending.allowed:
        return pending
    if recommendation.demand_shown_at and recommendation.resource_shown_at:
        return Verdict.no(_("这条推荐已经推送给双方。"))
    return Verdict.yes()


def can_decide_recommendation(actor: Actor, recommendation: Recommendation) -> Verdict:
    """Accept or decline: the chain office, and a side to which the proposal was shown."""
    if not can_write(actor).allowed:
        return can_write(actor)
    pending = _is_pending(recommendation)
    if not pending.allowed:
        return pending
    if coordinates(actor, recommendation) or sides_of(actor, recommendation):
        return Verdict.yes()
    return _not_a_side(actor, recommendation, _("只有收到这条推荐的一方或负责的链办可以处理它。"))


def sides_of(actor: Actor, recommendation: Recommendation) -> tuple[str, ...]:
    """On which sides (`demand`, `resource`) the actor may answer a proposal shown to them."""
    acting = actor.acting_in(Matter.ANSWERS)
    sides = []
    if recommendation.demand_shown_at and recommendation.demand.owner_id in acting:
        sides.append("demand")
    if recommendation.resource_shown_at and recommendation.resource.owner_id in acting:
        sides.append("resource")
    return tuple(sides)


def _not_a_side(actor: Actor, recommendation: Recommendation, reason: str) -> Verdict:
    shown = (
        (recommendation.demand_shown_at, recommendation.demand.owner_id),
        (recommendation.resource_shown_at, recommendation.resource.owner_id),
    )
    owners = [owner for shown_at, owner in shown if shown_at]
    return refused(actor, Matter.ANSWERS, owners, reason)


def _is_pending(recommendation: Recommendation) -> Verdict:
    if recommendation.status != RecommendationStatus.PROPOSED:
        return Verdict.no(
            _("这条推荐已处理（%(status)s），不能再次处理。")
            % {"status": recommendation.get_status_display()}
        )
    statuses = {recommendation.demand.status, recommendation.resource.status}
    if statuses != {PostStatus.PUBLISHED}:
        return Verdict.no(_("需求或资源已不在发布中，请先续期再处理。"))
    return Verdict.yes()


def can_undo_decision(actor: Actor, recommendation: Recommendation) -> Verdict:
    """Take back a decline, by whoever may decide."""
    if not can_write(actor).allowed:
        return can_write(actor)
    if recommendation.status != RecommendationStatus.DECLINED:
        return Verdict.no(_("只有已谢绝的推荐可以撤销；已采纳的请在项目清单中处理。"))
    if coordinates(actor, recommendation) or sides_of(actor, recommendation):
        return Verdict.yes()
    return _not_a_side(actor, recommendation, _("只有收到这条推荐的一方或负责的链办可以撤销。"))


def can_update_project(actor: Actor, project: Project) -> Verdict:
    """Both parties and the chain office report progress."""
    if not can_write(actor).allowed:
        return can_write(actor)
    parties = {project.demand.owner_id, project.resource.owner_id}
    if parties & actor.acting_in(Matter.ANSWERS) or coordinates(actor, project):
        return Verdict.yes()
    return refused(
        actor, Matter.ANSWERS, parties, _("只有项目双方的经办人或负责的链办可以更新进度。")
    )


def can_refine(actor: Actor, demand: Post) -> Verdict:
    """Propose a clearer wording: the owner's people and the chain office that works on it."""
    editable = can_edit_post(actor, demand)
    if not editable.allowed:
        return Verdict.no(_("只有发布单位或负责的链办可以凝练这条需求。"))
    return editable


def can_read_refinements(actor: Actor, demand: Post) -> Verdict:
    """Those who may read the demand's record, and whoever may refine it."""
    return can_refine(actor, demand) if not _in_care(actor, demand) else Verdict.yes()


def _in_care(actor: Actor, post: Post) -> bool:
    mine = actor.reading_in(Matter.POSTS, Matter.ANSWERS)
    return actor.is_system or post.owner_id in mine or coordinates(actor, post)


def can_decide_refinement(actor: Actor, demand: Post) -> Verdict:
    """Only the owner takes over a wording of its demand."""
    if not can_write(actor).allowed:
        return can_write(actor)
    if actor.is_system or demand.owner_id in actor.acting_in(Matter.POSTS):
        return Verdict.yes()
    return refused(
        actor, Matter.POSTS, [demand.owner_id], _("只有发布单位自己可以决定采用哪种写法。")
    )


def can_judge(actor: Actor, demand: Post) -> Verdict:
    """Say how well candidates fit a demand: the owner's people and the chain office."""
    if not can_write(actor).allowed:
        return can_write(actor)
    if demand.owner_id in actor.acting_in(Matter.POSTS) or coordinates(actor, demand):
        return Verdict.yes()
    return refused(
        actor, Matter.POSTS, [demand.owner_id], _("只有发布单位或负责的链办可以判断它的候选资源。")
    )


def can_teach_ranker(actor: Actor) -> Verdict:
    """Start learning, and go back to an earlier model: the order is the same for everybody."""
    if not can_write(actor).allowed:
        return can_write(actor)
    if actor.is_system or actor.has(Capability.COORDINATE):
        return Verdict.yes()
    return Verdict.no(_("只有链办可以让排序重新学习或退回以前的模型。"))


def can_edit_lexicon(actor: Actor) -> Verdict:
    """Chain offices keep the words that matching and search know."""
    if not can_write(actor).allowed:
        return can_write(actor)
    if actor.has(Capability.COORDINATE):
        return Verdict.yes()
    return Verdict.no(_("只有链办可以维护同义词和整词。"))


def can_read_record(actor: Actor, post: Post) -> Verdict:
    """Audit, revisions and who read the detail: the owner, the chain office, auditors."""
    if (
        actor.is_system
        or post.owner_id in actor.reading_in(Matter.POSTS, Matter.ANSWERS)
        or coordinates(actor, post)
        or holds_at(actor, Capability.READ_AUDIT, region_id=post.region_id, chain_id=post.chain_id)
    ):
        return Verdict.yes()
    return Verdict.no(_("操作记录只向发布单位、负责的链办和审计人员开放。"))


def side_name(post: Post) -> str:
    """`demand` or `resource`."""
    return "demand" if isinstance(post, Demand) else "resource"
