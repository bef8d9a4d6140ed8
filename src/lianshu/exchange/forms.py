"""Forms of the exchange. They read and write what people type; services check what it means."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.facets import FACETS, Facet
from lianshu.exchange.models import (
    DeclineReason,
    Demand,
    DemandKind,
    ProjectStatus,
    Resource,
    ResourceKind,
)
from lianshu.exchange.sides import Side
from lianshu.registry.finding import OrganisationFinder
from lianshu.registry.models import Chain, Organisation, Region
from lianshu.registry.queries import all_chains, all_regions

FEN_PER_WAN = 1_000_000
FEN_PER_YUAN = 100
TRL_CHOICES = [
    ("", _("不填写")),
    (1, _("1 级：发现基本原理")),
    (2, _("2 级：形成技术方案")),
    (3, _("3 级：关键功能得到验证")),
    (4, _("4 级：实验室样品")),
    (5, _("5 级：模拟环境中验证")),
    (6, _("6 级：中试样机")),
    (7, _("7 级：使用环境中演示")),
    (8, _("8 级：产品定型")),
    (9, _("9 级：批量应用")),
]


class MoneyInput(forms.DecimalField):
    """An amount people type in 万元 or 元; the cleaned value is whole fen."""

    def __init__(self, *, fen_per_unit: int, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_digits=16, decimal_places=4, required=False, **kwargs)
        self.fen_per_unit = fen_per_unit

    def clean(self, value: Any) -> int | None:
        typed = str(value).replace(",", "").replace("，", "") if value else value
        amount: Decimal | None = super().clean(typed)
        return None if amount is None else int(amount * self.fen_per_unit)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return f"{(Decimal(value) / self.fen_per_unit).normalize():f}"
        return value


class PostForm(forms.Form):
    """What demands and resources share; see `form_class` for the rest.

    `owner` is asked for a new post only: a choice for a member, a name for whoever registers on
    behalf of others.
    """

    title = forms.CharField(label=_("一句话标题"), max_length=200)
    kind = forms.ChoiceField(label=_("类型"))
    owner = forms.CharField(label=_("单位"), required=False)
    contact_name = forms.CharField(label=_("联系人"), max_length=60, required=False)
    contact = forms.CharField(
        label=_("联系方式"),
        max_length=200,
        required=False,
        help_text=_("电话、邮箱或微信。发布前必须填写，只向您允许的单位显示。"),
    )
    summary = forms.CharField(
        label=_("公开摘要"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("所有登录用户可见。写清楚领域和目标，不写秘密。"),
    )
    detail = forms.CharField(
        label=_("详情"),
        required=False,
        widget=forms.Textarea({"rows": 7}),
        help_text=_("只向您允许的单位和负责的链办显示，谁看过您都能看到。"),
    )
    trl_level = forms.TypedChoiceField(
        label=_("技术成熟度"),
        choices=TRL_CHOICES,
        coerce=int,
        empty_value=None,
        required=False,
    )
    region = forms.ChoiceField(label=_("区域"), required=False)
    chain = forms.ChoiceField(label=_("产业链"), required=False)
    partner_region = forms.ChoiceField(
        label=_("只与此区域合作"),
        required=False,
        help_text=_("填了以后，其他区域的单位不会被推荐。"),
    )

    side: Side

    def __init__(self, *args: Any, actor: Actor, post: Demand | Resource | None, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.actor = actor
        self.post = post
        self._regions = {region.public_id: region for region in all_regions()}
        self._chains = {chain.public_id: chain for chain in all_chains()}
        self._choose("region", [("", _("与单位相同")), *_named(self._regions)])
        self._choose("partner_region", [("", _("不限")), *_named(self._regions)])
        unnamed = _("与单位相同") if post is None else _("不归入产业链")
        self._choose("chain", [("", unnamed), *_named(self._chains)])
        self.fields["title"].widget.attrs["placeholder"] = self.side.title_hint
        if post is not None:
            del self.fields["owner"]
        elif actor.acting_organisation_ids:
            options = [(m.organisation_name, m.organisation_name) for m in actor.memberships]
            self.fields["owner"].widget.attrs["list"] = "owner-names"
            self.initial.setdefault("owner", options[0][0])

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_owner(self) -> Organisation | None:
        """The organisation by its full or short name or credit code."""
        text = self.cleaned_data["owner"].strip()
        if not text:
            raise forms.ValidationError(_now("请填写单位。"))
        found = OrganisationFinder(self.actor).find(text)
        if isinstance(found, str):
            raise forms.ValidationError(_now("“%(name)s”%(why)s") % {"name": text, "why": found})
        return found

    def values(self) -> dict[str, Any]:
        """What the service takes: rows for region and chain, fen for money."""
        values = {k: v for k, v in self.cleaned_data.items() if k != "owner"}
        region: Region | None = self._regions.get(values.pop("region"))
        chain: Chain | None = self._chains.get(values.pop("chain"))
        values["partner_region"] = self._regions.get(values.pop("partner_region"))
        if region is not None:
            values["region"] = region
        if chain is not None or self.post is not None:
            values["chain"] = chain
        return values

    def detail_fields(self) -> Iterator[BoundField]:
        """The fields of the detail level, `detail` first."""
        yield self["detail"]


def _named(rows: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key, row.name) for key, row in rows.items()]


class DemandForm(PostForm):
    """What an enterprise needs."""

    indicators = forms.CharField(
        label=_("指标要求"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("可以检验的指标，一行一个。写得越具体，匹配越准。"),
    )
    budget_min = MoneyInput(label=_("预算下限（万元）"), fen_per_unit=FEN_PER_WAN)
    budget_max = MoneyInput(label=_("预算上限（万元）"), fen_per_unit=FEN_PER_WAN)
    deadline = forms.DateField(
        label=_("期望完成日期"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("kind", list(DemandKind.choices))

    def detail_fields(self) -> Iterator[BoundField]:
        for name in ("detail", "indicators", "budget_min", "budget_max"):
            yield self[name]


class ResourceForm(PostForm):
    """What a member offers; facets of all kinds are there, those of the chosen kind are shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("kind", list(ResourceKind.choices))
        for kind, facets in FACETS.items():
            for facet in facets:
                self.fields[_facet_name(kind, facet)] = _facet_field(facet)

    def values(self) -> dict[str, Any]:
        values = super().values()
        kind = values.get("kind", "")
        values["facets"] = {
            facet.id: values[_facet_name(kind, facet)]
            for facet in FACETS.get(kind, ())
            if values.get(_facet_name(kind, facet)) not in (None, "")
        }
        return {key: value for key, value in values.items() if not key.startswith("facet-")}

    def facet_groups(self) -> list[tuple[str, list[BoundField]]]:
        """The facet fields of each kind."""
        return [(k, [self[_facet_name(k, f)] for f in facets]) for k, facets in FACETS.items()]


