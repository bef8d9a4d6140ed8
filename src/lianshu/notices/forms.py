"""The form of a webhook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianshu.notices.kinds import outside_kinds


class WebhookForm(forms.Form):
    """Who is told, where, and of what."""

    name = forms.CharField(label=_("推送给"), max_length=80, help_text=_("例如：市政务协同平台。"))
    url = forms.CharField(
        label=_("接收地址"),
        max_length=500,
        widget=forms.TextInput({"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("对方提供的 https 地址。请不要填会跳转的地址。"),
    )
    kinds = forms.MultipleChoiceField(
        label=_("推送哪些事件"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("一项也不选，就是全部事件，包括以后新增的。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["kinds"]
        assert isinstance(choices, forms.MultipleChoiceField)
        choices.choices = [(kind, outside.name) for kind, outside in outside_kinds().items()]
