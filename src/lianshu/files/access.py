"""Who may read a file is asked of the app that owns the object it belongs to.

    access.register("exchange.demand", can_read_attachment)

in that app's module `file_access`, which Django's start imports.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Verdict

Rule = Callable[[Actor, int], Verdict]
"""`(actor, object_id) -> Verdict`; a reason names what the reader could change."""
RuleOfOne = Callable[[Actor, int, str], Verdict]
"""The same with the public id of the file: where a reader gets some files of an object."""

_rules: dict[str, Rule] = {}
_rules_of_one: dict[str, RuleOfOne] = {}


def register(object_type: str, rule: Rule, *, of_one: RuleOfOne | None = None) -> None:
    """Let `rule` decide about files of `object_type` (`Model._meta.label_lower`), and `of_one`
    about a single file that it refuses."""
    if object_type in _rules and _rules[object_type] is not rule:
        raise ValueError(f"two access rules for files of {object_type!r}")
    _rules[object_type] = rule
    if of_one is not None:
        _rules_of_one[object_type] = of_one


def can_read_file(actor: Actor, object_type: str, object_id: int, public_id: str = "") -> Verdict:
    """The owner app's verdict, about one file where `public_id` names it; without a rule nobody
    may read."""
    if not actor.is_known:
        return Verdict.no(_("请先登录。"))
    rule = _rules.get(object_type)
    if rule is None:
        return Verdict.no(_("这份文件所属的内容不提供下载。"))
    verdict = rule(actor, object_id)
    of_one = _rules_of_one.get(object_type)
    if verdict.allowed or of_one is None or not public_id:
        return verdict
    return of_one(actor, object_id, public_id)
