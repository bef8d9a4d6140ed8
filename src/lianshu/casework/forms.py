"""The form of an action, made from the loop's definition."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianshu.authority import Actor
from lianshu.casework.models import LoopVersion
from lianshu.casework.queries import loops_in_use
from lianshu.casework.reading import said
from lianshu.casework.runtime import Running
from lianshu.casework.services.forms import LINE_MOST, SCORES, TEXT_MOST, Given, Stars
from lianshu.casework.stars import StarsInput
from lianshu.casework.written import FILE_TYPES
from lianshu.engine.loops import Action, Step
from lianshu.engine.loops.model import FormField
from lianshu.registry.finding import OrganisationFinder
from lianshu.registry.forms_chains import NameInput
from lianshu.registry.models import Organisation

STARS = [(n, str(n)) for n in range(1, 6)]
WAN_IN_FEN = 1_000_000


class OpenCaseForm(forms.Form):
    """What is asked for, by which loop, for whom."""

    loop = forms.ChoiceField(label=gettext_lazy("办理流程"), widget=forms.HiddenInput)
    asker = forms.CharField(label=gettext_lazy("提出单位"), max_length=200, widget=NameInput)
    subject = forms.CharField(label=gettext_lazy("要办什么"), max_length=200)
    urgent = forms.BooleanField(label=gettext_lazy("紧急"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor
        self._loops = {version.loop: version for version in loops_in_use()}
        loop = self.fields["loop"]
        assert isinstance(loop, forms.ChoiceField)
        loop.choices = [(key, version.title) for key, version in self._loops.items()]
        own = next((m.organisation_name for m in actor.memberships if m.may_act), "")
        self.fields["asker"].initial = own

    def chosen_loop(self) -> LoopVersion:
        """The chosen loop."""
        return self._loops[self.cleaned_data["loop"]]

    def clean_asker(self) -> Organisation:
        """The organisation meant."""
        found = OrganisationFinder(self._actor).find(self.cleaned_data["asker"])
        if isinstance(found, str):
            raise forms.ValidationError(
                _("“%(name)s”%(why)s") % {"name": self.cleaned_data["asker"], "why": found}
            )
        return found


class ActionForm(forms.Form):
    """Fields of the step, the coded reason, whom to appoint and the rating, as the action asks."""

    def __init__(
        self, *args: Any, actor: Actor, running: Running, step: Step, action: Action, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._actor, self._step, self._action = actor, step, action
        for field in step.fields if action.requires else ():
            self.fields[f"field-{field.id}"] = _form_field(
                field, required=field.id in action.requires
            )
        if action.reasons:
            self.fields["reason"] = forms.ChoiceField(
                label=_("原因"),
                choices=[("", "—"), *((r.id, said(r.title)) for r in action.reasons)],
            )
        for role in action.assigns:
            self._add_role(running, role)
        if action.rating:
            self._add_rating()
        self.fields["note"] = forms.CharField(
            label=_("说明"),
            required=False,
            max_length=TEXT_MOST,
            widget=forms.Textarea({"rows": 3}),
        )

    def _add_role(self, running: Running, role: str) -> None:
        name = said(running.roles[role].name)
        self.fields[f"role-{role}"] = forms.CharField(
            label=name, help_text=_("单位名称或信用代码。"), widget=NameInput
        )
        if running.is_for_several(role):
            self.fields[f"more-{role}"] = forms.CharField(
                label=_("另外的%(role)s") % {"role": name},
                help_text=_("每行一家。"),
                required=False,
                widget=forms.Textarea({"rows": 3}),
            )

    def _add_rating(self) -> None:
        label = _("总体评价")
        self.fields["stars"] = forms.TypedChoiceField(
            label=label, coerce=int, choices=STARS, widget=StarsInput({"aria-label": label})
        )
        labels = {"speed": _("速度"), "quality": _("质量"), "attitude": _("态度")}
        for name in SCORES:
            self.fields[name] = forms.TypedChoiceField(
                label=labels[name],
                coerce=int,
                empty_value=None,
                required=False,
                choices=STARS,
                widget=StarsInput({"aria-label": labels[name]}),
            )

    def clean(self) -> dict[str, Any]:
        """Names of organisations become organisations."""
        data = super().clean() or {}
        finder: OrganisationFinder | None = None
        for role in self._action.assigns:
            name = f"role-{role}"
            appointed: list[Organisation] = []
            named = f"{data.get(name, '')}\n{data.get(f'more-{role}', '')}"
            for line in named.splitlines():
                if not line.strip():
                    continue
                finder = finder or OrganisationFinder(self._actor)
                found = finder.find(line)
                if isinstance(found, str):
                    said_of = _("“%(name)s”%(why)s") % {"name": line.strip(), "why": found}
                    self.add_error(name, said_of)
                else:
                    appointed.append(found)
            data[name] = appointed
        return data

    def given(self) -> Given:
        """What `act` takes."""
        data = self.cleaned_data
        rating = data.get("stars")
        return Given(
            values={
                field.id: _kept(data[f"field-{field.id}"])
                for field in self._step.fields
                if field.type not in FILE_TYPES and data.get(f"field-{field.id}") not in (None, "")
            },
            reason=data.get("reason", ""),
            note=data.get("note", ""),
            stars=Stars(rating, *(data.get(name) for name in SCORES)) if rating else None,
            appointed={role: data[f"role-{role}"] for role in self._action.assigns},
        )

    def uploads(self) -> dict[str, File[Any]]:
        """The files given, by field."""
        return {
            field.id: found
            for field in self._step.fields
            if field.type in FILE_TYPES and (found := self.cleaned_data.get(f"field-{field.id}"))
        }

    @property
    def photos(self) -> frozenset[str]:
        """The fields that take pictures only."""
        return frozenset(field.id for field in self._step.fields if field.type == "photo")


def _kept(value: Any) -> Any:
    """Money is kept in fen, however it is typed."""
    return int(value * WAN_IN_FEN) if isinstance(value, Decimal) else value


def _form_field(field: FormField, *, required: bool) -> forms.Field:
    label = said(field.title)
    if field.type == "text":
        return forms.CharField(
            label=label,
            required=required,
            max_length=TEXT_MOST,
            widget=forms.Textarea({"rows": 4}),
        )
    if field.type == "choice":
        choices = [("", "—"), *((c.id, said(c.title)) for c in field.choices)]
        return forms.ChoiceField(label=label, required=required, choices=choices)
    if field.type in FILE_TYPES:
        photo = field.type == "photo"
        return forms.FileField(
            label=label,
            required=required,
            widget=forms.ClearableFileInput({"accept": "image/*"} if photo else {}),
        )
    if field.type == "organisation":
        return forms.CharField(
            label=label, required=required, max_length=LINE_MOST, widget=NameInput
        )
    if field.type == "money":
        return forms.DecimalField(
            label=_("%(title)s（万元）") % {"title": label},
            required=required,
            min_value=0,
            max_digits=12,
            decimal_places=4,
        )
    if field.type == "number":
        return forms.IntegerField(label=label, required=required)
    if field.type == "date":
        return forms.DateField(
            label=label, required=required, widget=forms.DateInput({"type": "date"})
        )
    return forms.CharField(label=label, required=required, max_length=LINE_MOST)
