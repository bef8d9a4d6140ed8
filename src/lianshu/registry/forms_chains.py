"""Forms of chains, groups, pairings and liaisons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.registry.finding import OrganisationFinder
from lianshu.registry.models import (
    AffiliationRole,
    Chain,
    ChainRole,
    ChainTier,
    Liaison,
    LiaisonKind,
    Organisation,
    Region,
    Segment,
    Stream,
)
from lianshu.registry.queries import all_chains, all_regions
from lianshu.registry.queries.chains import segments_of

MOST_NAMED = 50


class NameInput(forms.TextInput):
    """A text in which names of the register are offered as one types."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        given = dict(attrs or {})
        names = f"{given.get('id', name)}-names"
        given |= {
            "list": names,
            "autocomplete": "off",
            "placeholder": _now("输入名称或拼音首字母"),
            "hx-get": reverse("organisation-names"),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": f"#{names}",
            "hx-swap": "innerHTML",
        }
        shown = super().render(name, value, given, renderer)
        return format_html('{}<datalist id="{}"></datalist>', shown, names)


class OrganisationField(forms.CharField):
    """One organisation by its full name, short name or credit code; `finder` is set by the form."""

    widget = NameInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.finder: OrganisationFinder | None = None

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        assert self.finder is not None
        found = self.finder.find(text)
        if isinstance(found, Organisation):
            return found
        raise ValidationError(_now("“%(name)s”%(why)s") % {"name": text, "why": found})


class OrganisationsField(forms.CharField):
    """Several organisations, one on a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 5}), max_length=10_000, **kwargs)
        self.finder: OrganisationFinder | None = None

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_NAMED:
            raise ValidationError(_now("一次最多写 %(most)d 家单位。") % {"most": MOST_NAMED})
        assert self.finder is not None
        found = [(line, self.finder.find(line)) for line in lines]
        wrong = [f"“{line}”{each}" for line, each in found if isinstance(each, str)]
        if wrong:
            raise ValidationError(wrong)
        return [each for _line, each in found]


def _first_day() -> forms.DateField:
    """Since when something holds, today to begin with; empty when nobody knows."""
    return forms.DateField(
        label=_("起日"),
        required=False,
        help_text=_("不清楚可以留空。"),
        initial=timezone.localdate,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


class RelationForm(forms.Form):
    """A form that names organisations, places and chains."""

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            finder = OrganisationFinder(actor)
            for field in self.fields.values():
                if isinstance(field, OrganisationField | OrganisationsField):
                    field.finder = finder

    def offer(self, name: str, options: Iterable[tuple[str, Any]]) -> None:
        """The choices of a field."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(options)

    def offer_places(self) -> None:
        """Regions and chains by their public id, for the fields `region` and `chain`."""
        self._regions = {each.public_id: each for each in all_regions()}
        self._chains = {each.public_id: each for each in all_chains()}
        self.offer(
            "region", [("", _("与单位相同")), *((k, r.name) for k, r in self._regions.items())]
        )
        self.offer(
            "chain", [("", _("不限产业链")), *((k, c.name) for k, c in self._chains.items())]
        )

    def chosen_region(self) -> Region | None:
        """The chosen place, if any."""
        return self._regions.get(self.cleaned_data["region"])

    def chosen_chain(self) -> Chain | None:
        """The chosen chain, if any."""
        return self._chains.get(self.cleaned_data["chain"])


class ChainForm(RelationForm):
    """What can be changed of a chain."""

    name = forms.CharField(label=_("名称"), max_length=100)
    name_en = forms.CharField(label=_("英文名称"), max_length=100, required=False)
    tier = forms.ChoiceField(
        label=_("层级"), required=False, choices=[("", _("尚未确定")), *ChainTier.choices]
    )
    office = OrganisationField(
        label=_("链办"), required=False, help_text=_("牵头这条链的链办或政府部门。")
    )
    chief = forms.CharField(label=_("链长"), max_length=60, required=False)
    chief_title = forms.CharField(label=_("链长职务"), max_length=100, required=False)
    introduction = forms.CharField(
        label=_("简介"), required=False, max_length=4000, widget=forms.Textarea({"rows": 5})
    )

    @staticmethod
    def values_of(chain: Chain) -> dict[str, Any]:
        """What the form begins with."""
        values = {
            name: getattr(chain, name)
            for name in ("name", "name_en", "tier", "chief", "chief_title", "introduction")
        }
        return {**values, "office": "" if chain.office is None else chain.office.name}


class NewChainForm(ChainForm):
    """What a new chain needs besides."""

    field_order = ("code", "name")
    code = forms.SlugField(
        label=_("代码"),
        max_length=32,
        help_text=_("字母、数字和短横线，出现在网址里，例如 magnet。"),
    )


