"""The pictures of a chain: the map, what flows between segments, chains × districts.

Each page shows a picture and the table made from the same rows. What a reader may know is decided
in `picture_reading`; a page that tells few makers is logged and carries the reader's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import signature
from lianshu.authority import Actor
from lianshu.chainmap.picture_reading import (
    DEEPEST,
    Choices,
    Drawn,
    Where,
    chain_drawn,
    chains_by_district,
    choices_for,
    product_panel,
    segment_flows,
    where_asked,
)
from lianshu.chainmap.picture_specs import (
    flow_table,
    level_word,
    makers_words,
    map_table,
    matrix_table,
)
from lianshu.chainmap.picture_tables import Table, address, file_of, shown
from lianshu.chainmap.pictures import MARKS, ProductRow, layers_of
from lianshu.chainmap.pictures_flow import flow_option
from lianshu.chainmap.pictures_matrix import Cell, MatrixRow
from lianshu.chainmap.rules import reads_sources
from lianshu.chainmap.services.picture_log import note_reading
from lianshu.records.errors import NotFound
from lianshu.ui import formats
from lianshu.ui.requests import PageRequest, page

DEPTHS: Final = (1, 2, 3, 4, DEEPEST)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page was asked for."""

    choices: Choices
    where: Where | None
    depth: int

    def params(self) -> dict[str, str]:
        """As parameters of an address; what is the same without it is left out."""
        if self.where is None:
            return {}
        return {
            "chain": self.where.chain.public_id,
            "region": self.where.region.public_id,
            "depth": "" if self.depth == DEEPEST else str(self.depth),
        }


def asked_of(request: PageRequest) -> Asked:
    """From the address; what is not known there falls back to the actor's own chain and city."""
    choices = choices_for(request.actor)
    where = where_asked(
        request.actor,
        choices,
        chain=request.GET.get("chain", ""),
        region=request.GET.get("region", ""),
    )
    typed = request.GET.get("depth", "")
    depth = int(typed) if typed in {str(each) for each in DEPTHS} else DEEPEST
    return Asked(choices, where, depth)


def where_or_404(asked: Asked) -> Where:
    """For parts of pages and files, which no empty map has."""
    if asked.where is None:
        raise NotFound(_("还没有产业链设定终端产品，没有图可以看。"))
    return asked.where


def watermark(actor: Actor) -> str:
    """Who reads and when, as it stands over a page and in every row of a file."""
    return f"{signature(actor)} {formats.moment(timezone.now())}"


def note(request: PageRequest, where: Where, *, exported: bool = False) -> str:
    """Log that few makers were read there; the watermark, empty where nothing needs one."""
    if not where.exact:
        return ""
    note_reading(
        actor=request.actor,
        action="chainmap.sources_exported" if exported else "chainmap.sources_read",
        chain=where.chain,
        region=where.region,
        query=request.get_full_path()[:300],
        now=timezone.now(),
    )
    return watermark(request.actor)


def unkept(response: HttpResponse) -> HttpResponse:
    """No cache keeps a page that may tell few makers."""
    response.headers["Cache-Control"] = "no-store"
    return response


def frame(actor: Actor, asked: Asked, tab: str) -> dict[str, Any]:
    """What every page of pictures has."""
    query = address(asked.params(), {})
    tabs = (
        ("map", _("图谱"), reverse("chain-map")),
        ("flow", _("环节流向"), reverse("chain-flow")),
        ("matrix", _("链 × 区县"), reverse("chain-matrix")),
        ("scenario", _("推演"), reverse("chain-scenario")),
    )
    return {
        "asked": asked,
        "where": asked.where,
        "chains": list(asked.choices.chains),
        "regions": asked.choices.regions,
        "depths": DEPTHS,
        "tab": tab,
        "tabs": [(id, label, href + query) for id, label, href in tabs],
        "gap_list": place_of("chain-gaps" if reads_sources(actor) else "chain-inputs"),
    }


