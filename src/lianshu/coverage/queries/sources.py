"""Lists that the register itself can tell: whom a liaison serves, who holds a title or a right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.coverage.models import FirmList
from lianshu.coverage.queries.covering import below, enterprises
from lianshu.coverage.reading import ReadList, RowIn
from lianshu.engine.tables import Use
from lianshu.records.errors import DomainError
from lianshu.registry.models import Holding, IdentifierKind, LiaisonAssignment

LIAISONS: Final = "liaisons"


def registered_list(actor: Actor, place: FirmList, source: str, on: date) -> ReadList:
    """The firms of the list's place that a liaison serves (`liaisons`) or that hold something of
    the kind `source` on a day. Raises `DomainError` where there are none."""
    if source == LIAISONS:
        served = LiaisonAssignment.objects.visible_to(actor).on(on)
        among = Q(pk__in=served.values("organisation"))
    else:
        held = Holding.objects.visible_to(actor).for_use(Use.SERVICE).current().valid_on(on)
        among = Q(pk__in=held.filter(kind=source).values("organisation"))
    firms = enterprises(actor).filter(below(place.region), among)
    if place.chain_id is not None:
        firms = firms.filter(chain=place.chain_id)
    rows: Sequence[RowIn] = [
        RowIn(
            at,
            firm.name,
            next(
                (
                    each.value
                    for each in firm.identifiers.all()
                    if each.kind == IdentifierKind.USCC and each.valid_to is None
                ),
                "",
            ),
        )
        for at, firm in enumerate(firms.prefetch_related("identifiers"), start=1)
    ]
    if not rows:
        raise DomainError(_("登记数据里，这一天没有符合的企业。"), field="source")
    return ReadList(list(rows))
