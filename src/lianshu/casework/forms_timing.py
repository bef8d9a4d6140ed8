"""Small forms: why the clock stops, how much more time, what to say, to whom to hand it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

from lianshu.casework.services.talking import TEXT_MOST
from lianshu.casework.services.timing import REASON_MOST
from lianshu.engine.worktime import Limit, Unit

UPLOADS = "image/*,.pdf,.doc,.docx,.xls,.xlsx"
UNITS = [
    (Unit.WORKDAYS.value, _("个工作日")),
    (Unit.WORKHOURS.value, _("个工作小时")),
    (Unit.DAYS.value, _("天（自然日）")),
]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("原因"), max_length=REASON_MOST, widget=forms.Textarea({"rows": 3})
    )


class RemarkForm(forms.Form):
    """A remark that may be left out."""

    reason = forms.CharField(
        label=_("说明"),
        max_length=REASON_MOST,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )


class ExtendForm(ReasonForm):
    """How much more time, and why."""

    amount = forms.IntegerField(label=_("再给多少时间"), min_value=1, max_value=999)
    unit = forms.ChoiceField(label=_in("time", "单位"), choices=UNITS)
    field_order = ("amount", "unit", "reason")

    def limit(self) -> str:
        """As `extend` takes it."""
        return str(Limit(self.cleaned_data["amount"], Unit(self.cleaned_data["unit"])))


class CommentForm(forms.Form):
    """What to say to everybody in the case."""

    text = forms.CharField(
        label=_("留言"),
        max_length=TEXT_MOST,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("提出单位、办理单位和链办都看得到。"),
    )
    file = forms.FileField(
        label=_("照片或附件"),
        required=False,
        widget=forms.ClearableFileInput({"accept": UPLOADS}),
        help_text=_("手机上可以直接拍照。"),
    )


class HandOverForm(forms.Form):
    """Which colleague."""

    user = forms.TypedChoiceField(label=_("由谁办理"), coerce=int)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.fields["user"]
        assert isinstance(user, forms.ChoiceField)
        user.choices = people
