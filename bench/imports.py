"""A list of 100,000 demands with 1% bad rows, imported by real processes over SQLite.

    python bench/imports.py [--rows 100000] [--xlsx] [--office]

With `--office` the list is as offices send it: a title, a line with the unit, a header of two rows
with groups, a total and signatures at the end; `--xlsx` then has merged cells.

Starts `lianshu serve` (web, worker, clock) over a database of its own, uploads the list, confirms
it, and meanwhile opens pages and writes as a person would. Prints seconds, the worker's peak
memory, the worst answer of the web, and whether exactly the planted rows were reported. Exits with
1 when other rows were reported, when a request failed, or, with 100,000 rows or more, past 90 s or
500 MB.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
VAR = Path(tempfile.mkdtemp(prefix="lianshu-bench-"))
os.environ.update(
    LIANSHU_VAR=str(VAR),
    DATABASE_URL="",
    DJANGO_SETTINGS_MODULE="lianshu.settings",
    PYTHONPATH=str(ROOT / "src"),
)

import django  # noqa: E402
import xlsxwriter  # noqa: E402

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.files import File  # noqa: E402
from django.core.management import call_command  # noqa: E402

from lianshu.accounts.models import User  # noqa: E402
from lianshu.authority import Actor  # noqa: E402
from lianshu.engine.sheets import OutCell, write_table  # noqa: E402
from lianshu.exchange.models import Demand  # noqa: E402
from lianshu.imports.models import BadRow, ImportRun  # noqa: E402
from lianshu.imports.services.requests import confirm_import, upload_import  # noqa: E402
from tests.cast import assemble  # noqa: E402

BAD_SHARE = 0.01
FULL, BAR_SECONDS, BAR_MB = 100_000, 90.0, 500.0
HEADER = (
    *("需求编号", "标题", "公开摘要", "内容", "类型", "单位", "区域", "产业链"),
    *("联系人", "联系方式", "预算下限（万元）", "预算上限（万元）", "期望完成日期"),
)
OFFICE_HEAD = (
    ("2026年企业技术需求汇总表",),
    ("填报单位：市科技局", *[""] * 11, "单位：万元"),
    (
        *("需求编号", "需求信息", "", "", "", "归属", "", "", "联系", "", "预算", ""),
        "期望完成日期",
    ),
    (
        *("", "标题", "公开摘要", "内容", "类型", "单位", "区域", "产业链"),
        *("联系人", "联系方式", "下限（万元）", "上限（万元）", ""),
    ),
)
OFFICE_MERGED = {
    "A1:M1": (0, 0),
    "A3:A4": (2, 0),
    "B3:E3": (2, 1),
    "F3:H3": (2, 5),
    "I3:J3": (2, 8),
    "K3:L3": (2, 10),
    "M3:M4": (2, 12),
}
OFFICE_TAIL = (
    ("合计", *[""] * 9, 25_000_000, 30_000_000),
    ("填表人：王工", "", "", "审核人：李工"),
)
VOCABULARY = """
高矫顽力 钕铁硼 磁钢 晶界扩散 工艺 废旧 聚碳酸酯 溶剂法 脱色 提纯 尼龙 弹性体 发泡
珠粒 连续挤出 防爆 锂离子 电池 研发 高韧性 立方氮化硼 单晶 研制 产业化 伺服电机
控制算法 减速器 谐波 精密 加工 机床 主轴 热处理 轴承钢 疲劳 寿命 检测 视觉 缺陷
识别 深度学习 模型 边缘计算 传感器 封装 光刻胶 树脂 纯化 催化剂 加氢 反应器 膜分离
废水 回用 碳纤维 预浸料 铺放 复合材料 回收 氢燃料 电堆 双极板 涂层 耐腐蚀 海洋
工程
"""
WORDS = VOCABULARY.split()


def _text(rng: random.Random, words: int) -> str:
    return "".join(rng.choice(WORDS) for _ in range(words))


def _rows(numbers: range, bad: set[int]) -> Iterator[list[OutCell]]:
    """One for each row number of the file; the rows of `bad` have one of four defects."""
    rng = random.Random(7)
    owners = ["甬江磁材有限公司", "慈湖电机有限公司", "东海大学", "港湾银行"]
    for number in numbers:
        low = rng.randrange(1, 500)
        row: list[OutCell] = [
            f"XQ-{number:07d}",
            f"{_text(rng, 6)} {number}",
            _text(rng, 12),
            "。".join(_text(rng, 10) for _ in range(5)),
            rng.choice(["技术", "人才", "资金", "设备"]),
            rng.choice(owners),
            rng.choice(["鄞州区", "慈溪市", "宁波市"]),
            rng.choice(["磁性材料", "绿色石化", ""]),
            "王工",
            f"0574-0000-{number % 10000:04d}",
            low,
            low + 50,
            f"2027-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
        ]
        if number in bad:
            place, value = rng.choice(
                [(1, ""), (5, "没有这家单位"), (10, "约一百"), (12, "2027-02-30")]
            )
            row[place] = value
        yield row


def _write_office(path: Path, rows: Iterator[list[OutCell]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as stream:
            csv.writer(stream).writerows(chain(OFFICE_HEAD, rows, OFFICE_TAIL))
        return
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("汇总")
    for number, row in enumerate(chain(OFFICE_HEAD, rows, OFFICE_TAIL)):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(number, column, value)
    for cells, (row_index, column) in OFFICE_MERGED.items():
        sheet.merge_range(cells, OFFICE_HEAD[row_index][column])
    book.close()


@dataclass
class Probe:
    """Opens pages and writes, again and again, and remembers how long each answer took."""

    netloc: str
    session: str
    stop: threading.Event = field(default_factory=threading.Event)
    reads: dict[str, list[float]] = field(default_factory=dict)
    writes: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Until told to stop: three pages, then a write."""
        token = "a" * 32
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={token}"}
        form = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": token,
            "Referer": f"http://{self.netloc}/",
        }
        turn = 0
        while not self.stop.is_set():
            turn += 1
            for path in ("/", "/demands/", "/organisations/", "/imports/"):
                self.reads.setdefault(path, []).append(self._ask("GET", path, headers))
            body = f"name=v{turn % 20}&query="
            self.writes.append(self._ask("POST", "/organisations/saved/", headers | form, body))
            self.stop.wait(0.2)

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str = "") -> float:
        begun = time.perf_counter()
        connection = http.client.HTTPConnection(self.netloc, timeout=60)
        connection.request(method, path, body=body or None, headers=headers)
        status = connection.getresponse().status
        connection.close()
        if status >= 400:
            self.failures.append(f"{method} {path}: {status}")
        return time.perf_counter() - begun


