"""Lists of patents, certificates and rounds: kinds by their words, attributes, corrections."""

from __future__ import annotations

from datetime import date

from lianshu.imports.models import ImportRun
from lianshu.imports.services.requests import confirm_import
from lianshu.registry.models import Holding
from tests.cast import NOW, Cast
from tests.imports.running import load, problems, table, upload, work

OPTIONS = {"source": "organisation", "uses": "service,decision"}
HEADER = (
    "单位",
    "种类",
    "专利号",
    "名称",
    "授权日",
    "有效期至",
    "权利人次序",
    "级别",
    "技术交易额（万元）",
)
FIRM = "甬江磁材有限公司"


def sent(cast: Cast, *rows: object, **options: str) -> ImportRun:
    return upload(
        cast.actor("officer"),
        table(*rows, header=HEADER),  # type: ignore[arg-type]
        target="holdings",
        options=OPTIONS | options,
    )


def test_kinds_by_their_words_last_days_and_corrections(cast: Cast) -> None:
    officer = cast.actor("officer")
    rows = [
        [FIRM, "发明专利", "ZL1", "磁钢", "2022-01-05", "2041-01-04", "1", "", ""],
        [FIRM, "高新技术企业", "GR1", "", "2024-12-01", "2027-11-30", "", "国家级", ""],
        [FIRM, "标准", "T/1", "某标准", "2024-01-01", "", "", "团体", ""],
    ]
    run = sent(cast, *rows)
    assert (run.to_create, run.bad_count) == (2, 1)
    assert "缺少“角色”" in problems(run)[4][0]
    confirm_import(actor=officer, run=run, mode="good", now=NOW)
    assert work(run).created == 2
    patent, certificate = Holding.objects.order_by("-kind")
    assert (patent.kind, patent.attributes, patent.owner_order) == (
        "ip_right",
        {"kind": "invention"},
        1,
    )
    assert (patent.valid_from, patent.valid_to) == (date(2022, 1, 5), date(2041, 1, 5))
    assert certificate.attributes == {"kind": "high_tech", "level": "national"}

    rows[0][5] = "2042-01-04"
    run = sent(cast, *rows[:2])
    assert (run.to_change, run.to_leave) == (1, 1)
    assert run.changes[0]["fields"] == [{"label": "止日", "old": "2041-01-04", "new": "2042-01-04"}]
    confirm_import(actor=officer, run=run, mode="all", now=NOW)
    assert work(run).changed == 1
    first, second = Holding.objects.filter(number="ZL1").order_by("revision")
    assert (first.superseded_by, second.revision) == (second, 2)


def test_what_the_list_has_no_column_for_stays(cast: Cast) -> None:
    officer = cast.actor("officer")
    load(
        officer,
        table(
            [FIRM, "股权融资", "A 轮", "3,000", "2025-03-01"],
            header=("单位", "种类", "轮次", "融资额（万元）", "起日"),
        ),
        target="holdings",
        options=OPTIONS,
    )
    content = table(
        [FIRM, "A 轮", "2025-03-01", "1.2亿"], header=("单位", "轮次", "起日", "投后估值")
    )
    run = load(officer, content, target="holdings", options=OPTIONS | {"kind": "equity_round"})
    assert (run.changed, run.bad_count) == (1, 0)
    assert Holding.objects.current().get().attributes == {
        "round": "A",
        "amount": 3_000_000_000,
        "valuation": 12_000_000_000,
    }


def test_bad_rows(cast: Cast) -> None:
    rows = [
        [FIRM, "魔法", "1", "", "", "", "", "", ""],
        [FIRM, "发明专利", "", "", "", "", "", "", ""],
        [FIRM, "发明专利", "ZL2", "", "2024-01-05", "2023-01-04", "", "", ""],
        [FIRM, "发明专利", "ZL3", "", "", "", "", "", "5"],
        [FIRM, "发明专利", "ZL4", "", "", "", "", "", ""],
        [FIRM, "发明专利", "ZL4", "", "", "", "", "", ""],
        ["慈湖电机有限公司", "发明专利", "ZL4", "", "", "", "2", "", ""],
        [FIRM, "", "ZL5", "", "", "", "", "", ""],
        [FIRM, "奖励", "", "一等奖", "", "", "0", "银河级", ""],
    ]
    told = {n: " ".join(lines) for n, lines in problems(sent(cast, *rows)).items()}
    assert set(told) == {2, 3, 4, 5, 7, 9, 10}
    assert "不是已有的种类" in told[2] and "要有编号" in told[3] and "不早于止日" in told[4]
    assert "“知识产权”没有这一项" in told[5] and "和第 6 行" in told[7]
    assert "没有写事项种类" in told[9] and "不在“级别”的代码里" in told[10]
    run = sent(cast, [FIRM, "发明专利", "ZL9"], source="tax", uses="statistics")
    assert "不能来自“税务部门”" in str(problems(run))
    run = sent(cast, [FIRM, "", "ZL9", "", "", "", "", "", ""], kind="ip_right")
    assert "缺少“种类”" in str(problems(run))
    run = sent(cast, [FIRM, "其他", "ZL9", "", "", "", "", "", ""], kind="certificate")
    assert run.to_create == 1
