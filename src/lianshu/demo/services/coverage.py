"""Lists of the demo city on two dates as departments would send them, some rows decided by people,
and a campaign; everything follows from the city, so that each load gives the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from lianshu.authority import Actor
from lianshu.casework.queries import loops_in_use
from lianshu.coverage.models import Edition, FirmList, ListRow, Purpose, RowState
from lianshu.coverage.queries.figures import Narrowing, uncovered
from lianshu.coverage.reading import ReadList, RowIn
from lianshu.coverage.services.campaigns import Wish, begin_campaign, open_cases
from lianshu.coverage.services.deciding import decide_row
from lianshu.coverage.services.duplicates import find_duplicates
from lianshu.coverage.services.firm_lists import Setting, add_edition, create_list
from lianshu.coverage.services.linking import link_edition
from lianshu.demo.services.gathered import LOADER, City
from lianshu.engine.identity import complete_credit_code
from lianshu.registry.models import (
    IdentifierKind,
    Organisation,
    OrganisationKind,
    RegionAncestry,
)
from lianshu.registry.services import create_organisation, move_organisation

CITY: Final = "3302"
DISTRICT: Final = "330212"
NEXT: Final = "330203"
LOOPS: Final = ("diagnosis", "routine", "order")
CAMPAIGN_FIRMS: Final = 12
UNKNOWN: Final = ("甬河谷精密部件有限公司", "四明湾节能设备有限公司", "望海楼智能装备有限公司")
"""On the department's list and in no register."""


def load_coverage(city: City, officer: Actor, now: datetime) -> None:
    """Load them with the services people use."""
    firms = list(
        Organisation.objects.current()
        .filter(kind=OrganisationKind.ENTERPRISE)
        .order_by("name", "pk")
        .select_related("region", "chain")
        .prefetch_related("identifiers")
    )
    if not firms:
        return
    visits = _list(city, officer, "企业走访名单（演示）", Purpose.VISIT, now)
    _edition(officer, visits, _visited(firms, 6), now - timedelta(days=92))
    latest = _edition(officer, visits, _visited(firms, 4), now - timedelta(days=4))
    party = _list(city, officer, "党组织覆盖名单（演示）", Purpose.PARTY, now)
    _edition(officer, party, _visited(firms, 12), now - timedelta(days=60))
    _decide(officer, latest, now)
    _campaign(officer, latest, now)
    _district(city, officer, firms, now)
    _double(firms, now)


def _double(firms: Sequence[Organisation], now: datetime) -> None:
    """A firm that somebody registered twice, with a slip in its code: found, and left to people."""
    firm = firms[len(firms) // 2]
    twin = create_organisation(
        actor=LOADER,
        name=firm.name.replace("有限公司", "公司"),
        kind=OrganisationKind.ENTERPRISE,
        region=firm.region,
        chain=firm.chain,
        uscc=complete_credit_code("91990000DD000001"),
        now=now - timedelta(days=3),
    )
    find_duplicates(now=now - timedelta(days=1), only={twin.pk})


def _district(city: City, officer: Actor, firms: Sequence[Organisation], now: datetime) -> None:
    """A district's list, and a firm that moved to the next district between its two dates."""
    below = RegionAncestry.objects.filter(ancestor=city.regions[DISTRICT])
    inside = set(below.values_list("descendant_id", flat=True))
    own = [firm for firm in firms if firm.region_id in inside]
    liaisons = _list(city, officer, "鄞州区联络员名单（演示）", Purpose.LIAISON, now, DISTRICT)
    _edition(officer, liaisons, _visited(own, 2), now - timedelta(days=45))
    if own:
        move_organisation(
            actor=LOADER,
            organisation=own[0],
            region=city.regions[NEXT],
            chain=own[0].chain,
            now=now - timedelta(days=20),
        )
    _edition(officer, liaisons, _visited(own, 2), now - timedelta(days=10))


def _list(
    city: City, officer: Actor, title: str, purpose: str, now: datetime, place: str = CITY
) -> FirmList:
    return create_list(
        actor=officer,
        setting=Setting(title, purpose, "市助企服务中心（演示）", city.regions[place]),
        now=now - timedelta(days=92),
    )


def _edition(officer: Actor, firm_list: FirmList, rows: list[RowIn], at: datetime) -> Edition:
    edition = add_edition(
        actor=officer,
        firm_list=firm_list,
        on=timezone.localdate(at),
        read=ReadList(rows),
        file_name=f"{firm_list.title}.xlsx",
        now=at,
    )
    link_edition(actor=officer, edition=edition, now=at)
    edition.refresh_from_db()
    return edition


def _visited(firms: Sequence[Organisation], step: int) -> list[RowIn]:
    """Every so many firms, written as lists are: by code, by name alone, short, with a slip."""
    rows = list(_written(firms[::step]))
    rows += [RowIn(len(rows) + at, name) for at, name in enumerate(UNKNOWN, start=2)]
    return rows


def _written(firms: Sequence[Organisation]) -> Iterator[RowIn]:
    for at, firm in enumerate(firms):
        number = at + 2  # below the header
        codes = [
            each.value
            for each in firm.identifiers.all()
            if each.kind == IdentifierKind.USCC and each.valid_to is None
        ]
        short = firm.short_name
        match at % 8:
            case 0 | 1 | 2:
                yield RowIn(number, firm.name, codes[0] if codes else "", "宁波市")
            case 3 if short:
                yield RowIn(number, short, city="宁波市")
            case 4:
                yield RowIn(number, firm.name.replace("有限公司", "公司"), city="宁波市")
            case 5 if len(short) > 2:
                turned = firm.name.replace(short, short[1] + short[0] + short[2:])
                yield RowIn(number, turned, city="宁波市")
            case 6 if len(short) > 2:
                yield RowIn(number, f"{short[0]}盛{short[2:]}", city="宁波市")
            case _:
                yield RowIn(number, firm.name)


def _decide(officer: Actor, edition: Edition, now: datetime) -> None:
    """Some rows were looked at: two are their best candidate, one is nobody's."""
    waiting = ListRow.objects.filter(edition=edition, state=RowState.REVIEW).order_by("number")
    for at, row in enumerate(waiting.select_related("edition__firm_list")[:3]):
        best = row.candidates.select_related("organisation").order_by("rank").first()
        entity = None if best is None or at == 2 else best.organisation
        decide_row(actor=officer, row=row, entity=entity, now=now - timedelta(days=3))


def _campaign(officer: Actor, edition: Edition, now: datetime) -> None:
    loops = {each.loop: each for each in loops_in_use()}
    loop = next((loops[key] for key in LOOPS if key in loops), next(iter(loops.values()), None))
    firms = uncovered(officer, edition, Narrowing())[:CAMPAIGN_FIRMS]
    if loop is None or not firms:
        return
    at = now - timedelta(days=2)
    due = timezone.localdate(now) + timedelta(days=30)
    campaign = begin_campaign(
        actor=officer,
        edition=edition,
        firms=firms,
        wish=Wish("四季度走访清零（演示）", loop, due),
        now=at,
    )
    open_cases(actor=officer, campaign=campaign, now=at)
    # Two of them have been visited since and are on the newest list.
    visited = [RowIn(at + 2, each.name) for at, each in enumerate(firms[:2])]
    before = ListRow.objects.filter(edition=edition).order_by("number")
    rows = [RowIn(row.number + 2, row.name, row.uscc, row.city, row.external_id) for row in before]
    _edition(officer, edition.firm_list, [*visited, *rows], now - timedelta(days=1))
