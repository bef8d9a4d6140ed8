"""Stars to rate with: radio buttons, for a keyboard, a thumb and a screen reader alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


class StarsInput(forms.RadioSelect):
    """One to five stars; all up to the chosen one are lit."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        given = {**self.attrs, **(attrs or {})}
        base = str(given.get("id", f"id_{name}"))
        chosen = "" if value is None else str(value)
        parts = format_html_join(
            "",
            '<input type="radio" name="{}" id="{}" value="{}"{}{}>'
            '<label for="{}"><span aria-hidden="true">★</span>'
            '<span class="visually-hidden">{}</span></label>',
            (
                (
                    name,
                    f"{base}_{number}",
                    number,
                    SafeString(" checked") if str(number) == chosen else "",
                    SafeString(" required") if self.is_required else "",
                    f"{base}_{number}",
                    _("%(n)d 星") % {"n": number},
                )
                for number, _label in self.choices
            ),
        )
        return format_html(
            '<div class="stars" role="radiogroup" aria-label="{}">{}</div>',
            given.get("aria-label", ""),
            parts,
        )
