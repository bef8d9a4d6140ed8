"""The tree of regions, for everybody to read and managers to keep."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from lianshu.authority import require
from lianshu.records.errors import NotFound
from lianshu.registry.asking import ask
from lianshu.registry.models import Region, RegionKind
from lianshu.registry.queries import all_regions
from lianshu.registry.queries.regions import region_by_id, region_tree
from lianshu.registry.rules import can_manage_region, manageable_regions
from lianshu.registry.services import create_region, edit_region, succeed_region
from lianshu.ui.requests import PageRequest, page


class RegionForm(forms.Form):
    """What can be changed of a region."""

    name = forms.CharField(label=_lazy("名称"), max_length=100)
    kind = forms.ChoiceField(label=_lazy("类型"), choices=RegionKind.choices)
    official_code = forms.CharField(
        label=_lazy("行政区划代码"),
        max_length=16,
        required=False,
        help_text=_lazy("县级 6 位（GB/T 2260），街道 9 位；功能区、社区和网格没有可不填。"),
    )


class NewRegionForm(RegionForm):
    """What a new region needs besides."""

    field_order = ("code", "name", "kind", "official_code")

    code = forms.CharField(
        label=_lazy("代码"),
        max_length=32,
        help_text=_lazy("本系统里的代码，定了不再改，例如 yinzhou-kjc。"),
    )


class SucceedForm(forms.Form):
    """What a region became."""

    successor = forms.ChoiceField(label=_lazy("调整为"))
    on = forms.DateField(
        label=_lazy("日期"),
        initial=timezone.localdate,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    note = forms.CharField(
        label=_lazy("依据"),
        max_length=200,
        required=False,
        help_text=_lazy("例如：区划调整批复文号。"),
    )


@page()
def regions(request: PageRequest) -> HttpResponse:
    """Every region below the one it lies in."""
    tree = region_tree(request.actor)
    kept = manageable_regions(request.actor, [each.region.pk for each in tree])
    lines = [(each, each.region.pk in kept) for each in tree]
    return render(request, "registry/regions.html", {"lines": lines, "may_manage": bool(kept)})


def _get(public_id: str) -> Region:
    region = region_by_id(public_id)
    if region is None:
        raise NotFound(_("没有这个区域，链接可能不完整。请在区域里查找。"))
    return region


def _trail() -> list[tuple[str, str]]:
    return [(_("区域"), reverse("regions"))]


@page("GET", "POST")
def region_new(request: PageRequest, public_id: str) -> HttpResponse:
    """A new place in a region."""
    parent = _get(public_id)
    require(can_manage_region(request.actor, parent))
    form = NewRegionForm(request.POST or None, initial={"kind": RegionKind.ZONE})

    def act() -> tuple[str, str]:
        made = create_region(
            actor=request.actor, parent=parent, now=timezone.now(), **form.cleaned_data
        )
        return _("已添加“%(name)s”。") % {"name": made.name}, reverse("regions")

    heading = _("在“%(name)s”下添加区域") % {"name": parent.name}
    return ask(request, form, act, heading=heading, trail=_trail())


@page("GET", "POST")
def region_edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Correct a region's name, kind or official code."""
    region = _get(public_id)
    require(can_manage_region(request.actor, region))
    names = ("name", "kind", "official_code")
    form = RegionForm(request.POST or None, initial={name: getattr(region, name) for name in names})

    def act() -> tuple[str, str]:
        edit_region(actor=request.actor, region=region, now=timezone.now(), **form.cleaned_data)
        return _("已保存。"), reverse("regions")

    heading = _("修改“%(name)s”") % {"name": region.name}
    return ask(request, form, act, heading=heading, trail=_trail())


@page("GET", "POST")
def region_succeed(request: PageRequest, public_id: str) -> HttpResponse:
    """Say what a region became when boundaries changed."""
    region = _get(public_id)
    require(can_manage_region(request.actor, region))
    others = {each.public_id: each for each in all_regions() if each.pk != region.pk}
    form = SucceedForm(request.POST or None)
    successor = form.fields["successor"]
    assert isinstance(successor, forms.ChoiceField)
    successor.choices = [(key, each.name) for key, each in others.items()]

    def act() -> tuple[str, str]:
        data = form.cleaned_data
        made = succeed_region(
            actor=request.actor,
            predecessor=region,
            successor=others[data["successor"]],
            on=data["on"],
            note=data["note"],
            now=timezone.now(),
        )
        said = _("已登记：“%(old)s”调整为“%(new)s”。")
        return said % {"old": region.name, "new": made.successor.name}, reverse("regions")

    return ask(
        request,
        form,
        act,
        heading=_("“%(name)s”调整为哪里") % {"name": region.name},
        trail=_trail(),
        note=_("一个区域分成几个的，逐个登记。单位的区域不会自动改，请在单位页面调整。"),
    )
