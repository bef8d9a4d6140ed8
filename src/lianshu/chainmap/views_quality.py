"""The quality of the map, and of two files before they are imported."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import require
from lianshu.chainmap.forms import QualityForm, RootsForm
from lianshu.chainmap.quality import by_rule, current_quality
from lianshu.chainmap.queries import product_names, roots_by_chain, roots_of
from lianshu.chainmap.rules import can_edit_map, can_set_chain
from lianshu.chainmap.services.computing import refresh_inputs
from lianshu.chainmap.services.products import set_chain_products
from lianshu.engine.chains import Quality, check_quality, nearest, read_edges, read_makings
from lianshu.engine.sheets import SheetError
from lianshu.records.errors import DomainError
from lianshu.registry.queries import all_chains
from lianshu.registry.views_chains import get_chain
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


@page("GET", "POST")
def chain_quality(request: PageRequest) -> HttpResponse:
    """What is doubtful in the map or, sent two files, in them. Nothing is changed or kept."""
    require(can_edit_map(request.actor))
    posted = request.method == "POST"
    form = QualityForm(request.POST if posted else None, request.FILES if posted else None)
    quality: Quality | None = None
    if not posted:
        quality = current_quality(request.actor)
    elif form.is_valid():
        edges, makers = form.cleaned_data["edges"], form.cleaned_data["makers"]
        try:
            quality = check_quality(
                read_edges(edges.file, name=edges.name), read_makings(makers.file, name=makers.name)
            )
        except SheetError as error:
            form.add_error(None, str(error))
    roots = roots_by_chain()
    context = {
        "form": form,
        "files": posted,
        "quality": quality,
        "rules": [] if quality is None else by_rule(quality),
        "import_url": reverse("imports:list"),
        "chains": [(chain, len(roots.get(chain, ()))) for chain in all_chains()],
    }
    status = 422 if posted and quality is None else 200
    return render(request, "chainmap/quality.html", context, status=status)


@page("GET", "POST")
def chain_roots(request: PageRequest, code: str) -> HttpResponse:
    """What a chain is known for; its inputs are computed at once."""
    chain = get_chain(request.actor, code)
    require(can_set_chain(request.actor, chain))
    posted = request.POST if request.method == "POST" else None
    form = RootsForm(posted, initial={"roots": "\n".join(roots_of(chain))})
    if form.is_valid():
        now = timezone.now()
        names = form.names()
        try:
            set_chain_products(actor=request.actor, chain=chain, roots=names, now=now)
        except DomainError as error:
            form.add_error("roots", f"{error.message}{_like(names)}")
        else:
            refresh_inputs(now=now)
            say(request, _("已设定终端产品，必需投入已重新计算。"))
            return _to_inputs(chain.public_id)
    context = {"chain": chain, "form": form}
    return render(request, "chainmap/roots.html", context, status=422 if form.is_bound else 200)


def _like(names: list[str]) -> str:
    known = set(product_names())
    found = [each for name in names if name not in known for each in nearest(name, known, count=3)]
    return _("相近的有：%(names)s。") % {"names": "、".join(found)} if found else ""


def _to_inputs(chain_id: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('chain-inputs')}?chain={chain_id}")