def _facet_name(kind: str, facet: Facet) -> str:
    return f"facet-{kind}-{facet.id}"


def _facet_field(facet: Facet) -> forms.Field:
    label = str(facet.label)
    if facet.unit:
        label = _now("%(label)s（%(unit)s）") % {"label": label, "unit": facet.unit}
    if facet.type == "money":
        return MoneyInput(label=label, fen_per_unit=FEN_PER_YUAN)
    if facet.type == "integer":
        return forms.IntegerField(label=label, min_value=0, max_value=10**9, required=False)
    return forms.CharField(label=label, max_length=300, required=False)


def form_class(side: Side) -> type[PostForm]:
    """The form of a side."""
    base = DemandForm if side.name == "demand" else ResourceForm
    return type(base.__name__, (base,), {"side": side})


def initial_of(post: Demand | Resource) -> dict[str, Any]:
    """What stands in the form of a stored post."""
    names = ("title", "kind", "contact_name", "contact", "summary", "detail", "trl_level")
    initial = {name: getattr(post, name) for name in names}
    initial["region"] = post.region.public_id
    initial["chain"] = post.chain.public_id if post.chain else ""
    initial["partner_region"] = post.partner_region.public_id if post.partner_region else ""
    if isinstance(post, Demand):
        for name in ("indicators", "budget_min", "budget_max", "deadline"):
            initial[name] = getattr(post, name)
    else:
        for facet in FACETS.get(post.kind, ()):
            initial[_facet_name(post.kind, facet)] = post.facets.get(facet.id)
    return initial


class DeclineForm(forms.Form):
    """Why not: matching learns from the code, people from the words."""

    # Nothing is chosen beforehand: a reason nobody thought about would teach matching nonsense.
    reason = forms.ChoiceField(
        label=_("谢绝原因"), choices=[("", _("请选择")), *DeclineReason.choices]
    )
    text = forms.CharField(
        label=_("说明"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("对方会看到。选择“其他”时请写明。"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") == DeclineReason.OTHER and not data.get("text", "").strip():
            self.add_error("text", _now("选择“其他”时请写明原因。"))
        return data


class AcceptForm(forms.Form):
    """How much the accepting side lets the other read from now on."""

    disclose = forms.TypedChoiceField(
        label=_("同时向对方披露"),
        coerce=int,
        choices=[
            ("", _("请选择")),  # no default consent
            (int(Disclosure.SUMMARY), _("只有公开摘要")),
            (int(Disclosure.IDENTITY), _("单位和联系方式")),
            (int(Disclosure.DETAIL), _("全部详情")),
        ],
    )


class ProjectForm(forms.Form):
    """Progress of a project."""

    status = forms.ChoiceField(label=_("进度"))
    note = forms.CharField(
        label=_("进度说明"), max_length=300, required=False, widget=forms.Textarea({"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, allowed: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(status, ProjectStatus(status).label) for status in allowed]


class DiscloseForm(forms.Form):
    """Let one organisation read more, or take that back."""

    organisation = forms.CharField(label=_("单位"), max_length=200)
    level = forms.TypedChoiceField(
        label=_("可以看到"),
        coerce=int,
        choices=[
            (int(Disclosure.IDENTITY), _("单位和联系方式")),
            (int(Disclosure.DETAIL), _("全部详情")),
            (int(Disclosure.SUMMARY), _("收回，只留公开摘要")),
        ],
    )
