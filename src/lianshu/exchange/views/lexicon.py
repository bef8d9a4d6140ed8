"""Words that staff teach matching: seen in their effect before they are saved, undone after."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.authority import Actor, require
from lianshu.exchange.lexicon import entry_by_id, lexicon_with
from lianshu.exchange.lexicon_effect import EffectRow, effect_of
from lianshu.exchange.models import LexiconEntry, LexiconKind
from lianshu.exchange.queries import demand_by_id, demands_to_try
from lianshu.exchange.rules import can_edit_lexicon
from lianshu.exchange.services.lexicon import (
    add_lexicon_entry,
    checked_words,
    edit_lexicon_entry,
    set_lexicon_active,
    undo_lexicon_change,
)
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

_BETWEEN = re.compile(r"[、,，;；\n\r=＝]+")


class LexiconForm(forms.Form):
    """One entry, and the demand on which its effect is looked at."""

    kind = forms.ChoiceField(
        label=lazy("类型"), choices=LexiconKind.choices, initial=LexiconKind.SYNONYMS
    )
    words = forms.CharField(
        label=lazy("词"),
        max_length=700,
        widget=forms.Textarea({"rows": 3}),
        help_text=lazy("用顿号、逗号或换行分开；同义词的第一个词代表这一组。"),
    )
    demand = forms.ChoiceField(
        label=lazy("看看对哪条需求的影响"), required=False, help_text=lazy("只用来预览，不会保存。")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["demand"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", lazy("请选择")), *demands_to_try(actor)]

    def listed(self) -> list[str]:
        """The words one by one."""
        return [word.strip() for word in _BETWEEN.split(self.cleaned_data["words"]) if word.strip()]


def _find(request: PageRequest, public_id: str) -> LexiconEntry:
    require(can_edit_lexicon(request.actor))
    entry = entry_by_id(request.actor, public_id)
    if entry is None:
        raise NotFound(_("没有这个词条，它可能已被删除。"))
    return entry


@page("GET", "POST")
def lexicon_new(request: PageRequest) -> HttpResponse:
    """A new entry: first its effect, then the save."""
    require(can_edit_lexicon(request.actor))
    form = LexiconForm(request.POST or None, actor=request.actor)
    return _edit(request, form, None)


@page("GET", "POST")
def lexicon_entry(request: PageRequest, public_id: str) -> HttpResponse:
    """One entry with its history."""
    entry = _find(request, public_id)
    initial = {"kind": entry.kind, "words": "\n".join(entry.words)}
    form = LexiconForm(request.POST or None, actor=request.actor, initial=initial)
    return _edit(request, form, entry)


def _edit(request: PageRequest, form: LexiconForm, entry: LexiconEntry | None) -> HttpResponse:
    effect: list[EffectRow] | None = None
    if form.is_valid():
        try:
            if request.POST.get("then") == "save":
                return _saved(request, form, entry)
            effect = _effect(request, form, entry)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    return render(
        request,
        "exchange/lexicon_entry.html",
        {
            "form": form,
            "entry": entry,
            "effect": effect,
            "moved": sum(row.move != "same" for row in effect or ()),
            "revisions": entry.revisions.all()[:30] if entry else (),
        },
        status=422 if form.is_bound and not form.is_valid() else 200,
    )


def _effect(request: PageRequest, form: LexiconForm, entry: LexiconEntry | None) -> list[EffectRow]:
    kind, words = form.cleaned_data["kind"], form.listed()
    checked_words(kind, words)
    demand = demand_by_id(request.actor, form.cleaned_data["demand"])
    if demand is None:
        raise DomainError(_("请选择一条需求来预览。"), field="demand")
    after = lexicon_with(entry, kind, words)
    return effect_of(request.actor, demand, words=words, after=after, now=timezone.now())


def _saved(request: PageRequest, form: LexiconForm, entry: LexiconEntry | None) -> HttpResponse:
    kind, words = form.cleaned_data["kind"], form.listed()
    if entry is None:
        done = add_lexicon_entry(actor=request.actor, kind=kind, words=words, now=timezone.now())
    else:
        given = request.POST.get("version", "")
        done = edit_lexicon_entry(
            actor=request.actor,
            entry=entry,
            kind=kind,
            words=words,
            version=int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0,
            now=timezone.now(),
        )
    say(
        request,
        _("已保存，匹配和搜索马上使用。"),
        undo=reverse("lexicon-undo", args=[done.public_id]),
    )
    return HttpResponseRedirect(reverse("lexicon-entry", args=[done.public_id]))


@page("POST")
def lexicon_toggle(request: PageRequest, public_id: str) -> HttpResponse:
    """Out of use, or back into it."""
    entry = _find(request, public_id)
    done = set_lexicon_active(
        actor=request.actor, entry=entry, active=not entry.active, now=timezone.now()
    )
    say(request, _("已恢复使用。") if done.active else _("已停用。"))
    return HttpResponseRedirect(reverse("lexicon-entry", args=[done.public_id]))


@page("POST")
def lexicon_undo(request: PageRequest, public_id: str) -> HttpResponse:
    """Take the last change back."""
    entry = undo_lexicon_change(
        actor=request.actor, entry=_find(request, public_id), now=timezone.now()
    )
    say(request, _("已撤销上一次修改。"))
    return HttpResponseRedirect(reverse("lexicon-entry", args=[entry.public_id]))