class SegmentForm(RelationForm):
    """A segment of one chain."""

    name = forms.CharField(label=_("环节名称"), max_length=100)
    parent = forms.ChoiceField(label=_("上级环节"), required=False)
    stream = forms.ChoiceField(
        label=_("位置"),
        required=False,
        choices=Stream.choices,
        help_text=_("有上级环节的，与上级相同。"),
    )
    position = forms.IntegerField(
        label=_("次序"), required=False, min_value=0, max_value=32_000, help_text=_("小的在前。")
    )

    def __init__(
        self, actor: Actor, chain: Chain, *args: Any, segment: Segment | None = None, **kwargs: Any
    ) -> None:
        if segment is not None:
            kwargs["initial"] = {
                "name": segment.name,
                "parent": segment.parent.public_id if segment.parent else "",
                "stream": segment.stream,
                "position": segment.position,
            }
        super().__init__(actor, *args, **kwargs)
        self._segments = {each.public_id: each for each in segments_of(chain)}
        if segment is None:
            del self.fields["position"]
        others = [(k, s.name) for k, s in self._segments.items() if s != segment]
        self.offer("parent", [("", _("没有（最上一层）")), *others])

    def changes(self) -> dict[str, Any]:
        """What services take."""
        data = dict(self.cleaned_data)
        data["parent"] = self._segments.get(data["parent"])
        if data.get("position", 0) is None:
            del data["position"]
        return data


class ChainMemberForm(RelationForm):
    """An organisation in a chain."""

    organisation = OrganisationField(label=_("单位"))
    role = forms.ChoiceField(label=_("角色"), choices=ChainRole.choices, initial=ChainRole.MEMBER)
    segment = forms.ChoiceField(label=_("环节"), required=False)
    valid_from = _first_day()

    def __init__(self, actor: Actor, chain: Chain, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        self._segments = {each.public_id: each for each in segments_of(chain)}
        labels = [
            (key, each.name if each.parent is None else f"{each.parent.name} · {each.name}")
            for key, each in self._segments.items()
        ]
        self.offer("segment", [("", _("整条链")), *labels])

    def chosen_segment(self) -> Segment | None:
        """The chosen segment, if any."""
        return self._segments.get(self.cleaned_data["segment"])


class AffiliationForm(RelationForm):
    """An organisation in a group."""

    organisation = OrganisationField(label=_("单位"))
    role = forms.ChoiceField(
        label=_("角色"), choices=AffiliationRole.choices, initial=AffiliationRole.MEMBER
    )
    valid_from = _first_day()


class PairingForm(RelationForm):
    """A pairing 1 + N."""

    topic = forms.CharField(
        label=_("共建内容"), max_length=200, help_text=_("一起做什么，例如“高端磁钢联合攻关”。")
    )
    lead = OrganisationField(label=_("牵头单位（1）"))
    members = OrganisationsField(
        label=_("结对单位（N）"), help_text=_("每行一家，写全称、简称或统一社会信用代码。")
    )
    chain = forms.ChoiceField(label=_("产业链"), required=False)
    region = forms.ChoiceField(label=_("区域"), required=False)
    valid_from = _first_day()

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        self.offer_places()


class JoinForm(RelationForm):
    """One more organisation, since a day: of a pairing, or of those a liaison serves."""

    organisation = OrganisationField(label=_("单位"))
    valid_from = _first_day()


class LiaisonForm(RelationForm):
    """A person who serves firms."""

    kind = forms.ChoiceField(label=_("类别"), choices=LiaisonKind.choices)
    name = forms.CharField(label=_("姓名"), max_length=60)
    phone = forms.CharField(
        label=_("电话"), max_length=32, required=False, help_text=_("被服务的单位看得到。")
    )
    organisation = OrganisationField(label=_("派出单位"))
    region = forms.ChoiceField(label=_("服务区域"), required=False)
    chain = forms.ChoiceField(label=_("产业链"), required=False)
    valid_from = _first_day()

    def __init__(
        self, actor: Actor, *args: Any, liaison: Liaison | None = None, **kwargs: Any
    ) -> None:
        if liaison is not None:
            kwargs["initial"] = {
                "name": liaison.name,
                "phone": liaison.phone,
                "organisation": liaison.organisation.name,
                "region": liaison.region.public_id,
                "chain": liaison.chain.public_id if liaison.chain else "",
            }
        super().__init__(actor, *args, **kwargs)
        self.offer_places()
        if liaison is not None:
            del self.fields["kind"], self.fields["valid_from"]