def place_of(name: str, *arguments: object) -> str:
    """An address by name, empty where the site does not have it."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


@page()
def chain_map(request: PageRequest) -> HttpResponse:
    """The map: levels from the roots, status by colour and shape, and every product in a table."""
    asked = asked_of(request)
    context = frame(request.actor, asked, "map")
    if asked.where is not None:
        drawn = chain_drawn(request.actor, asked.where, depth=asked.depth)
        chosen = request.GET.get("product", "")
        context |= _map_context(request, asked, drawn) | {
            "chosen": chosen,
            "mark": note(request, asked.where),
            **_panel_context(request.actor, asked, drawn, chosen),
        }
    return unkept(render(request, "chainmap/map.html", context))


def _map_context(request: PageRequest, asked: Asked, drawn: Drawn) -> dict[str, Any]:
    rows = drawn.picture.rows
    deepest = max((row.depth for row in rows), default=0)
    layers = layers_of(
        drawn.picture,
        levels=[level_word(depth) for depth in range(deepest + 1)],
        notes={row.product: makers_words(row) for row in rows if row.depth},
    )
    marks = drawn.picture.count()
    return {
        "layers": layers.data() | {"words": layer_words()},
        "legend": [(MARKS[id], count) for id, count in marks.items()],
        "names": [row.product for row in rows],
        "inputs": sum(row.depth > 0 for row in rows),
        "panel_url": reverse("chain-map-product") + address(asked.params(), {}) + "&product=",
        "table": shown(_map_table(asked, drawn), rows, request.GET),
        "export": "chain-map-export",
    }


def _panel_context(actor: Actor, asked: Asked, drawn: Drawn, product: str) -> dict[str, Any]:
    panel = product_panel(actor, drawn, product) if product else None
    if panel is None:
        return {"panel": None}
    return {
        "panel": panel,
        "panel_makers": makers_words(panel.row) if panel.row else "",
        "panel_query": address(asked.params(), {}),
        "gap_page": place_of("chain-input", panel.key) if panel.key else "",
        "may_scenario": drawn.where.exact,
    }


def layer_words() -> dict[str, str]:
    """What the script says."""
    return {
        "more": _("还有 {n} 个…"),
        "kids": _("有 {n} 种投入"),
        "none": _("图上没有名称含“{q}”的产品。"),
        "comma": _("，"),
    }


def _map_table(asked: Asked, drawn: Drawn) -> Table[ProductRow]:
    params = asked.params()

    def href(row: ProductRow) -> str:
        return f"{reverse('chain-map')}{address(params, {'product': row.product})}#map-product"

    return map_table([MARKS[id] for id in drawn.picture.count()], href)


@page()
def chain_map_product(request: PageRequest) -> HttpResponse:
    """The panel of one product of the map."""
    asked = asked_of(request)
    where = where_or_404(asked)
    drawn = chain_drawn(request.actor, where, depth=asked.depth)
    context = _panel_context(request.actor, asked, drawn, request.GET.get("product", ""))
    if context["panel"] is None:
        raise NotFound(_("图上没有这个产品。换一条产业链或加深层级再找。"))
    note(request, where)
    return unkept(render(request, "chainmap/map_product.html", context))


@page()
def chain_map_export(request: PageRequest, format: str) -> HttpResponseBase:
    """The table of the map as a file."""
    asked = asked_of(request)
    where = where_or_404(asked)
    drawn = chain_drawn(request.actor, where, depth=asked.depth)
    mark = note(request, where, exported=True)
    return file_of(_map_table(asked, drawn), drawn.picture.rows, request.GET, format, mark=mark)


@page()
def chain_flow(request: PageRequest) -> HttpResponse:
    """What flows between the segments, as a Sankey diagram."""
    asked = asked_of(request)
    context = frame(request.actor, asked, "flow")
    if asked.where is not None:
        rows = segment_flows(
            chain_drawn(request.actor, asked.where, depth=asked.depth), unnamed=_("未归入环节")
        )
        told = (
            _("{source} → {target}\n{supplies} 种供应，{sourced} 种有本地企业")
            if asked.where.exact
            else _("{source} → {target}\n{supplies} 种供应，{sourced} 种本地有 3 家以上")
        )
        context |= {
            "option": flow_option(rows, told=told),
            "drawn": any(row.drawn for row in rows),
            "left_out": sum(not row.drawn for row in rows),
            "table": shown(flow_table(exact=asked.where.exact), rows, request.GET),
            "export": "chain-flow-export",
        }
    return render(request, "chainmap/map_flow.html", context)


@page()
def chain_flow_export(request: PageRequest, format: str) -> HttpResponseBase:
    """The flows as a file."""
    asked = asked_of(request)
    where = where_or_404(asked)
    drawn = chain_drawn(request.actor, where, depth=asked.depth)
    rows = segment_flows(drawn, unnamed=_("未归入环节"))
    return file_of(flow_table(exact=where.exact), rows, request.GET, format)


@page()
def chain_matrix(request: PageRequest) -> HttpResponse:
    """Chains × districts, as a heat map that is a table."""
    asked = asked_of(request)
    rows = chains_by_district(request.actor, asked.choices)
    cells = [cell for row in rows for cell in (row.whole, *row.cells) if cell.inputs]
    context = frame(request.actor, asked, "matrix") | {
        "table": shown(_matrix_table(asked, rows), rows, request.GET) if rows else None,
        "exact": all(cell.exact for cell in cells),
        "mixed": len({cell.exact for cell in cells}) > 1,
        "export": "chain-matrix-export",
    }
    return render(request, "chainmap/map_matrix.html", context)


def _matrix_table(asked: Asked, rows: tuple[MatrixRow, ...]) -> Table[MatrixRow]:
    chains = {each.name: each.public_id for each in asked.choices.chains}
    regions = {each.name: each.public_id for each in asked.choices.regions}

    def href(cell: Cell) -> str:
        place = {"chain": chains[cell.chain], "region": regions[cell.district]}
        return reverse("chain-map") + address(place, {})

    return matrix_table(rows, href)


@page()
def chain_matrix_export(request: PageRequest, format: str) -> HttpResponseBase:
    """The matrix as a file."""
    asked = asked_of(request)
    where_or_404(asked)
    rows = chains_by_district(request.actor, asked.choices)
    return file_of(_matrix_table(asked, rows), rows, request.GET, format)
