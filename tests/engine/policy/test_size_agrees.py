"""The size classes as a policy and as the register computes them are one table."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.expressions import Outcome
from lianshu.engine.identity import Size, SizeStatus, load_size_table, size_class
from lianshu.engine.policy import FirmReader, evaluate
from tests.engine.expressions.world import PACKS, codes, dictionary
from tests.engine.policy.test_packs import pack

TABLE = load_size_table(PACKS / "national" / "codes")
INDUSTRIES = ["0111", "3985", "4710", "5111", "5211", "5411", "5920", "6010", "6110", "6210"]
INDUSTRIES += ["6311", "6513", "7010", "7020", "7211", "7320", "6621"]
STAFF = [None, 0, 4, 5, 9, 10, 19, 20, 50, 99, 100, 199, 200, 299, 300, 999, 1_000, 1_999, 2_000]
WAN = [None, 0, 49, 50, 99, 100, 299, 300, 999, 1_000, 4_999, 5_000, 10_000, 40_000, 200_000]


@given(st.sampled_from(INDUSTRIES), *(st.sampled_from(each) for each in (STAFF, WAN, WAN)))
def test_they_agree(
    industry: str, staff: int | None, revenue: int | None, assets: int | None
) -> None:
    found = size_class(
        TABLE,
        industry=industry,
        staff=staff,
        revenue_fen=None if revenue is None else revenue * 1_000_000,
        assets_fen=None if assets is None else assets * 1_000_000,
    )
    given_facts: dict[str, object] = {"industry": industry}
    for fact, value in (("staff@2025", staff),):
        if value is not None:
            given_facts[fact] = value
    for fact, value in (("revenue@2025", revenue), ("total_assets@2025", assets)):
        if value is not None:
            given_facts[fact] = f"{value}万元"
    day = date(2026, 5, 1)
    policy = pack("national").versions("sme-size")[0]
    firm = FirmReader(dictionary(), codes()).firm("x", given_facts, {}, day)
    decision = evaluate(policy, firm, day)
    if found.status is SizeStatus.NOT_COVERED:
        assert decision.verdict.outcome is Outcome.NOT_APPLICABLE
        return
    outcomes = {name: judged.outcome for name, judged in decision.conditions.items()}
    if found.status is SizeStatus.KNOWN:
        assert found.size is not None
        small = found.size in (Size.SMALL, Size.MICRO)
        wanted = (found.size is not Size.LARGE, small, found.size is Size.MICRO)
        for name, met in zip(("SME-1", "SME-2", "SME-3"), wanted, strict=True):
            assert outcomes[name] is (Outcome.MET if met else Outcome.NOT_MET), (name, found)
    else:
        assert Outcome.UNKNOWN in outcomes.values()
