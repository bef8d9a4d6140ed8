"""What a mandate covers, in words: a rule that refuses an agent says so and who could widen it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianshu.authority import Actor, Matter, Verdict

MATTER_NAMES: dict[Matter, str | Promise] = {
    Matter.POSTS: gettext_lazy("需求与资源"),
    Matter.ANSWERS: gettext_lazy("答复推荐与项目"),
    Matter.RECORDS: gettext_lazy("单位资料与数据"),
}


def matters_in_words(matters: Iterable[Matter]) -> str:
    """Their names, in the order they have everywhere."""
    covered = set(matters)
    return _("、").join(str(name) for each, name in MATTER_NAMES.items() if each in covered)


def refused(
    actor: Actor, matter: Matter, organisation_ids: Iterable[int | None], reason: str
) -> Verdict:
    """No, because of `reason`; or, when the actor acts for one of the organisations under a
    mandate that leaves the matter out, because of that."""
    behalf = actor.behalf
    if (
        behalf is not None
        and not actor.covers(matter)
        and actor.acting_organisation_ids.intersection(organisation_ids)
    ):
        return Verdict.no(
            _(
                "“%(name)s”委托您办理的是：%(covered)s，不包括%(matter)s。"
                "如需办理，请它的负责人或链办重新登记委托。"
            )
            % {
                "name": behalf.principal,
                "covered": matters_in_words(behalf.matters),
                "matter": MATTER_NAMES[matter],
            }
        )
    return Verdict.no(reason)
