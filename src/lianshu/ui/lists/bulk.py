"""Many rows at once: what would happen, then what did happen, row by row, then a way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Refusal
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.lists.paging import narrowed, ordered
from lianshu.ui.lists.spec import ActorForm, BulkAction, ListSpec
from lianshu.ui.lists.state import read_state
from lianshu.ui.requests import PageRequest, page

BULK_MOST = 1_000


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One row of a preview or of a result: what will be or was done, or why not."""

    key: str
    row: Any
    done: bool
    text: str


def bulk_view(spec: ListSpec[Any, Any]) -> Callable[..., HttpResponseBase]:
    """POST `row` (or `all` with `narrowing`) for the preview, and `step=run` to do it."""

    @page("POST")
    def view(request: PageRequest, action_id: str) -> HttpResponse:
        action = spec.bulk_action(action_id)
        if action is None or not action.offered(request.actor):
            raise NotFound(_("这个列表没有这项批量操作。"))
        models = _chosen(spec, request)
        if not models:
            raise DomainError(_("没有选中任何行。请回到列表，勾选要处理的行后再试。"))
        form = _form(action, request)
        if request.POST.get("step") == "run" and (form is None or form.is_valid()):
            if action.start is not None:
                return _start(request, action, models)
            data = {} if form is None else form.cleaned_data
            return _run(request, spec, action, models, data)
        return _preview(request, spec, action, models, form)

    return view


def _form(action: BulkAction[Any], request: PageRequest) -> forms.Form | None:
    if action.form is None:
        return None
    data = request.POST if request.POST.get("step") == "run" else None
    if issubclass(action.form, ActorForm):
        return action.form(data, actor=request.actor)
    return action.form(data)


def _chosen(spec: ListSpec[Any, Any], request: PageRequest) -> list[Any]:
    """The rows asked for that the actor may see; those in `narrowing` when `all` is set."""
    if request.POST.get("all") == "1":
        state = read_state(spec, QueryDict(request.POST.get("narrowing", "")), request.actor)
        rows = ordered(spec, state, narrowed(spec, state, request.actor))
    else:
        keys = request.POST.getlist("row")
        if len(keys) == 1:  # the preview sends what it showed as one field
            keys = keys[0].split(",")
        keys = [key for key in keys if key.isascii() and key.isalnum()]
        if len(keys) > BULK_MOST:
            raise _too_many()
        rows = spec.rows(request.actor).filter(**{f"{spec.key_field}__in": keys}).order_by("pk")
    models = list(rows[: BULK_MOST + 1])
    if len(models) > BULK_MOST:
        raise _too_many()
    return models


def _too_many() -> DomainError:
    return DomainError(
        _("一次最多处理 %(most)d 行。请用筛选缩小范围，分几次处理。") % {"most": BULK_MOST}
    )


def _preview(
    request: PageRequest,
    spec: ListSpec[Any, Any],
    action: BulkAction[Any],
    models: list[Any],
    form: forms.Form | None,
) -> HttpResponse:
    shown = spec.present(request.actor, models, "page")
    rows: list[BulkRow] = []
    for model, row in zip(models, shown, strict=True):
        verdict = action.can(request.actor, model)
        text = str(action.effect(model)) if verdict.allowed else verdict.reason
        rows.append(BulkRow(spec.key(row), row, verdict.allowed, text))
    return render(
        request,
        "ui/lists/bulk_preview.html",
        {
            "spec": spec,
            "action": action,
            "will": [row for row in rows if row.done],
            "refused": [row for row in rows if not row.done],
            "keys": ",".join(row.key for row in rows if row.done),
            "form": form,
            "back": reverse(spec.id) + "?" + request.POST.get("narrowing", ""),
            "narrowing": request.POST.get("narrowing", ""),
        },
        status=200 if form is None or not form.is_bound else 422,
    )


def _start(request: PageRequest, action: BulkAction[Any], models: list[Any]) -> HttpResponse:
    """Queue the work for the allowed rows and go to its page; the preview named the others."""
    allowed = [model for model in models if action.can(request.actor, model).allowed]
    if not allowed or action.start is None:
        raise DomainError(_("选中的行都不能这样处理。请回到列表，查看每一行的原因。"))
    return HttpResponseRedirect(action.start(request.actor, allowed, timezone.now()))


def _run(
    request: PageRequest,
    spec: ListSpec[Any, Any],
    action: BulkAction[Any],
    models: list[Any],
    data: dict[str, Any],
) -> HttpResponse:
    # Shown as they were: what is done to a row may move it out of the actor's sight.
    shown = spec.present(request.actor, models, "page")
    rows = [
        _one(request.actor, action, model, spec.key(row), row, data)
        for model, row in zip(models, shown, strict=True)
    ]
    done = [row for row in rows if row.done]
    return render(
        request,
        "ui/lists/bulk_result.html",
        {
            "spec": spec,
            "action": action,
            "done": done,
            "refused": [row for row in rows if not row.done],
            "undo": spec.bulk_action(action.undo) if action.undo and done else None,
            "keys": ",".join(row.key for row in done),
            "back": reverse(spec.id) + "?" + request.POST.get("narrowing", ""),
            "narrowing": request.POST.get("narrowing", ""),
        },
    )


def _one(
    actor: Actor,
    action: BulkAction[Any],
    model: Any,
    key: str,
    row: Any,
    data: dict[str, Any],
) -> BulkRow:
    verdict = action.can(actor, model)
    if not verdict.allowed:
        return BulkRow(key, row, False, verdict.reason)
    if action.run is None:
        raise ValueError(f"bulk action {action.id} has neither run nor start")
    try:
        return BulkRow(key, row, True, str(action.run(actor, model, data, timezone.now())))
    except (Refusal, DomainError) as refusal:
        return BulkRow(key, row, False, str(refusal))