def _serve() -> tuple[subprocess.Popen[bytes], dict[str, object]]:
    server = subprocess.Popen(
        [Path(sys.executable).with_name("lianshu"), "serve", "--port", "0", "--web-workers", "1"],
        cwd=ROOT,
    )
    state = VAR / "serve.json"
    for _ in range(200):
        if state.exists():
            facts = json.loads(state.read_text())
            if "url" in facts and "worker" in facts:
                return server, facts
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def _peak_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise SystemExit("no VmHWM in /proc: the memory figure needs Linux")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait(run: ImportRun, *, until: str) -> ImportRun:
    while True:
        time.sleep(0.2)
        run = ImportRun.objects.select_related("job", "file").get(pk=run.pk)
        if run.status == until:
            return run
        if run.status in {"stopped", "unreadable"} or run.is_stuck:
            raise SystemExit(f"the import ended as {run.status}: {run.problem}")


def _import(actor: Actor, path: Path) -> tuple[ImportRun, float, float]:
    now = datetime.now(UTC)
    begun = time.perf_counter()
    with path.open("rb") as stream:
        run = upload_import(
            actor=actor,
            target_id="demands",
            source="市科技局",
            upload=File(stream, name=path.name),
            now=now,
        )
    run = _wait(run, until="ready")
    checked = time.perf_counter() - begun
    begun = time.perf_counter()
    confirm_import(actor=actor, run=run, mode="good", now=now)
    run = _wait(run, until="done")
    return run, checked, time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--xlsx", action="store_true")
    arguments.add_argument("--office", action="store_true")
    options = arguments.parse_args()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    cast = assemble()
    session = SessionStore()
    officer = User.objects.get(username="officer")
    session["_auth_user_id"] = str(officer.pk)
    session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    session["_auth_user_hash"] = officer.get_session_auth_hash()
    session.save()
    first = 1 + (len(OFFICE_HEAD) if options.office else 1)
    numbers = range(first, options.rows + first)
    bad = set(random.Random(3).sample(numbers, int(options.rows * BAD_SHARE)))
    path = VAR / ("list.xlsx" if options.xlsx else "list.csv")
    if options.office:
        _write_office(path, _rows(numbers, bad))
    else:
        write_table(path, HEADER, _rows(numbers, bad))
    server, facts = _serve()
    try:
        worker = int(str(facts["worker"]))
        probe = Probe(urlsplit(str(facts["url"])).netloc, str(session.session_key))
        thread = threading.Thread(target=probe.run)
        thread.start()
        run, checked, written = _import(cast.actor("officer", now=datetime.now(UTC)), path)
        probe.stop.set()
        thread.join()
        peak, cpu = _peak_mb(worker), _cpu_seconds(worker)
    finally:
        server.terminate()
        server.wait()
    reported = set(BadRow.objects.filter(run=run).values_list("number", flat=True))
    print(f"load            {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(
        f"file            {path.suffix} {path.stat().st_size / 2**20:.1f} MB, {options.rows} rows"
    )
    print(f"check           {checked:.1f} s")
    print(f"write           {written:.1f} s")
    print(f"total           {checked + written:.1f} s (worker CPU {cpu:.1f} s)")
    print(f"worker peak RSS {peak:.0f} MB")
    for page, took in [*probe.reads.items(), ("(write)", probe.writes)]:
        print(f"{page:<15} {len(took)} times, middle {median(took):.2f} s, worst {max(took):.2f} s")
    print(f"failures        {probe.failures or 'none'}")
    print(f"bad rows        {len(reported)} reported, {len(bad)} planted, same: {reported == bad}")
    print(f"demands         {Demand.objects.count()}")
    slow = checked + written > BAR_SECONDS or peak > BAR_MB
    if reported != bad or probe.failures or (options.rows >= FULL and slow):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
