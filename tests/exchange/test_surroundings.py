"""What is known around posts comes into reasons only where the owner is known."""

from __future__ import annotations

from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.matching import reason_line, reasons_for
from lianshu.exchange.models import Recommendation
from lianshu.exchange.queries import demand_by_id, recommendations_for
from lianshu.exchange.services.confidentiality import disclose_to
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.projects import update_project
from lianshu.exchange.services.recommendations import accept_recommendation, send_recommendation
from lianshu.exchange.surroundings import ipc_in
from tests.cast import NOW, SYSTEM, Cast


def test_indicators_and_distance_are_in_the_reasons(cast: Cast) -> None:
    demand = cast.demand(indicators="矫顽力≥25 kOe\n纯度不低于 99.9%", trl_level=7)
    cast.resource(detail="矫顽力 22 kOe", trl_level=5, summary="晶界扩散")
    officer = cast.actor("officer")
    row = demand_by_id(officer, demand.public_id)
    assert row is not None
    match_post(actor=officer, post=row, now=NOW)
    pairs = list(recommendations_for(officer))
    said = reason_line(reasons_for(pairs)[pairs[0].pk])
    assert "指标达不到：要求矫顽力≥25 kOe，资源矫顽力 22 kOe" in said
    assert "资源没有给出指标：纯度≥99.9%" in said
    assert "技术成熟度 5 级，低于要求的 7 级" in said
    assert "距离：同在鄞州区" in said


def test_the_record_of_an_owner_is_told_to_whom_the_owner_is_known(cast: Cast) -> None:
    officer = cast.actor("officer")
    first = cast.demand()
    resource = cast.resource()
    row = demand_by_id(officer, first.public_id)
    assert row is not None
    match_post(actor=officer, post=row, now=NOW)
    pair = Recommendation.objects.get()
    project = accept_recommendation(actor=officer, recommendation=pair, now=NOW)
    update_project(actor=officer, project=project, status="signed", note="", version=1, now=NOW)
    second = cast.demand("高矫顽力磁钢晶界扩散技术服务")
    row = demand_by_id(officer, second.public_id)
    assert row is not None
    match_post(actor=officer, post=row, now=NOW)
    pair = Recommendation.objects.get(demand=second)
    send_recommendation(actor=officer, recommendation=pair, now=NOW)

    def said(who: str) -> str:
        rows = list(recommendations_for(cast.actor(who)).filter(demand=second))
        return reason_line(reasons_for(rows)[rows[0].pk])

    assert "合作记录：签约 1 项，尚无评价" in said("officer")
    assert "合作记录" not in said("alice")
    disclose_to(
        actor=SYSTEM,
        post=resource,
        organisation=cast.organisations["magnets"],
        level=Disclosure.IDENTITY,
        now=NOW,
    )
    assert "合作记录" in said("alice")


def test_patent_classes_are_found_in_text() -> None:
    assert ipc_in("分类号 H01F 1/057、C22C38/00，产品 A12 型") == ("H01F 1/057", "C22C38/00")
    assert ipc_in("HB300 钢") == ()
