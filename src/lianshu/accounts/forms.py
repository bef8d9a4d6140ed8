"""Forms of one's own account and of the people an administrator manages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianshu.accounts.models import MembershipRole
from lianshu.notices.models import MailChoice


class TokenForm(forms.Form):
    """A new API token."""

    label = forms.CharField(
        label=_("用途"), max_length=80, help_text=_("例如：与 OA 系统同步项目清单。")
    )
    days = forms.TypedChoiceField(
        label=_("有效期"),
        coerce=int,
        initial=90,
        choices=[(30, _("30 天")), (90, _("90 天")), (365, _("一年"))],
    )
    may_write = forms.BooleanField(label=_("允许写入（不勾选则只读）"), required=False)


class MailForm(forms.Form):
    """How one wants mail about notices."""

    choice = forms.ChoiceField(
        label=_("什么时候发邮件"),
        choices=MailChoice.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "要紧的有：轮到您办理、已超时、项目立项、与您的账号和委托有关的事。"
            "每日汇总在工作日 8:30 发出，先列超时的，再列快到期的。"
        ),
    )


class NewUserForm(forms.Form):
    """A person who will log in."""

    username = forms.SlugField(
        label=_("用户名"), max_length=60, help_text=_("登录用，英文和数字。")
    )
    name = forms.CharField(label=_("姓名"), max_length=60)
    email = forms.EmailField(label=_("邮箱"), required=False)
    phone = forms.CharField(label=_("电话"), max_length=32, required=False)
    organisation = forms.CharField(
        label=_("单位"), max_length=200, help_text=_("单位的完整名称或编号。")
    )
    role = forms.ChoiceField(label=_("身份"), choices=MembershipRole.choices)
    password = forms.CharField(
        label=_("初始密码"),
        min_length=10,
        max_length=128,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("至少 10 位，请当面或电话告知本人，登录后修改。"),
    )
