"""The one place where the contents of a post are checked, whoever writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from lianshu.exchange.facets import clean_facets
from lianshu.exchange.models import Demand, DemandKind, Post, Resource, ResourceKind
from lianshu.exchange.models.posts import TITLE_LENGTH
from lianshu.records.errors import DomainError

TRL_LEAST, TRL_MOST = 1, 9
COMMON_FIELDS = (
    "title",
    "summary",
    "kind",
    "region",
    "chain",
    "partner_region",
    "contact_name",
    "contact",
    "detail",
    "trl_level",
)
FIELDS: dict[type[Post], tuple[str, ...]] = {
    Demand: (*COMMON_FIELDS, "indicators", "budget_min", "budget_max", "deadline"),
    Resource: (*COMMON_FIELDS, "facets"),
}
TEXT_LENGTHS = {
    "title": TITLE_LENGTH,
    "summary": 20_000,
    "contact_name": 60,
    "contact": 200,
    "detail": 100_000,
    "indicators": 20_000,
}
KINDS: dict[type[Post], type[DemandKind] | type[ResourceKind]] = {
    Demand: DemandKind,
    Resource: ResourceKind,
}
KIND_VALUES = {model: frozenset(kinds.values) for model, kinds in KINDS.items()}


def clean_values(model: type[Post], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values to store, checked one by one; `DomainError` names the first field that is wrong.

    Texts are stripped; money is fen; `region` and `chain` are rows. Fields the model does not have
    are refused rather than dropped.
    """
    unknown = set(values) - set(FIELDS[model])
    if unknown:
        raise DomainError(
            _("这些内容不能在此填写：%(names)s。") % {"names": "、".join(sorted(unknown))}
        )
    cleaned = {key: _clean_value(key, value) for key, value in values.items()}
    kinds = KINDS[model]
    if "kind" in cleaned and cleaned["kind"] not in KIND_VALUES[model]:
        raise DomainError(
            _("不认识的类型“%(kind)s”，可选：%(choices)s。")
            % {"kind": cleaned["kind"], "choices": "、".join(str(c) for c in kinds.labels)},
            field="kind",
        )
    return cleaned


def _clean_value(key: str, value: Any) -> Any:
    if key in TEXT_LENGTHS:
        text = str(value or "").strip().replace("\x00", "")
        if len(text) > TEXT_LENGTHS[key]:
            raise DomainError(
                _("内容有 %(count)d 个字，超过 %(most)d 字的上限，请缩短或放进附件。")
                % {"count": len(text), "most": TEXT_LENGTHS[key]},
                field=key,
            )
        return text
    if key == "trl_level" and value is not None and not TRL_LEAST <= value <= TRL_MOST:
        raise DomainError(
            _("技术成熟度应在 %(least)d 到 %(most)d 级之间。")
            % {"least": TRL_LEAST, "most": TRL_MOST},
            field=key,
        )
    if key in {"budget_min", "budget_max"} and value is not None and value < 0:
        raise DomainError(_("预算不能小于零。"), field=key)
    return value


def check_whole(post: Post) -> None:
    """Conditions over several fields, on a post about to be saved."""
    if not post.title:
        raise DomainError(_("请用一句话写下标题。"), field="title")
    if isinstance(post, Demand):
        low, high = post.budget_min, post.budget_max
        if low is not None and high is not None and low > high:
            raise DomainError(_("预算下限高于上限，请核对。"), field="budget_min")
    if isinstance(post, Resource):
        post.facets = clean_facets(post.kind, post.facets)


def check_ready_to_publish(post: Post) -> None:
    """What a reader needs to act: one sentence and a way to reach the asker."""
    check_whole(post)
    if not post.contact:
        raise DomainError(
            _("请填写联系方式后再发布：电话、邮箱或微信都可以，只向您允许的单位显示。"),
            field="contact",
        )
