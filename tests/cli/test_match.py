"""`lianshu match`: its golden outputs, its exit codes, its messages."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from lianshu.cli import main

HERE = Path(__file__).parent / "match"
# What the installed `lianshu` does.
RUN = "import sys; from lianshu.cli import main; sys.exit(main())"
DEMANDS, RESOURCES = HERE / "demands.csv", HERE / "resources.csv"


def match(*more: object, demands: Path = DEMANDS, resources: Path = RESOURCES) -> int:
    """The exit code of one run."""
    return main(["match", str(demands), str(resources), *map(str, more)])


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text())))


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("direction", ["demands", "resources"])
def test_the_golden_result(direction: str, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    assert match("--top", 2, "--direction", direction, "--out", out) == 0
    assert out.read_bytes() == (HERE / f"by_{direction}.csv").read_bytes()


def test_stdout_holds_the_result_and_stderr_the_words(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, "match", DEMANDS, RESOURCES, "--top", "2"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "gb18030"},
    )
    assert done.returncode == 0
    assert done.stdout == (HERE / "by_demands.csv").read_bytes()
    assert "联系人" in done.stderr.decode("gb18030")
    assert "已匹配" not in done.stderr.decode("gb18030")


def test_matching_files_needs_no_django() -> None:
    program = (
        "import sys; from lianshu.cli import main;"
        f"code = main(['match', {str(DEMANDS)!r}, {str(RESOURCES)!r}]);"
        "sys.exit(code or any(name.split('.')[0] == 'django' for name in sys.modules) * 9)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_help_and_usage_errors_load_no_matching() -> None:
    program = (
        "import sys; from lianshu.cli import main;"
        "codes = [main(['--help']), main(['match', '--help']), main(['match'])];"
        "heavy = {'numpy', 'scipy', 'rjieba', 'django'} & sys.modules.keys();"
        "sys.exit(0 if codes == [0, 0, 2] and not heavy else f'{codes} {heavy}')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_excel_and_json_by_suffix(tmp_path: Path) -> None:
    golden = rows_of(HERE / "by_demands.csv")
    sheet, text = tmp_path / "x.xlsx", tmp_path / "x.json"
    assert match("--top", 2, "--out", sheet) == match("--top", 2, "--out", text) == 0
    rows = list(load_workbook(sheet).worksheets[0].values)
    assert rows[0] == ("demand_id", "resource_id", "rank", "score", "reasons")
    assert [(row[0], row[1], row[4]) for row in rows[1:]] == [
        (row["demand_id"], row["resource_id"], row["reasons"]) for row in golden
    ]
    loaded = json.loads(text.read_text())
    assert [row["resource_id"] for row in loaded] == [row["resource_id"] for row in golden]
    assert [type(row["rank"]) for row in loaded] == [int] * len(golden)


def test_encodings_and_order_change_nothing(tmp_path: Path) -> None:
    lines = DEMANDS.read_text().splitlines()
    other = "\r\n".join([lines[0], *reversed(lines[1:])]) + "\r\n"
    for name, data in (
        ("bom.csv", b"\xef\xbb\xbf" + other.encode()),
        ("gb.csv", other.encode("gb18030")),
    ):
        out = tmp_path / f"out-{name}"
        assert match("--top", 2, "--out", out, demands=write(tmp_path, name, data)) == 0
        assert out.read_bytes() == (HERE / "by_demands.csv").read_bytes()


def test_top_beyond_the_resources_gives_them_all(tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    assert match("--out", out) == 0
    rows = rows_of(out)
    assert len(rows) == 3 * 4
    assert all(row["reasons"] for row in rows)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "空"),
        ("需求编号,标题\n", "没有数据行"),
        ("编码,标题\n1,电池\n", "需求编号"),
        ("需求编号,联系人\nD1,王工\n", "没有可匹配的文字"),
        ("需求编号,标题\nD1,电池\nD2,隔膜\nD1,轴承\n", "第 4 行“需求编号”列的值“D1”与第 2 行重复"),
        ("需求编号,标题\nD1,电池\n,隔膜\n", "第 3 行“需求编号”列是空的"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "不是 Excel"),
        (b"PK\x03\x04 broken", "damaged.csv"),
        ("需求编号,标题\nD1,电池,多出来的\n", "第 2 行"),
    ],
)
def test_unusable_input_stops_with_a_sentence_and_nothing_written(
    content: str | bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demands = write(tmp_path, "damaged.csv", content)
    out = tmp_path / "x.csv"
    assert match("--out", out, demands=demands) == 2
    words = capsys.readouterr().err
    assert said in words
    assert words.startswith("damaged.csv：")
    assert "Traceback" not in words
    assert [path.name for path in tmp_path.iterdir()] == ["damaged.csv"]


@pytest.mark.parametrize(
    "more",
    [
        ("--top", "0"),
        ("--top", "-3"),
        ("--top", "many"),
        ("--direction", "sideways"),
        ("--out", "x.docx"),
        ("--out", "no/such/folder/x.csv"),
        ("--what",),
    ],
)
def test_wrong_usage_is_2(more: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert match(*more) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_missing_file_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert match(demands=tmp_path / "none.xlsx") == 2
    assert "none.xlsx" in capsys.readouterr().err


def test_the_result_never_replaces_an_input(tmp_path: Path) -> None:
    demands = write(tmp_path, "d.csv", DEMANDS.read_bytes())
    assert match("--out", demands, demands=demands) == 2
    assert demands.read_bytes() == DEMANDS.read_bytes()


def test_bad_facets_and_empty_texts_are_told_and_matched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demands = write(tmp_path, "d.csv", "id,标题,技术成熟度\nD1,隔膜,很高\nD2,,\n")
    out = tmp_path / "x.csv"
    assert match("--out", out, demands=demands) == 0
    words = capsys.readouterr().err
    assert "第 2 行“技术成熟度”列的值“很高”" in words
    assert "第 3 行既没有标题也没有内容" in words
    rows = rows_of(out)
    assert len(rows) == 8
    assert {row["score"] for row in rows if row["demand_id"] == "D2"} == {"0.0"}
    assert all("仅供参考" in row["reasons"] for row in rows if row["demand_id"] == "D2")


def test_excel_ids_stay_as_seen(tmp_path: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(["id", "标题"])
    page.append([101, "陶瓷涂覆隔膜"])
    path = tmp_path / "d.xlsx"
    book.save(path)
    out = tmp_path / "x.csv"
    assert match("--top", 1, "--out", out, demands=path) == 0
    assert out.read_text().splitlines()[1].startswith("101,R01,1,1.0,")


def test_budget_columns_become_reasons(tmp_path: Path) -> None:
    demands = write(tmp_path, "d.csv", "id,标题,预算（万元）\nD1,隔膜,20\n")
    resources = write(tmp_path, "r.csv", "id,标题,报价下限\nR1,隔膜,300000\n")
    out = tmp_path / "x.csv"
    assert match("--out", out, demands=demands, resources=resources) == 0
    assert "报价高于预算" in out.read_text()
