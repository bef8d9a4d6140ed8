"""What can be done to many tasks or cases at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor, Capability, Verdict
from lianshu.casework.models import Case, Task
from lianshu.casework.queries import case_by_id
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.acting import act
from lianshu.casework.services.forms import TEXT_MOST, Given
from lianshu.casework.written import said
from lianshu.engine.loops import Action
from lianshu.records.errors import Conflict
from lianshu.registry.finding import OrganisationFinder
from lianshu.registry.forms_chains import NameInput
from lianshu.registry.models import Organisation
from lianshu.ui.lists import ActorForm, BulkAction
from lianshu.ui.lists.filters import Text


class DispatchForm(ActorForm):
    """To whom, and what to say to them."""

    organisation = forms.CharField(label=_("派给"), max_length=200, widget=NameInput)
    note = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=TEXT_MOST,
        widget=forms.Textarea({"rows": 2}),
    )

    def clean_organisation(self) -> Organisation:
        """The organisation meant."""
        name = self.cleaned_data["organisation"]
        found = OrganisationFinder(self.actor).find(name)
        if isinstance(found, str):
            raise forms.ValidationError(_now("“%(name)s”%(why)s") % {"name": name, "why": found})
        return found


def dispatching_action(case: Case) -> Action | None:
    """The action at the case's step that appoints one role and asks for nothing else."""
    if not case.step:
        return None
    step = running_loop(case.loop_version).step(case.step)
    fitting = (
        action
        for action in step.actions
        if len(action.assigns) == 1 and not action.requires and not action.reasons
    )
    return next(fitting, None)


def _of(row: Task | Case) -> Case:
    return row.case if isinstance(row, Task) else row


def _can(_actor: Actor, row: Task | Case) -> Verdict:
    if dispatching_action(_of(row)) is not None:
        return Verdict.yes()
    return Verdict.no(_now("现在这一步不能成批派单：不用派给单位，或者还要填写别的内容。"))


def _effect(row: Task | Case) -> Text:
    action = dispatching_action(_of(row))
    return _("将“%(action)s”") % {"action": said(action.name) if action else ""}


def _run(actor: Actor, row: Task | Case, data: dict[str, Any], now: datetime) -> Text:
    case = case_by_id(actor, _of(row).public_id)
    action = None if case is None else dispatching_action(case)
    if case is None or action is None:
        raise Conflict(_now("这件事已经往下走了，请刷新列表。"))
    to: Organisation = data["organisation"]
    given = Given(note=data["note"], appointed={action.assigns[0]: [to]})
    act(actor=actor, case=case, action=action.id, given=given, now=now)
    return _("已派给%(name)s。") % {"name": to.name}


DISPATCH: BulkAction[Any] = BulkAction(
    "dispatch",
    _("成批派单"),
    can=_can,
    effect=_effect,
    run=_run,
    form=DispatchForm,
    icon="send",
    offered=lambda actor: actor.has(Capability.COORDINATE),
    warning=_("派出后对方立即收到通知；派错了，请对方退回，或等它到期转回。"),
)
