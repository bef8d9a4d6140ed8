"""Forms of the diagnosis page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianshu.entitlements.models import FeedbackKind
from lianshu.entitlements.services.feedback import TEXT_MOST


class OnForm(forms.Form):
    """The date of application."""

    on = forms.DateField(
        label=_("申报日期"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


class FeedbackForm(forms.Form):
    """What is meant, about which condition or figure, in words."""

    kind = forms.ChoiceField(
        label=_("反馈"), choices=FeedbackKind, widget=forms.RadioSelect, initial=None
    )
    condition = forms.ChoiceField(label=_("哪个条件"), required=False)
    fact = forms.ChoiceField(
        label=_("哪一项数据"), required=False, help_text=_("“数据不对”时请选择。")
    )
    text = forms.CharField(
        label=_("说明"),
        max_length=TEXT_MOST,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("发文或执行单位会在办件里答复，由您评价。"),
    )

    def __init__(
        self,
        *args: Any,
        conditions: Sequence[tuple[str, str]],
        facts: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("condition", conditions), ("fact", facts)):
            found = self.fields[name]
            assert isinstance(found, forms.ChoiceField)
            found.choices = [("", "—"), *choices]
