"""Forms about who an organisation is: names, numbers, links, place, merging and splitting."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.registry.forms_chains import OrganisationField, OrganisationsField, RelationForm
from lianshu.registry.models import (
    IdentifierKind,
    LinkKind,
    NameKind,
    Organisation,
    SuccessionKind,
)
from lianshu.registry.queries import all_chains, all_regions


def _day(label: Any, help_text: Any = "", *, today: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=today,
        help_text=help_text,
        initial=timezone.localdate if today else None,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )


class NameForm(forms.Form):
    """Another name."""

    kind = forms.ChoiceField(label=_("种类"), choices=NameKind.choices)
    value = forms.CharField(label=_("名称"), max_length=200)
    valid_from = _day(_("起日"), _("不清楚可以留空。"))
    valid_to = _day(_("止日"), _("曾用名用到哪一天；不清楚可以留空。"))
    source = forms.CharField(
        label=_("依据"),
        max_length=100,
        required=False,
        help_text=_("例如：营业执照变更登记、年报。"),
    )


class NumberForm(forms.Form):
    """Another number."""

    kind = forms.ChoiceField(label=_("种类"), choices=IdentifierKind.choices)
    value = forms.CharField(
        label=_("号码"),
        max_length=80,
        help_text=_("空格、横线和全角字符会自动去掉或改正。新的信用代码会使现用的同时停用。"),
    )
    valid_from = _day(_("起日"), _("不清楚可以留空。"))
    valid_to = _day(_("停用日期"), _("只在登记已不再使用的号码时填写。"))
    override_reason = forms.CharField(
        label=_("校验不通过仍采用的理由"),
        max_length=200,
        required=False,
        help_text=_("一般不填。个别真实代码通不过校验，核对证照后在此说明。"),
    )


class LinkForm(RelationForm):
    """Somebody who has power over the organisation."""

    holder = OrganisationField(label=_("对方单位"), help_text=_("管着本单位、或持有本单位股份的。"))
    kind = forms.ChoiceField(
        label=_("对方是本单位的"), choices=[("", _("请选择")), *LinkKind.choices]
    )
    share = forms.DecimalField(
        label=_("持股比例（%）"),
        required=False,
        help_text=_("大于 0、不超过 100；不知道的留空，不要填 0。"),
    )
    valid_from = _day(_("起日"), _("不清楚可以留空。"))
    source = forms.CharField(label=_("依据"), max_length=100, required=False)


class PlaceForm(RelationForm):
    """Where the organisation belongs."""

    region = forms.ChoiceField(label=_("区域"))
    chain = forms.ChoiceField(label=_("产业链"), required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        self._regions = {each.public_id: each for each in all_regions()}
        self._chains = {each.public_id: each for each in all_chains()}
        self.offer("region", [(k, region.name) for k, region in self._regions.items()])
        self.offer(
            "chain", [("", _("暂不归入")), *((k, chain.name) for k, chain in self._chains.items())]
        )

    @staticmethod
    def values_of(organisation: Organisation) -> dict[str, str]:
        """What the form begins with."""
        chain = organisation.chain
        return {
            "region": organisation.region.public_id,
            "chain": "" if chain is None else chain.public_id,
        }


class MergeForm(RelationForm):
    """Into which organisation another one goes, and why."""

    successor = OrganisationField(label=_("并入哪一家"), help_text=_("合并后保留的单位。"))
    kind = forms.ChoiceField(
        label=_("为什么"),
        choices=[
            ("", _("请选择")),
            (SuccessionKind.DUPLICATE, _("重复登记：本来就是同一家，登记了两次")),
            (SuccessionKind.ABSORBED, _("吸收合并：两家单位合并，这一家注销")),
        ],
    )
    on = _day(_("日期"), _("吸收合并填注销或合并生效的日期。"), today=True)
    reason = forms.CharField(
        label=_("原因"), max_length=300, help_text=_("例如：两份名单写法不同；合并公告文号。")
    )


class SplitForm(RelationForm):
    """What an organisation was split into."""

    successors = OrganisationsField(
        label=_("分立出的单位"), help_text=_("每行一家，写全称、简称或信用代码；请先登记这些单位。")
    )
    on = _day(_("日期"), today=True)
    predecessor_ends = forms.BooleanField(label=_("原单位随之终止（解散分立）"), required=False)
    reason = forms.CharField(
        label=_("原因"), max_length=300, help_text=_("例如：派生分立，公告日期。")
    )
