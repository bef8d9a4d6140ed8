"""Forms of the register."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianshu.registry.models import Chain, GroupForm, Organisation, OrganisationKind, Region
from lianshu.registry.queries import all_chains, all_regions


class OrganisationForm(forms.Form):
    """What can be changed of an organisation."""

    name = forms.CharField(
        label=_("名称"), max_length=200, help_text=_("与营业执照或法人证书一致。")
    )
    short_name = forms.CharField(label=_("简称"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("类型"), choices=OrganisationKind.choices)
    form = forms.ChoiceField(
        label=_("形态"),
        choices=[("", _("不适用")), *GroupForm.choices],
        required=False,
        help_text=_("只有联盟和产业社区填写。"),
    )
    introduction = forms.CharField(
        label=_("简介"), required=False, max_length=4000, widget=forms.Textarea({"rows": 6})
    )

    @classmethod
    def of(cls, organisation: Organisation) -> OrganisationForm:
        """The form filled in with what is stored."""
        return cls(initial={name: getattr(organisation, name) for name in cls.base_fields})


class NewOrganisationForm(OrganisationForm):
    """What a new organisation needs besides."""

    field_order = (
        *("name", "short_name", "kind", "form", "uscc", "uscc_override"),
        *("region", "chain", "introduction"),
    )

    uscc = forms.CharField(
        label=_("统一社会信用代码"),
        max_length=40,
        required=False,
        help_text=_("18 位；基金、产业社区、联盟、党组织、链办和政府部门没有的可不填。"),
    )
    uscc_override = forms.CharField(
        label=_("校验不通过仍采用的理由"),
        max_length=200,
        required=False,
        help_text=_("一般不填。个别真实代码通不过校验，核对证照后在此说明。"),
    )
    region = forms.ChoiceField(label=_("区域"))
    chain = forms.ChoiceField(label=_("产业链"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._regions = {region.public_id: region for region in all_regions()}
        self._chains = {chain.public_id: chain for chain in all_chains()}
        regions = self.fields["region"]
        chains = self.fields["chain"]
        assert isinstance(regions, forms.ChoiceField)
        assert isinstance(chains, forms.ChoiceField)
        regions.choices = [
            ("", _("请选择")),
            *((key, region.name) for key, region in self._regions.items()),
        ]
        chains.choices = [("", _("暂不归入")), *((k, c.name) for k, c in self._chains.items())]

    def chosen_region(self) -> Region:
        """The chosen place."""
        return self._regions[self.cleaned_data["region"]]

    def chosen_chain(self) -> Chain | None:
        """The chosen chain, if any."""
        return self._chains.get(self.cleaned_data["chain"])
