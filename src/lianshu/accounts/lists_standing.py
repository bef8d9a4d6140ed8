"""Mandates, and what was done under them and by substitutes, as lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianshu.accounts.models import Mandate
from lianshu.accounts.queries_standing import acts_for, mandates_for
from lianshu.audit.links import pages_of
from lianshu.audit.models import AuditEntry
from lianshu.authority import Actor
from lianshu.registry.covering import matters_in_words
from lianshu.registry.lists import organisation_filter
from lianshu.ui.badges import Badge
from lianshu.ui.lists import ChoiceFilter, Column, DateFilter, ListSpec, Option, YesNoFilter
from lianshu.ui.lists.spec import Channel
from lianshu.ui.wording import action_label

OPTIONS_MOST = 200


def mandate_page(mandate: Mandate) -> str:
    """Where a mandate is shown."""
    return reverse("mandate", args=[mandate.public_id])


def mandate_badge(mandate: Mandate) -> Badge:
    """Where a mandate stands now."""
    now = timezone.now()
    if mandate.revoked_at is not None:
        return Badge(_("已撤销"), "bad")
    if not mandate.is_open(now):
        return Badge(_("已到期"))
    if not mandate.holds(now):
        return Badge(_("未开始"), "info")
    return Badge(_("有效"), "good")


def _holding() -> Q:
    now = timezone.now()
    return Q(valid_from__lte=now, valid_to__gt=now, revoked_at__isnull=True)


def _organisation_page(row: Mandate) -> str:
    return reverse("organisation", args=[row.organisation.public_id])


MANDATES = ListSpec[Mandate, Mandate](
    id="mandates",
    title=_("委托"),
    intro=_("谁受谁委托代为办理、办什么、到什么时候。单位可以随时撤销。"),
    rows=mandates_for,
    search=lambda rows, words: rows.filter(
        Q(agent__name__icontains=words) | Q(organisation__name__icontains=words)
    ),
    search_hint=_("受托人或单位"),
    filters=(
        YesNoFilter("holding", _("现在有效"), _holding),
        organisation_filter("organisation", _("委托单位"), id="organisation"),
        DateFilter("to", _("到期日"), "valid_to"),
    ),
    columns=(
        Column("agent", _("受托人"), lambda row: row.agent.name, sort="agent__name"),
        Column(
            "organisation",
            _("委托单位"),
            lambda row: row.organisation.name,
            sort="organisation__name_key",
            link=_organisation_page,
        ),
        Column("matters", _("委托事项"), lambda row: matters_in_words(row.matters)),
        Column("from", _("开始"), lambda row: row.valid_from, kind="day", sort="valid_from"),
        Column("to", _("结束"), lambda row: row.last_day, kind="day", sort="valid_to"),
        Column("state", _("状态"), mandate_badge, export=lambda row: str(mandate_badge(row))),
        Column("note", _("委托事由"), lambda row: row.note, shown=False),
    ),
    sort="-from",
    link=mandate_page,
    name=lambda row: row.agent.name,
    empty=_("没有委托。单位负责人可以在单位页面的“委托”里登记。"),
)


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act with the page of its object, or of the mandate it was done under."""

    entry: AuditEntry
    address: str


def act_rows(actor: Actor, entries: Sequence[AuditEntry], _channel: Channel) -> list[ActRow]:
    """The acts, each with where to look; a constant number of queries."""
    entries = list(entries)
    pages = pages_of(actor, entries)
    keys = {each.standing.partition(":")[2] for each in entries if "mandate" in each.standing}
    mandates = {
        f"mandate:{each.pk}": mandate_page(each)
        for each in mandates_for(actor).filter(pk__in=[int(key) for key in keys])
    }
    elsewhere = reverse("substitutes")
    return [
        ActRow(
            each,
            pages.get((each.object_type, each.object_id)) or mandates.get(each.standing, elsewhere),
        )
        for each in entries
    ]


def _standing_options(actor: Actor) -> list[Option]:
    return [
        Option(
            f"mandate:{row.pk}",
            gettext("%(name)s 代 %(principal)s")
            % {"name": row.agent.name, "principal": row.organisation.name},
        )
        for row in mandates_for(actor)[:OPTIONS_MOST]
    ]


def _acts(actor: Actor) -> QuerySet[AuditEntry]:
    return acts_for(actor)


ACTS = ListSpec[AuditEntry, ActRow](
    id="acts",
    title=_("代办记录"),
    intro=_("受托人和代班同事代为办理的每一件事：谁、什么时候、办了什么。"),
    rows=_acts,
    search=lambda rows, words: rows.filter(
        Q(actor_name__icontains=words)
        | Q(behalf__icontains=words)
        | Q(object_label__icontains=words)
    ),
    search_hint=_("经办人、单位或内容"),
    filters=(
        ChoiceFilter("standing", _("委托"), "standing", _standing_options),
        DateFilter("at", _("时间"), "at"),
    ),
    columns=(
        Column("object", _("对象"), lambda row: row.entry.object_label),
        Column("action", _("办理"), lambda row: action_label(row.entry.action)),
        Column("who", _("经办人"), lambda row: row.entry.actor_name, sort="actor_name"),
        Column("behalf", _("代谁办理"), lambda row: row.entry.behalf, sort="behalf"),
        Column("at", _("时间"), lambda row: row.entry.at, kind="moment", sort="at"),
    ),
    sort="-at",
    then=("-pk",),
    link=lambda row: row.address,
    present=act_rows,
    key_field="pk",
    key=lambda row: str(row.entry.pk),
    name=lambda row: row.entry.object_label,
    empty=_("还没有代办的记录。"),
)
