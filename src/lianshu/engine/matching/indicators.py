"""The reasons that indicators give: met, missed, open, in another unit, not given."""

from collections.abc import Iterator, Sequence

from lianshu.engine.matching.quantities import Quantity
from lianshu.engine.matching.quantities_compare import Finding, Standing, compare
from lianshu.engine.matching.reasons import Code, Reason, Term
from lianshu.engine.sheets.telling import Told, listed, told

SHOWN = 6
NOT_GIVEN_SHOWN = 4
_CODES: dict[Standing, Code] = {
    "meets": "indicator_met",
    "misses": "indicator_missed",
    "unsure": "indicator_open",
    "unit_differs": "indicator_unit",
}


def reasons(
    asked: Sequence[Quantity],
    offered: Sequence[Quantity],
    *,
    silent: bool = False,
) -> Iterator[Reason]:
    """What speaks against a pair first, then what is met, then what is open and what is missing.

    Of a resource that is `silent`, a title alone, it goes without saying that indicators are
    missing.
    """
    found = list(compare(asked, offered))
    order = ("misses", "meets", "unsure", "unit_differs")
    told_of = [each for each in found if each.offered is not None]
    for each in sorted(told_of, key=lambda one: order.index(one.standing))[:SHOWN]:
        yield Reason(_CODES[each.standing], _words(each), facet="indicator")
    missing = [each.asked.said for each in found if each.standing == "not_given"]
    if missing and not silent:
        yield Reason(
            "indicator_not_given",
            told(
                "资源没有给出指标：%(indicators)s", indicators=listed(missing, most=NOT_GIVEN_SHOWN)
            ),
            terms=tuple(Term(said, 0.0) for said in missing[:NOT_GIVEN_SHOWN]),
            facet="indicator",
        )


def _words(found: Finding) -> Told:
    assert found.offered is not None
    said = {"asked": found.asked.said, "offered": found.offered.said}
    if found.standing == "meets":
        return told("指标达到：要求%(asked)s，资源%(offered)s", **said)
    if found.standing == "misses":
        return told("指标达不到：要求%(asked)s，资源%(offered)s", **said)
    if found.standing == "unit_differs":
        return told("指标单位不同，无法比较：要求%(asked)s，资源%(offered)s", **said)
    return told("指标待确认：要求%(asked)s，资源写的是%(offered)s", **said)
