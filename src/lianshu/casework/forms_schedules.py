"""For whom an opening recurs in each place, and from which day on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianshu.authority import Actor
from lianshu.casework.models import Recurrence
from lianshu.casework.queries_schedules import Spot
from lianshu.registry.finding import OrganisationFinder
from lianshu.registry.forms_chains import OrganisationField
from lianshu.registry.models import Organisation


class FirstDayForm(forms.Form):
    """From which day on."""

    first_on = forms.DateField(
        label=gettext_lazy("从哪天起"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=gettext_lazy("含当天；当天的开办时刻已过的，马上开出。"),
    )


class SwitchOnForm(FirstDayForm):
    """An organisation for each place; where none is named it stays off."""

    def __init__(
        self, *args: Any, actor: Actor, spots: Sequence[Spot], today: date, **kwargs: Any
    ) -> None:
        proposed = {f"place-{each.key}": each.proposed.name for each in spots if each.proposed}
        kwargs["initial"] = {"first_on": today, **proposed}
        super().__init__(*args, **kwargs)
        self._spots = spots
        finder = OrganisationFinder(actor) if self.is_bound else None
        for spot in spots:
            field = OrganisationField(label=str(spot), required=False)
            field.finder = finder
            self.fields[f"place-{spot.key}"] = field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.places():
            self.add_error(None, _("请至少为一个地方填写单位。"))
        return data

    def places(self) -> list[tuple[Spot, Organisation]]:
        """The places for which an organisation was named."""
        named = ((spot, self.cleaned_data.get(f"place-{spot.key}")) for spot in self._spots)
        return [(spot, organisation) for spot, organisation in named if organisation]


class AgainForm(FirstDayForm):
    """Switching on again, or going on for another organisation."""

    organisation = OrganisationField(label=gettext_lazy("为谁开"))
    field_order = ("organisation", "first_on")

    def __init__(
        self, *args: Any, actor: Actor, recurrence: Recurrence, today: date, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"first_on": today, "organisation": recurrence.organisation.name}
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, OrganisationField)
        field.finder = OrganisationFinder(actor) if self.is_bound else None
