"""A list on two dates for the tests: firms of the cast and some more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from lianshu.coverage.models import Edition, FirmList, ListRow
from lianshu.coverage.reading import ReadList, RowIn
from lianshu.coverage.services.firm_lists import Setting, add_edition, create_list
from lianshu.coverage.services.linking import link_edition
from lianshu.registry.models import Organisation
from lianshu.registry.services import create_organisation
from tests.cast import NOW, SYSTEM, Cast, credit_code

FIRST, SECOND = date(2026, 8, 1), date(2026, 11, 1)
NAMES = ("宁波赤霄精密仪器有限公司", "宁波青霭化工有限公司", "慈溪市紫电轴承有限公司")


@dataclass
class CoverScene:
    """The cast, three more firms, and a list of the city."""

    cast: Cast
    firms: list[Organisation] = field(default_factory=list)
    list: FirmList = field(init=False)

    def edition(self, on: date, rows: Sequence[RowIn]) -> Edition:
        """One more edition, compared with the register."""
        officer = self.cast.actor("officer")
        made = add_edition(
            actor=officer,
            firm_list=self.list,
            on=on,
            read=ReadList(list(rows)),
            file_name="走访.xlsx",
            now=NOW,
        )
        link_edition(actor=officer, edition=made, now=NOW)
        made.refresh_from_db()
        return made

    def row(self, edition: Edition, number: int) -> ListRow:
        """A row as it stands."""
        rows = ListRow.objects.select_related("edition__firm_list")
        return rows.get(edition=edition, number=number)


BEGUN = NOW - timedelta(days=20)


def firm(
    cast: Cast, name: str, number: int, region: str = "yinzhou", now: datetime = BEGUN
) -> Organisation:
    """One more enterprise with a code."""
    return create_organisation(
        actor=SYSTEM,
        name=name,
        kind="enterprise",
        region=cast.regions[region],
        chain=cast.chains["magnets"],
        uscc=credit_code(number),
        now=now,
    )


def covering(cast: Cast, *, purpose: str = "visit", region: str = "ningbo") -> CoverScene:
    """The list is empty; firms 0 and 1 lie in 鄞州, 2 in 慈溪."""
    scene = CoverScene(cast)
    for at, name in enumerate(NAMES):
        scene.firms.append(firm(cast, name, 800 + at, "cixi" if at == 2 else "yinzhou"))
    scene.list = create_list(
        actor=cast.actor("officer"),
        setting=Setting("走访名单", purpose, "服务中心", cast.regions[region]),
        now=NOW,
    )
    return scene


def listed(*firms: Organisation) -> list[RowIn]:
    """Rows that name them by their codes."""
    return [
        RowIn(at, each.name, each.identifiers.get().value) for at, each in enumerate(firms, start=2)
    ]
