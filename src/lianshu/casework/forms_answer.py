"""Forms of answering without an account, and of asking for such an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianshu.casework.forms import STARS
from lianshu.casework.reading import said
from lianshu.casework.services.forms import SCORES, TEXT_MOST, Given, Stars
from lianshu.casework.services.links import CONTACT_MOST
from lianshu.engine.loops import Action

PICTURE_ENDINGS = ".jpg,.jpeg,.png,.webp"


class LinkForm(forms.Form):
    """Whom to ask."""

    contact = forms.CharField(label=gettext_lazy("联系人"), max_length=CONTACT_MOST)
    email = forms.EmailField(
        label=gettext_lazy("邮箱"),
        required=False,
        help_text=gettext_lazy("填写后链接会发到这个邮箱。"),
    )


class AnswerForm(forms.Form):
    """How it was done, with stars; a reason where it was not."""

    action = forms.ChoiceField(label=gettext_lazy("办得怎么样"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=gettext_lazy("没办好的原因"), required=False)
    stars = forms.TypedChoiceField(
        label=gettext_lazy("总体评价"), coerce=int, choices=STARS, widget=forms.RadioSelect
    )
    speed = forms.TypedChoiceField(label=gettext_lazy("速度"))
    quality = forms.TypedChoiceField(label=gettext_lazy("质量"))
    attitude = forms.TypedChoiceField(label=gettext_lazy("态度"))
    note = forms.CharField(
        label=gettext_lazy("想说的话"),
        required=False,
        max_length=TEXT_MOST,
        widget=forms.Textarea({"rows": 3}),
    )
    photo = forms.FileField(
        label=gettext_lazy("照片"),
        required=False,
        widget=forms.ClearableFileInput({"accept": PICTURE_ENDINGS}),
    )

    def __init__(self, *args: Any, actions: Sequence[Action], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actions = {each.id: each for each in actions}
        self._choose("action", [(each.id, said(each.name)) for each in actions])
        reasons = {r.id: said(r.title) for each in actions for r in each.reasons}
        if reasons:
            self._choose("reason", [("", "—"), *reasons.items()])
            self.fields["reason"].help_text = _("认可时不用选。")
        else:
            del self.fields["reason"]
        for name in SCORES:
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.required, field.coerce, field.empty_value = False, int, None
            self._choose(name, [("", "—"), *STARS])

    def _choose(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def clean(self) -> dict[str, Any]:
        """The reason belongs to the answer that asks for one, and is not kept with the other."""
        data = super().clean() or {}
        action = self._actions.get(data.get("action", ""))
        known = {reason.id for reason in action.reasons} if action else set()
        if known and data.get("reason") not in known:
            self.add_error("reason", _("请选择原因。"))
        if action is not None and not known:
            data["reason"] = ""
        return data

    def given(self) -> Given:
        """What the service takes."""
        data = self.cleaned_data
        return Given(
            reason=data.get("reason", ""),
            note=data["note"],
            stars=Stars(data["stars"], *(data[name] for name in SCORES)),
        )
