"""What people give with an action: required fields, the coded reason, the rating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from lianshu.casework.runtime import Running
from lianshu.engine.loops import Action, Step
from lianshu.records.errors import DomainError
from lianshu.registry.models import Organisation

TEXT_MOST: Final = 4_000
LINE_MOST: Final = 200
SCORES: Final = ("speed", "quality", "attitude")


@dataclass(frozen=True, slots=True)
class Stars:
    """A rating: 1 to 5, with scores for parts of it where they were given."""

    stars: int
    speed: int | None = None
    quality: int | None = None
    attitude: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What came with an action: `values` by field, `appointed` by role."""

    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    note: str = ""
    stars: Stars | None = None
    appointed: Mapping[str, Sequence[Organisation]] = field(default_factory=dict)
    files: Sequence[str] = ()
    """Public ids of what was sent along, beside the fields of the step."""

    def as_data(self) -> dict[str, Any]:
        """What the event keeps."""
        data: dict[str, Any] = {
            "values": dict(self.values),
            "note": self.note,
            "files": list(self.files),
        }
        if self.stars:
            data["stars"] = {
                name: value
                for name in ("stars", *SCORES)
                if (value := getattr(self.stars, name)) is not None
            }
        if self.appointed:
            data["appointed"] = {
                role: [organisation.public_id for organisation in found]
                for role, found in self.appointed.items()
            }
        return {name: value for name, value in data.items() if value}


def check_given(running: Running, step: Step, action: Action, given: Given) -> Given:
    """What was given, cleaned. Raises DomainError naming the field."""
    fields = {each.id: each for each in step.fields}
    values: dict[str, Any] = {}
    for name, value in given.values.items():
        if name not in fields:
            raise DomainError(_("这一步没有“%(field)s”这一项。") % {"field": name}, field=name)
        cleaned = _clean(fields[name].type, str(fields[name].title), name, value)
        if cleaned is None:
            continue
        choices = {choice.id for choice in fields[name].choices}
        if choices and cleaned not in choices:
            raise DomainError(
                _("“%(title)s”没有这个选项，请重新选择。") % {"title": fields[name].title},
                field=name,
            )
        values[name] = cleaned
    for name in action.requires:
        if name in fields and name not in values:
            raise DomainError(_("请填写“%(title)s”。") % {"title": fields[name].title}, field=name)
    _check_choice(action, given)
    for role in action.assigns:
        if not given.appointed.get(role):
            raise DomainError(
                _("请选择“%(role)s”。") % {"role": running.roles[role].name}, field=f"role-{role}"
            )
        seats = running.roles[role].seats
        if seats is not None and len(given.appointed[role]) > seats:
            raise DomainError(
                _("“%(role)s”最多 %(seats)d 家，请减少。")
                % {"role": running.roles[role].name, "seats": seats},
                field=f"role-{role}",
            )
    if set(given.appointed) - set(action.assigns):
        raise DomainError(_("这个动作不指派单位，请去掉所选单位。"), field="role")
    # Who is named twice gets one task.
    appointed = {role: list(dict.fromkeys(found)) for role, found in given.appointed.items()}
    return replace(given, values=values, note=given.note.strip(), appointed=appointed)


def _check_choice(action: Action, given: Given) -> None:
    known = {reason.id for reason in action.reasons}
    if known and given.reason not in known:
        raise DomainError(_("请选择原因。"), field="reason")
    if given.reason and not known:
        raise DomainError(_("这个动作不用选原因。"), field="reason")
    if len(given.note) > TEXT_MOST:
        raise DomainError(_("说明请不要超过 %(most)d 字。") % {"most": TEXT_MOST}, field="note")
    if action.rating is None:
        if given.stars is not None:
            raise DomainError(_("这个动作不是评价。"), field="stars")
        return
    if given.stars is None:
        raise DomainError(_("请给出 1 到 5 分的评价。"), field="stars")
    for name in ("stars", *SCORES):
        score = getattr(given.stars, name)
        if score is not None and not 1 <= score <= 5:
            raise DomainError(_("评分应在 1 到 5 之间。"), field=name)


def _clean(kind: str, title: str, name: str, value: Any) -> Any:
    """The value as it is kept; None when nothing was given."""
    text = value.strip() if isinstance(value, str) else value
    if text in (None, "", []):
        return None
    most = TEXT_MOST if kind == "text" else LINE_MOST
    if isinstance(text, str) and len(text) > most:
        raise DomainError(
            _("“%(title)s”请不要超过 %(most)d 字。") % {"title": title, "most": most}, field=name
        )
    try:
        if kind in {"number", "money"}:
            return int(text)
        if kind == "date":
            return date.fromisoformat(str(text)).isoformat()
    except ValueError as error:
        wanted = _("整数") if kind != "date" else _("日期，例如 2026-11-30")
        raise DomainError(
            _("“%(title)s”应为%(wanted)s。") % {"title": title, "wanted": wanted}, field=name
        ) from error
    return text
