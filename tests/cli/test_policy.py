"""`lianshu policy`: check, test, run, explain, spec; what is wrong with a table has its place."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest

from lianshu.cli import main
from lianshu.engine.policy.rows import COLUMNS
from tests.engine.expressions.world import PACKS
from tests.engine.policy.test_rules import POLICY, written

HIGH_TECH = str(PACKS / "national/policies/high-tech-enterprise")
FACTS = """\
organisation_id,fact,period,value
A,resident,,true
A,registered_on,,2018-03-15
A,staff,2025,100
A,science_staff,2025,10
A,revenue,2025,60000000
A,revenue,2024,5000万
A,revenue,2023,40000000.00
A,rd_total,2025,2400000
A,rd_total,2024,2000000
A,rd_total,2023,1600000
A,rd_domestic_share,2025,60%
A,hightech_revenue,2025,"36,000,000"
A,total_income,2025,60000000
A,major_accident,2025,否
A,serious_violation,2025,false
B,resident,,true
B,registered_on,,2025-06-02
B,staff,2025,0
B,revenue,2025,
"""
HOLDINGS = """\
organisation_id,kind,number,from,to,attribute.kind,class,origin,main_product
A,ip_right,ZL1,2020-05-01,,invention,I,own,true
"""


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    (tmp_path / "facts.csv").write_text(FACTS, "utf-8")
    (tmp_path / "holdings.csv").write_text(HOLDINGS, "utf-8")
    return tmp_path / "facts.csv"


def run(facts: Path, *more: str, out: str = "out.csv", pack: str = HIGH_TECH) -> int:
    """Run a pack over a file."""
    words = ["policy", "run", pack, "--facts", str(facts), "--on", "2026-06-01"]
    return main([*words, "--out", str(facts.parent / out), *more])


def rows(facts: Path) -> list[dict[str, str]]:
    """What was written."""
    with (facts.parent / "out.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_check_and_test_of_the_national_pack(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", "national"]) == 0
    said = capsys.readouterr()
    assert "high-tech-enterprise 2016  高新技术企业认定" in said.out
    assert "可计算" in said.err
    assert main(["policy", "test", HIGH_TECH]) == 0
    assert "全部相符" in capsys.readouterr().err


def test_a_broken_pack_is_1_and_told_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = written(tmp_path, policy=POLICY.replace("staff <= most", "staff <= 5万元"))
    assert main(["policy", "check", str(pack), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    (defect,) = (one for one in answer["findings"] if one["severity"] == "error")
    assert (defect["rule"], defect["line"], defect["column"]) == ("E005", 14, 17)
    assert main(["policy", "test", str(pack)]) == 2
    assert main(["policy", "check", str(tmp_path / "none")]) == 2


def test_a_scenario_that_does_not_come_out_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = written(tmp_path)
    path = tmp_path / "policies/one/scenarios.yaml"
    path.write_text(path.read_text("utf-8").replace("500", "501"), "utf-8")
    assert main(["policy", "test", str(pack)]) == 1
    assert "结论：应为 met，算出 not_met" in capsys.readouterr().out


def test_run(facts: Path) -> None:
    assert run(facts, "--holdings", str(facts.with_name("holdings.csv"))) == 0
    found = rows(facts)
    assert tuple(found[0]) == COLUMNS
    assert [(one["organisation_id"], one["condition"]) for one in found[:9]] == [
        *(("A", f"HT-{number}") for number in range(1, 9)),
        ("A", ""),
    ]
    by = {(one["organisation_id"], one["condition"]): one for one in found}
    assert [by["A", "HT-4"][key] for key in ("outcome", "value", "threshold")] == [
        "met",
        "0.1",
        "0.1",
    ]
    assert by["A", "HT-6"]["value"] == "0.6"
    assert by["A", "HT-3"]["outcome"] == "manual"
    assert by["B", "HT-1"]["outcome"] == "not_met"
    assert by["B", "HT-4"]["outcome"] == "not_met", "no staff: the declared outcome"
    assert by["B", "HT-6"]["missing"] == "hightech_revenue@2025;total_income@2025"
    assert by["A", ""]["score_high"] != ""


def test_wide_and_parquet_say_the_same(facts: Path) -> None:
    holdings = str(facts.with_name("holdings.csv"))
    assert run(facts, "--holdings", holdings) == 0
    long = rows(facts)
    duck = duckdb.connect()
    duck.execute(f"CREATE TABLE f AS SELECT * FROM read_csv('{facts}', all_varchar = true)")
    cells = duck.execute("SELECT DISTINCT fact, coalesce(period, '') FROM f").fetchall()
    wide = ", ".join(
        f"max(value) FILTER (fact = '{fact}' AND coalesce(period, '') = '{period}') "
        f'AS "{fact}{"@" if period else ""}{period}"'
        for fact, period in cells
    )
    table = f"SELECT organisation_id, {wide} FROM f GROUP BY 1"
    for name in ("wide.csv", "wide.parquet"):
        duck.execute(f"COPY ({table}) TO '{facts.with_name(name)}'")
        assert run(facts.with_name(name), "--holdings", holdings) == 0
        assert rows(facts) == long
    assert run(facts, "--holdings", holdings, out="out.parquet") == 0
    parquet = duck.execute(
        f"SELECT organisation_id, condition, outcome FROM '{facts.with_name('out.parquet')}'"
    ).fetchall()
    assert parquet == [(one["organisation_id"], one["condition"], one["outcome"]) for one in long]


def test_gb18030_and_without_holdings(facts: Path) -> None:
    facts.write_bytes(FACTS.encode("gb18030"))
    assert run(facts) == 0
    (one,) = (
        each
        for each in rows(facts)
        if each["organisation_id"] == "A" and each["condition"] == "HT-2"
    )
    assert (one["outcome"], one["missing"]) == ("unknown", "ip_right")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("A,staff,2025,100", "A,staf,2025,100", "第 4 行，列 fact：没有事实 staf，是不是 staff？"),
        ("A,staff,2025,100", "A,staff,2025,一百", "第 4 行，列 value：“职工总数”应为数"),
        ("A,staff,2025,100", "A,staff,2025,-1", "第 4 行，列 value：“职工总数”不能小于 0"),
        ("A,staff,2025,100", "A,staff,2025,1.5", "第 4 行，列 value：“职工总数”应为整数"),
        ("A,staff,2025,100", "A,staff,2025,100元", "第 4 行，列 value"),
        ("A,staff,2025,100", "A,staff,2025-13,100", "第 4 行，列 period"),
        (
            "A,staff,2025,100",
            "A,staff,2025,100\nA,staff,2025,99",
            "第 5 行：A 的 staff@2025 在第 4 行已有",
        ),
        ("A,staff,2025,100", ",staff,2025,100", "第 4 行：organisation_id 是空的"),
        ("60%", "120%", "列 value：“境内研发占比”不能超过 100%"),
        ("60%", "5/0", "分母是 0"),
        ("2018-03-15", "2018-02-30", "应为日期"),
        ("60000000\nA,revenue,2024", "0.001\nA,revenue,2024", "精确到分"),
        ("organisation_id,fact", "organisation,fact", "缺少列 organisation_id"),
    ],
)
def test_bad_facts_stop_the_run_with_their_place(
    old: str, new: str, words: str, facts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert old in FACTS
    facts.write_text(FACTS.replace(old, new, 1), "utf-8")
    out = facts.parent / "out.csv"
    out.write_text("before", "utf-8")
    assert run(facts) == 2
    said = capsys.readouterr().err
    assert words in said, said
    assert "Traceback" not in said
    assert out.read_text("utf-8") == "before", "nothing half-written"
    assert sorted(one.name for one in facts.parent.iterdir()) == [
        "facts.csv",
        "holdings.csv",
        "out.csv",
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("A,ip_right", "A,ip_rihgt", "第 2 行，列 kind：没有持有事项 ip_rihgt，是不是 ip_right？"),
        (",I,own", ",III,own", "第 2 行，列 class"),
        ("2020-05-01,,", "2020-05-01,2019-01-01,", "止日 2019-01-01 早于起日 2020-05-01"),
        (",class,", ",clas,", "不认识列 clas，是不是 class？"),
        (
            "A,ip_right,ZL1",
            "A,ip_right,ZL1,2020-05-01,,invention,I,own,true\nA,ip_right,ZL1",
            "第 3 行：编号 ZL1 在第 2 行已经有了",
        ),
    ],
)
def test_bad_holdings_stop_the_run_with_their_place(
    old: str, new: str, words: str, facts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = facts.with_name("holdings.csv")
    path.write_text(HOLDINGS.replace(old, new, 1), "utf-8")
    assert run(facts, "--holdings", str(path)) == 2
    assert words in capsys.readouterr().err
    assert not (facts.parent / "out.csv").exists()


def test_usage(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(facts, out="out.txt") == 2
    assert run(facts, "--policy", "nowhere") == 2
    assert "没有政策“nowhere”" in capsys.readouterr().err
    assert run(facts.with_name("none.csv")) == 2
    assert run(facts, pack="nowhere") == 2
    facts.with_suffix(".parquet").write_bytes(b"PAR1 not really")
    assert run(facts.with_suffix(".parquet")) == 2
    assert "读不出来" in capsys.readouterr().err


def test_a_figure_too_large_names_rule_and_firm(
    facts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts.write_text(
        FACTS.replace("60000000\nA,revenue,2024", "2" + "0" * 16 + "\nA,revenue,2024"), "utf-8"
    )
    assert run(facts) == 2
    said = capsys.readouterr().err
    assert "high-tech-enterprise 2016" in said
    assert "单位 A" in said


def test_explain(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only = "".join(line + "\n" for line in FACTS.splitlines() if not line.startswith("B,"))
    facts.write_text(only, "utf-8")
    words = [
        "policy",
        "explain",
        "high-tech-enterprise",
        "--facts",
        str(facts),
        "--on",
        "2026-06-01",
    ]
    words += ["--holdings", str(facts.with_name("holdings.csv"))]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "HT-4  科技人员占比：符合" in said
    assert "10%，要求不低于 10%" in said
    assert "第十一条第（四）项" in said
    assert main([*words, "--lang", "en"]) == 0
    assert "HT-4  Share of science staff: met" in capsys.readouterr().out
    facts.write_text(FACTS, "utf-8")
    assert main(words) == 2
    assert "不止一个企业" in capsys.readouterr().err
    assert (
        main(["policy", "explain", "high-tech", "--facts", str(facts), "--on", "2026-06-01"]) == 2
    )


def test_spec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path)
    folder = tmp_path / "policies" / "one"
    assert main(["policy", "spec", str(folder)]) == 0
    page = (folder / "spec.md").read_text("utf-8")
    assert page.startswith("# 一（1）")
    assert "`staff <= most`" in page
    assert main(["policy", "spec", "nowhere"]) == 2
    assert "没有政策“nowhere”" in capsys.readouterr().err


CLIMBER = """\
organisation_id,registered_region,revenue@2025,rd_total@2025,rd_total@2024,revenue@2024
A,330281,40000000,2000000,900000,35000000
"""
TITLES = """\
organisation_id,kind,number,from,to,attribute.kind
A,certificate,1,2026-05-01,2026-12-31,tech_innovative
"""


def test_check_covers_ladders(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", "ningbo"]) == 0
    told = capsys.readouterr()
    assert "科技型中小企业 → 高新技术企业 → 瞪羚之星企业 → 科技领军企业" in told.out
    assert "梯度 4" in told.err


def test_check_tells_what_is_wrong_with_a_ladder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path)
    (tmp_path / "ladders").mkdir()
    given = (PACKS / "ningbo/ladders/yuyao-tech-firms.yaml").read_text("utf-8")
    wrong = given.replace("policy: tech-sme", "policy: tech-smee")
    (tmp_path / "ladders/yuyao-tech-firms.yaml").write_text(wrong, "utf-8")
    assert main(["policy", "check", str(tmp_path), "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    (one,) = (each for each in findings if each["rule"] == "P023")
    assert one["line"] == 12
    assert "tech-sme" in one["message"]


def test_ladder_tells_where_a_firm_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "f.csv").write_text(CLIMBER, "utf-8")
    (tmp_path / "h.csv").write_text(TITLES, "utf-8")
    words = ["policy", "ladder", "quality-sme", "--on", "2026-06-01"]
    firm = ["--facts", str(tmp_path / "f.csv"), "--holdings", str(tmp_path / "h.csv")]
    assert main([*words, *firm]) == 0
    told = capsys.readouterr().out
    assert "现在是“科技和创新型中小企业”，4 级中的第 1 级" in told
    assert "还差 10 万元" in told
    assert main([*words, *firm, "--lang", "en"]) == 0
    assert "Now: Technology and innovative SME, rung 1 of 4" in capsys.readouterr().out
    assert main(words) == 0
    assert "1  科技和创新型中小企业：innovative-sme" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["quality-sm"], "没有梯度“quality-sm”"),
        (["quality-sme", "--holdings", "h.csv"], "用 --facts 给出"),
        (["quality-sme", "--facts", "missing.csv"], "missing.csv"),
    ],
)
def test_ladder_says_what_is_wrong(
    more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", "ladder", *more, "--on", "2026-06-01"]) == 2
    assert said in capsys.readouterr().err


CHOICE = """\
organisation_id,staff@2025,revenue@2025,rd_total@2025
A,80,9000000,5000000
"""


def test_a_choice_shows_what_it_compares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`if … then … else …` between conditions has the figures of all three; between numbers both
    names, since which one it was depends on the firm."""
    written(tmp_path, parameters="", policy=POLICY.replace("staff <= most", "TEST"))
    (tmp_path / "facts.csv").write_text(CHOICE, "utf-8")
    place = tmp_path / "policies/one/policy.yaml"
    text = place.read_text("utf-8")
    test = "if staff >= 100 then revenue >= 2000万元 else revenue >= 1000万元"
    place.write_text(text.replace("TEST", test), "utf-8")
    assert run(tmp_path / "facts.csv", pack=str(tmp_path)) == 0
    (row, _verdict) = rows(tmp_path / "facts.csv")
    assert (row["outcome"], row["value"]) == ("not_met", "80 | 9000000 | 9000000")
    assert row["threshold"] == "100 | 20000000 | 10000000"
    test = "(if staff >= 100 then rd_total else revenue) >= 1000万元"
    place.write_text(text.replace("TEST", test), "utf-8")
    explained = ["policy", "explain", str(place.parent), "--on", "2026-06-01"]
    assert main([*explained, "--facts", str(tmp_path / "facts.csv")]) == 0
    assert "研究开发费用总额或2025 年营业收入 900 万元" in capsys.readouterr().out


GROWING = """\
organisation_id,registered_region,revenue@2025,revenue@2024,revenue@2023,revenue@2022
A,330281,15000000,14000000,13000000,10000000
"""


def test_a_compound_growth_is_told_as_a_yearly_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "f.csv").write_text(GROWING, "utf-8")
    (tmp_path / "h.csv").write_text(TITLES.replace("tech_innovative", "high_tech"), "utf-8")
    words = ["policy", "explain", "gazelle-star", "--on", "2026-06-01"]
    words += ["--facts", str(tmp_path / "f.csv"), "--holdings", str(tmp_path / "h.csv")]
    assert main(words) == 0
    assert "复合增长率 ≈14.4714%，要求不低于 20%" in capsys.readouterr().out
