"""Forms of asking others for their opinion, and of giving it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianshu.casework.forms_timing import UPLOADS
from lianshu.casework.models import Stance
from lianshu.casework.services.consulting import DAYS_DEFAULT, DAYS_MOST, Question
from lianshu.casework.services.forms import TEXT_MOST
from lianshu.registry.forms_chains import OrganisationField, OrganisationsField, RelationForm


class ConsultForm(RelationForm):
    """Whom to ask what, and until when."""

    organisations = OrganisationField(
        label=_("征求单位"), help_text=_("单位名称或信用代码。不能是提出单位或正在办理的单位。")
    )
    second = OrganisationField(label=_("征求单位（第二家）"), required=False)
    third = OrganisationField(label=_("征求单位（第三家）"), required=False)
    more = OrganisationsField(label=_("还要征求的单位"), required=False, help_text=_("每行一家。"))
    question = forms.CharField(
        label=_("要问什么"),
        max_length=TEXT_MOST,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("被征求的单位看得到事项、提出单位写的内容和这里写的话，看不到别的单位的意见。"),
    )
    days = forms.IntegerField(
        label=_("几个工作日内答复"), min_value=1, max_value=DAYS_MOST, initial=DAYS_DEFAULT
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["more"].widget.attrs["rows"] = 2

    def asked(self) -> Question:
        """As `consult` takes it."""
        data = self.cleaned_data
        named = (data["organisations"], data["second"], data["third"], *data["more"])
        return Question(tuple(each for each in named if each), data["question"], data["days"])


class OpinionForm(forms.Form):
    """An opinion, what it comes to, and a paper or photograph with it."""

    text = forms.CharField(
        label=_("意见"), max_length=TEXT_MOST, widget=forms.Textarea({"rows": 5})
    )
    stance = forms.ChoiceField(
        label=_("态度"),
        required=False,
        choices=[*Stance.choices, ("", _("只写意见，不表态"))],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("附件或照片"),
        required=False,
        widget=forms.ClearableFileInput({"accept": UPLOADS}),
    )
