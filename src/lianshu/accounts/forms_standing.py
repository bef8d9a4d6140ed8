"""Forms of standing in for somebody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianshu.accounts.models import User
from lianshu.authority import Matter
from lianshu.registry.covering import MATTER_NAMES


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), **more
    )


class SubstituteForm(forms.Form):
    """A colleague for some days."""

    substitute = forms.TypedChoiceField(label=_("代班同事"), coerce=int)
    first = _day(_("从"))
    last = _day(_("到"), help_text=_("含当天，最长一年；可以随时提前结束。"))
    note = forms.CharField(
        label=_("原因"), max_length=200, help_text=_("例如“出差”。不必写明病情等私事。")
    )

    def __init__(self, *args: Any, colleagues: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["substitute"]
        assert isinstance(field, forms.TypedChoiceField)
        # Nobody is chosen beforehand.
        field.choices = [("", _("请选择")), *((each.pk, each.name) for each in colleagues)]


class MandateForm(forms.Form):
    """Somebody acts for an organisation, in these matters, for some time."""

    agent = forms.CharField(
        label=_("受托人"),
        max_length=200,
        help_text=_("输入姓名或单位，从候选里选择；其他人请填登录用户名。"),
    )
    matters = forms.TypedMultipleChoiceField(
        label=_("委托事项"),
        coerce=Matter,
        choices=list(MATTER_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少勾选一项委托事项。")},
    )
    first = _day(_("从"))
    last = _day(_("到"), help_text=_("含当天，最长一年。"))
    note = forms.CharField(label=_("委托事由"), max_length=300, widget=forms.Textarea({"rows": 2}))
    proof = forms.FileField(label=_("委托书"), required=False)

    def __init__(self, *args: Any, owner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        proof = self.fields["proof"]
        proof.required = not owner
        proof.help_text = (
            _("单位盖章或签字的委托书，照片、PDF 都可以。您是负责人，可以不传。")
            if owner
            else _("单位盖章或签字的委托书，照片、PDF 都可以。单位的人会收到通知并能查看。")
        )


class ReasonForm(forms.Form):
    """Why a mandate ends, or what is wrong with it."""

    reason = forms.CharField(label=_("原因"), max_length=300, widget=forms.Textarea({"rows": 2}))


class LeavingForm(forms.Form):
    """Who takes over; asked for only where something is open and there is somebody."""

    successor = forms.TypedChoiceField(label=_("接手的同事"), coerce=int, empty_value=None)

    def __init__(self, *args: Any, colleagues: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.pk, each.name) for each in colleagues]
        if not choices:
            del self.fields["successor"]
            return
        field = self.fields["successor"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("请选择")), *choices]
