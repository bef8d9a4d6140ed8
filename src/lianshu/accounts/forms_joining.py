"""Forms of invitations and claims."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lianshu.accounts.models import MembershipRole, User
from lianshu.accounts.services.invitations import DAYS_USUAL

# Django's own sentences about passwords are not all translated.
PASSWORD_PROBLEMS: Final[dict[str, str | Promise]] = {
    "password_too_short": _("密码太短，至少要 8 位。"),
    "password_too_common": _("这个密码太常见，容易被猜到，请换一个。"),
    "password_too_similar": _("密码与用户名、姓名或邮箱太相似，请换一个。"),
}
PROOF_ENDINGS = ".jpg,.jpeg,.png,.webp,.pdf"


class NewAccountForm(forms.Form):
    """Who will log in, written by that person."""

    name = forms.CharField(
        label=_("姓名"), max_length=60, widget=forms.TextInput({"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("手机号"),
        max_length=32,
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    email = forms.EmailField(
        label=_("邮箱"),
        required=False,
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=_("选填；忘记密码时用来重设。"),
    )
    username = forms.SlugField(
        label=_("用户名"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}),
        help_text=_("登录用：英文字母、数字、横线或下划线。"),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("至少 8 位，不要用常见密码。"),
    )

    def clean(self) -> dict[str, Any] | None:
        """The password is judged with the other answers, which it must not repeat."""
        data = super().clean() or self.cleaned_data
        if password := data.get("password"):
            person = User(
                username=data.get("username", ""),
                name=data.get("name", ""),
                email=data.get("email", ""),
            )
            try:
                validate_password(password, person)
            except ValidationError as error:
                for each in error.error_list:
                    words = PASSWORD_PROBLEMS.get(each.code or "", each.messages[0])
                    self.add_error("password", str(words))
        return data


class CodeForm(forms.Form):
    """Which organisation is claimed."""

    uscc = forms.CharField(
        label=_("统一社会信用代码"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=_("18 位，在营业执照或法人证书上。"),
    )


class ClaimForm(forms.Form):
    """What proves that somebody acts for the organisation."""

    uscc = forms.CharField(max_length=60, widget=forms.HiddenInput)
    proof = forms.FileField(
        label=_("证明材料"),
        widget=forms.ClearableFileInput({"accept": PROOF_ENDINGS}),
        help_text=_("例如加盖公章的授权书或营业执照，照片或 PDF，不超过 10 MB。只有审核人能看到。"),
    )
    note = forms.CharField(
        label=_("说明"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("选填：您在单位的职务、可以核实的联系人等。"),
    )


class NewAccountClaimForm(NewAccountForm, ClaimForm):
    """Both, for somebody who has no account yet."""

    field_order = ("uscc", "name", "phone", "email", "username", "password", "proof", "note")


class InvitationForm(forms.Form):
    """Whom an organisation invites, as far as that is known."""

    role = forms.ChoiceField(
        label=_("身份"),
        help_text=_("负责人可以增减人员；经办人可以办理业务；只读只能查看。"),
    )
    name = forms.CharField(label=_("姓名"), max_length=60, required=False)
    phone = forms.CharField(label=_("电话"), max_length=32, required=False)
    email = forms.EmailField(
        label=_("邮箱"), required=False, help_text=_("填写后，链接同时发到这个邮箱。")
    )
    days = forms.TypedChoiceField(
        label=_("有效期"),
        coerce=int,
        initial=DAYS_USUAL,
        choices=[(3, _("3 天")), (7, _("7 天")), (14, _("14 天")), (30, _("30 天"))],
    )

    def __init__(self, *args: Any, roles: list[MembershipRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [(each.value, each.label) for each in roles]
        if MembershipRole.HANDLER in roles:
            role.initial = MembershipRole.HANDLER.value


class ApprovalForm(forms.Form):
    """As what the claimant comes in, where the organisation has an owner already."""

    role = forms.ChoiceField(
        label=_("通过后的身份"),
        choices=[("", _("请选择")), *reversed(MembershipRole.choices)],
        required=False,
    )


class RefusalForm(forms.Form):
    """Why a claim is not approved."""

    reason = forms.CharField(
        label=_("不通过的原因"),
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("申请人会看到，请写明缺什么、怎么补。"),
    )
