"""Forms of rounds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.registry.lists import region_options
from lianshu.registry.models import Chain, Organisation, Region
from lianshu.registry.queries import all_chains, all_regions
from lianshu.rounds.models import (
    PairRule,
    Participant,
    Round,
    RoundFloor,
    RoundKind,
    SideChoices,
)
from lianshu.rounds.services.pairs import Settled
from lianshu.rounds.services.rounds import Setting
from lianshu.rounds.sides import side_word, who_of


def _choices(form: forms.Form, name: str, options: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = options


class RoundForm(forms.Form):
    """What a round is."""

    kind = forms.ChoiceField(label=_("类型"), choices=RoundKind.choices)
    title = forms.CharField(label=_("名称"), max_length=100)
    region = forms.ChoiceField(label=_("区域"), help_text=_("需求一方要在这个区域；资源一方不限。"))
    chain = forms.ChoiceField(label=_("产业链"), required=False)
    floor = forms.ChoiceField(
        label=_("保底"), choices=RoundFloor.choices, initial=RoundFloor.SERVED
    )
    stable = forms.BooleanField(
        label=_("稳定匹配"),
        required=False,
        help_text=_(
            "按双方志愿排：没有哪两方都宁愿换成彼此。没有填志愿的，按匹配分排在后面；不设保底。"
        ),
    )

    def __init__(self, actor: Actor, *args: Any, found: Round | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        self._regions = {each.public_id: each for each in all_regions()}
        self._chains = {each.public_id: each for each in all_chains()}
        _choices(self, "region", [(each.value, each.indented) for each in region_options(actor)])
        chains = [(key, each.name) for key, each in self._chains.items()]
        _choices(self, "chain", [("", _now("不限产业链")), *chains])
        if found is not None:
            for name in ("kind", "region", "chain"):
                del self.fields[name]

    def setting(self) -> Setting:
        """What was given."""
        given = self.cleaned_data
        region: Region
        chain: Chain | None
        if self.found is None:
            region, chain = self._regions[given["region"]], self._chains.get(given["chain"])
        else:
            region, chain = self.found.region, self.found.chain
        return Setting(given["title"], region, chain, given["floor"], given["stable"])


class QuotaForm(forms.Form):
    """A quota: for whom, and how many pairs together."""

    side = forms.ChoiceField(label=_("哪一方"))
    group = forms.ChoiceField(label=_("分组"))
    low = forms.IntegerField(label=_("合计至少"), min_value=0, required=False)
    high = forms.IntegerField(
        label=_("合计至多"), min_value=0, required=False, help_text=_("没有上限的留空。")
    )

    def __init__(
        self, actor: Actor, found: Round, people: list[Participant], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "side", [(each, side_word(found, each)) for each in SideChoices.values])
        self._groups: dict[str, Region | Chain | Organisation] = {}
        regions = {each.public_id: each for each in all_regions()}
        options: list[tuple[str, Any]] = []
        options.append((_now("区县"), self._offer("region", regions, actor)))
        chains = {each.public_id: each for each in all_chains()}
        options.append((_now("产业链"), [self._one("chain", key, x) for key, x in chains.items()]))
        # Only units whose name the reader may know: of a post, whoever's identity is open.
        known = {
            one.organisation.public_id: one.organisation
            for one in people
            if one.organisation.name in who_of(one).below
            or one.organisation.name in who_of(one).name
        }
        options.append((_now("单位"), [self._one("unit", key, x) for key, x in known.items()]))
        _choices(self, "group", [each for each in options if each[1]])

    def _offer(self, kind: str, regions: dict[str, Region], actor: Actor) -> list[tuple[str, str]]:
        found = []
        for option in region_options(actor):
            self._groups[f"{kind}:{option.value}"] = regions[option.value]
            found.append((f"{kind}:{option.value}", option.indented))
        return found

    def _one(self, kind: str, key: str, group: Chain | Organisation) -> tuple[str, str]:
        self._groups[f"{kind}:{key}"] = group
        return f"{kind}:{key}", group.name

    def chosen(self) -> Region | Chain | Organisation:
        """The group that was chosen."""
        return self._groups[self.cleaned_data["group"]]


class PairForm(forms.Form):
    """What staff settle about a pair."""

    weight = forms.DecimalField(
        label=_("匹配分"),
        required=False,
        min_value=0,
        max_value=1000,
        decimal_places=2,
        help_text=_("0 到 100 分为宜。改过的分数重新计算时不变。"),
    )
    rule = forms.ChoiceField(label=_("规定"), choices=PairRule.choices, required=False)
    reason = forms.CharField(
        label=_("原因"), max_length=200, required=False, help_text=_("不得配对时必填。")
    )
    left_rank = forms.IntegerField(label="", min_value=1, max_value=1000, required=False)
    right_rank = forms.IntegerField(label="", min_value=1, max_value=1000, required=False)

    def __init__(self, found: Round, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for side in SideChoices.values:
            words = {"side": side_word(found, side)}
            self.fields[f"{side}_rank"].label = _now("%(side)s的志愿（名次）") % words

    def settled(self) -> Settled:
        """What was given."""
        given = self.cleaned_data
        return Settled(
            given["weight"], given["rule"], given["reason"], given["left_rank"], given["right_rank"]
        )


class NewPairForm(PairForm):
    """A pair that the matcher did not find."""

    left = forms.ChoiceField()
    right = forms.ChoiceField()

    field_order = ("left", "right")

    def __init__(self, found: Round, people: list[Participant], *args: Any, **kwargs: Any) -> None:
        super().__init__(found, *args, **kwargs)
        self._people = {str(one.pk): one for one in people}
        for side in SideChoices.values:
            own = [(str(one.pk), who_of(one).name) for one in people if one.side == side]
            _choices(self, side, own)
            self.fields[side].label = str(side_word(found, side))

    def ends(self) -> tuple[Participant, Participant]:
        """The two that were chosen."""
        given = self.cleaned_data
        return self._people[given["left"]], self._people[given["right"]]


def read_limits(posted: Any, people: list[Participant]) -> dict[int, tuple[int, int | None]]:
    """The numbers typed beside participants. Raises `ValidationError` naming whose is none."""
    found = {}
    for one in people:
        if f"low-{one.pk}" not in posted:
            continue
        low = _number(posted.get(f"low-{one.pk}", ""), one)
        found[one.pk] = (low or 0, _number(posted.get(f"high-{one.pk}", ""), one))
    return found


def _number(text: str, one: Participant) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        words = {"name": who_of(one).name, "text": text[:20]}
        raise ValidationError(_now("“%(name)s”的名额“%(text)s”不是整数。") % words)
    return int(text)
