"""Forms of the chain map."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor, Matter
from lianshu.casework.models import LoopVersion
from lianshu.casework.queries import loops_in_use
from lianshu.chainmap.models import ActKind, ChainInput, OutsideMaker, Visibility
from lianshu.chainmap.services.acting import Wish
from lianshu.registry.models import ChainRole, Organisation
from lianshu.registry.queries import organisations_for

CHALLENGES: Final = ("open-bid", "challenge")
TITLES: Final = {
    ActKind.DEMAND: _("寻找“%(product)s”的本地供应商"),
    ActKind.TALENT: _("招引“%(product)s”方向的技术人才"),
    ActKind.PROMOTION: _("招商：%(product)s"),
    ActKind.CHALLENGE: _("揭榜攻关：%(product)s本地化"),
    ActKind.CASE: _("补链办理：%(product)s"),
}


def _set(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def loops_for(kind: ActKind) -> list[LoopVersion]:
    """By which published loops an act of this kind can run."""
    if kind not in (ActKind.CHALLENGE, ActKind.CASE):
        return []
    found = loops_in_use()
    if kind == ActKind.CHALLENGE:
        found = [each for each in found if each.loop.startswith(CHALLENGES)]
        found.sort(key=lambda each: each.loop != "open-bid")
    return found


def askers_for(actor: Actor, row: ChainInput) -> list[Organisation]:
    """Who can post or ask: the actor's own organisations, then the chain's lead firms there."""
    own = organisations_for(actor).filter(pk__in=actor.acting_in(Matter.POSTS)).order_by("pk")
    leads = (
        organisations_for(actor)
        .filter(
            chain_roles__chain=row.chain,
            chain_roles__role=ChainRole.LEAD_FIRM,
            chain_roles__valid_to__isnull=True,
        )
        .order_by("name_key")
        .distinct()
    )
    return list({each.pk: each for each in [*own, *leads[:20]]}.values())


class ActForm(forms.Form):
    """What is to be done about an input; everything is filled in so that it can be sent at once."""

    title = forms.CharField(label=_("标题"), max_length=200)
    owner = forms.ChoiceField(label=_("由谁提出"))
    loop = forms.ChoiceField(label=_("流程"))
    targets = forms.MultipleChoiceField(
        label=_("招商目标"), widget=forms.CheckboxSelectMultiple, required=False
    )
    note = forms.CharField(
        label=_("说明"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        actor: Actor,
        row: ChainInput,
        kind: ActKind,
        targets: list[OutsideMaker],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._owners = {each.public_id: each for each in askers_for(actor, row)}
        self._loops = {each.loop: each for each in loops_for(kind)}
        self._targets = {each.public_id: each for each in targets}
        self.fields["title"].initial = str(TITLES[kind]) % {"product": row.product.name}
        _set(self, "owner", [(key, each.name) for key, each in self._owners.items()])
        _set(self, "loop", [(key, each.title) for key, each in self._loops.items()])
        _set(self, "targets", [(k, f"{t.name} · {t.place}") for k, t in self._targets.items()])
        self.fields["targets"].initial = list(self._targets)
        if kind == ActKind.PROMOTION:
            del self.fields["owner"]
        else:
            del self.fields["targets"]
        if kind not in (ActKind.CHALLENGE, ActKind.CASE):
            del self.fields["loop"]

    def wish(self) -> Wish:
        """What was asked for."""
        given = self.cleaned_data
        return Wish(
            given["title"],
            given["note"],
            self._owners.get(given.get("owner", "")),
            self._loops.get(given.get("loop", "")),
            [self._targets[key] for key in given.get("targets", ())],
        )


class EndActForm(forms.Form):
    """Stopping an act."""

    result = forms.CharField(label=_("结果"), max_length=300)


class StatementForm(forms.Form):
    """A firm says what it makes."""

    product = forms.CharField(
        label=_("产品"), max_length=200, widget=forms.TextInput(attrs={"list": "products"})
    )
    percent = forms.DecimalField(
        label=_("占收入的百分比"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=_("不知道或不愿说就留空。"),
    )
    visibility = forms.ChoiceField(
        label=_("谁可以看到"), choices=Visibility.choices, initial=Visibility.OFFICE
    )
    note = forms.CharField(label=_("说明"), max_length=300, required=False)

    def share(self) -> Decimal | None:
        """The share of revenue, None where nothing was said."""
        percent = self.cleaned_data["percent"]
        return None if percent is None else percent / 100


class DenialForm(forms.Form):
    """A firm says that it does not make what the map says."""

    note = forms.CharField(label=_("怎么不对"), max_length=300, required=False)


class RootsForm(forms.Form):
    """What a chain is known for, one product a line."""

    roots = forms.CharField(
        label=_("终端产品"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("一行一个，要和产品图谱里的名称一字不差。"),
    )

    def names(self) -> list[str]:
        """The lines that say something."""
        lines = [line.strip() for line in self.cleaned_data["roots"].splitlines()]
        return list(dict.fromkeys(line for line in lines if line))


class QualityForm(forms.Form):
    """Two files to be looked at."""

    edges = forms.FileField(label=_("产品关系"), help_text="from_product, to_product, rel")
    makers = forms.FileField(
        label=_("谁生产什么"), help_text="company_code, product_name[, weight]"
    )
