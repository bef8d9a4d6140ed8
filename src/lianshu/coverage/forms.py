"""Forms of coverage."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.casework.queries import loops_in_use
from lianshu.coverage.filters import register_options, size_options
from lianshu.coverage.models import DuplicatePair, Edition, Purpose
from lianshu.coverage.queries.figures import Narrowing
from lianshu.coverage.queries.firm_lists import keepable_regions
from lianshu.coverage.queries.sources import LIAISONS
from lianshu.coverage.services.campaigns import Wish
from lianshu.coverage.services.firm_lists import Setting
from lianshu.registry.lists import region_options
from lianshu.registry.models import Organisation
from lianshu.registry.queries import all_chains, all_regions

FILE_TYPES: Final = ".csv,.xlsx,.xls"


def _set(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class EditionForm(forms.Form):
    """A file and its date."""

    on = forms.DateField(
        label=_("名单日期"),
        help_text=_("名单说的是哪一天的情况。"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    source = forms.ChoiceField(
        label=_("名单从哪里来"),
        required=False,
        help_text=_("专员服务关系、资质和奖项已有登记的，不用文件。"),
    )
    file = forms.FileField(
        label=_("文件"),
        required=False,
        help_text=_(
            "Excel 或 CSV，要有“名称”或“统一社会信用代码”列；可以有编号、城市、别名、曾用名。"
        ),
        widget=forms.FileInput(attrs={"accept": FILE_TYPES}),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        registers = [(each.value, each.label) for each in register_options(actor)]
        own = [(LIAISONS, _now("登记的专员服务关系")), *registers]
        _set(self, "source", [("", _now("上传文件")), (_now("登记数据"), own)])

    def clean(self) -> dict[str, Any]:
        """A file unless the register tells the list."""
        given = super().clean() or {}
        if not given.get("source") and not given.get("file") and "file" not in self.errors:
            self.add_error("file", _now("请选择文件，或改从登记数据取名单。"))
        return given


class ListForm(EditionForm):
    """A new list with its first file."""

    title = forms.CharField(label=_("名单名称"), max_length=100)
    purpose = forms.ChoiceField(
        label=_("用途"),
        choices=Purpose.choices,
        help_text=_("党组织名单仅供了解：不进入任何评分、排序、办件和兑付。"),
    )
    source_unit = forms.CharField(label=_("来源单位"), max_length=100)
    region = forms.ChoiceField(label=_("区域"), help_text=_("和这个区域的企业比对。"))
    chain = forms.ChoiceField(label=_("产业链"), required=False)

    field_order = ("title", "purpose", "source_unit", "region", "chain", "on", "source", "file")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        self._regions = {each.public_id: each for each in all_regions()}
        self._chains = {each.public_id: each for each in all_chains()}
        own = keepable_regions(actor)
        places = [each for each in region_options(actor) if each.value in own]
        _set(self, "region", [(each.value, each.indented) for each in places])
        chains = [(key, each.name) for key, each in self._chains.items()]
        _set(self, "chain", [("", _now("不限产业链")), *chains])

    def setting(self) -> Setting:
        """What was given."""
        given = self.cleaned_data
        return Setting(
            given["title"],
            given["purpose"],
            given["source_unit"],
            self._regions[given["region"]],
            self._chains.get(given["chain"]),
        )


class NarrowForm(forms.Form):
    """To whom figures are narrowed, and which two dates are compared."""

    chain = forms.ChoiceField(label=_("产业链"), required=False)
    region = forms.ChoiceField(label=_("区域"), required=False)
    size = forms.ChoiceField(label=_("规模"), required=False)
    register = forms.ChoiceField(label=_("登记册"), required=False)
    edition = forms.ChoiceField(label=_("名单日期"), required=False)
    before = forms.ChoiceField(label=_("对比日期"), required=False)

    def __init__(self, actor: Actor, editions: list[Edition], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._regions = {each.public_id: each for each in all_regions()}
        self._chains = {each.public_id: each for each in all_chains()}
        self._editions = {each.public_id: each for each in editions}
        every = ("", _now("全部"))
        _set(self, "chain", [every, *((key, each.name) for key, each in self._chains.items())])
        places = [(each.value, each.indented) for each in region_options(actor)]
        _set(self, "region", [every, *places])
        _set(self, "size", [every, *((each.value, each.label) for each in size_options(actor))])
        registers = [(each.value, each.label) for each in register_options(actor)]
        _set(self, "register", [every, *registers])
        days = [(each.public_id, each.on.isoformat()) for each in editions]
        _set(self, "edition", days)
        _set(self, "before", [("", _now("上一份")), *days])

    def narrowing(self) -> Narrowing:
        """What was chosen; what is unknown restricts nothing."""
        self.is_valid()
        given = self.cleaned_data
        return Narrowing(
            self._chains.get(given.get("chain", "")),
            self._regions.get(given.get("region", "")),
            given.get("size", ""),
            given.get("register", ""),
        )

    def dates(self) -> tuple[Edition | None, Edition | None]:
        """The chosen edition, else the newest; and the one it is compared with, else the one
        before it."""
        self.is_valid()
        known = list(self._editions.values())
        chosen = self._editions.get(self.cleaned_data.get("edition", ""))
        chosen = chosen or (known[0] if known else None)
        before = self._editions.get(self.cleaned_data.get("before", ""))
        if chosen is None or (before is not None and before.on < chosen.on):
            return chosen, before
        return chosen, next((each for each in known if each.on < chosen.on), None)


class CampaignForm(forms.Form):
    """What a campaign is called and how its cases go."""

    title = forms.CharField(label=_("行动名称"), max_length=100)
    loop = forms.ChoiceField(label=_("流程"), help_text=_("每家企业按这个流程开一个办件。"))
    due_on = forms.DateField(
        label=_("目标日期"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._loops = {each.loop: each for each in loops_in_use()}
        _set(self, "loop", [(key, each.title) for key, each in self._loops.items()])

    def wish(self) -> Wish:
        """What was asked for."""
        given = self.cleaned_data
        return Wish(given["title"], self._loops[given["loop"]], given["due_on"])


class BulkForm(forms.Form):
    """From which probability rows are accepted together."""

    threshold = forms.DecimalField(
        label=_("概率不低于"),
        min_value=Decimal("0.5"),
        max_value=Decimal(1),
        decimal_places=4,
        initial=Decimal("0.9"),
    )


class MergeForm(forms.Form):
    """Which record stays, and why they are one."""

    stays = forms.ChoiceField(label=_("保留"), widget=forms.RadioSelect)
    on = forms.DateField(
        label=_("日期"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=_("原因"), max_length=300)

    def __init__(self, pair: DuplicatePair, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._firms = {each.public_id: each for each in (pair.first, pair.second)}
        _set(self, "stays", [(key, each.name) for key, each in self._firms.items()])
        self.fields["stays"].initial = pair.first.public_id

    def kept(self) -> Organisation:
        """The record that was chosen."""
        return self._firms[self.cleaned_data["stays"]]


class ApartForm(forms.Form):
    """Why two records are two firms."""

    note = forms.CharField(label=_("为什么是两家"), max_length=300)
