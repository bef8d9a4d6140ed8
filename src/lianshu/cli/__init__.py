"""The command line: `lianshu COMMAND …`. Contract and commands: docs/cli.md.

Nothing of a command is imported before that command is asked for, so that commands on files need
neither Django nor a database and `lianshu --help` answers at once.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from typing import Any

DONE, DEFECTS, UNUSABLE, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 130


@dataclass(frozen=True)
class Command:
    """A command: where its function is and the line about it in `lianshu --help`.

    The function is annotated for typer and ends with `typer.Exit(code)` unless it is done. With
    `raw` it gets the arguments as they are and returns the exit code. A `running.group` of
    commands takes its place where there are several.
    """

    module: str
    function: str
    help: str
    raw: bool = False


COMMANDS: dict[str, Command] = {
    "match": Command(
        "lianshu.cli.match", "match", "给两张表：为每条需求排出最合适的资源，并写明理由"
    ),
    "plan": Command("lianshu.cli.plan", "plan", "给配对、容量和名额：算出对大家都最好的方案"),
    "link": Command("lianshu.cli.link", "link", "数据比对：名单里的每一行是登记表里的哪一家"),
    "ranker": Command(
        "lianshu.cli.ranker", "app", "会学习的排序：ranker learn 学习，score 打分，evaluate 评估"
    ),
    "demo": Command("lianshu.cli.demo", "demo", "演示城市：lianshu demo load", raw=True),
    "uscc": Command("lianshu.cli.uscc", "app", "统一社会信用代码：uscc check 核对一张表"),
    "codes": Command(
        "lianshu.cli.codes", "app", "公共代码表：codes check 检查，codes show 查一个代码"
    ),
    "facts": Command("lianshu.cli.facts", "app", "事实字典：facts check 检查"),
    "calendar": Command(
        "lianshu.cli.calendar", "app", "工作日历：calendar show 看一年，check 检查，due 算到期时间"
    ),
    "loop": Command(
        "lianshu.cli.loop", "app", "闭环流程：loop check 证明闭合，loop draw 画图，loop diff 比较"
    ),
    "receipt": Command("lianshu.cli.receipt", "app", "办件回执：receipt verify 不联网核对"),
    "cases": Command(
        "lianshu.cli.cases", "app", "办件的记录：cases verify 核对，rebuild 重建，anchor 锚定"
    ),
    "policy": Command(
        "lianshu.cli.policy", "app", "政策：policy check 检查，test 跑情景，run 计算，explain 解释"
    ),
    "chain": Command(
        "lianshu.cli.chain", "app", "产业链图：chain gaps 找断点，chain quality 查数据质量"
    ),
    "snapshot": Command("lianshu.cli.snapshot", "snapshot", "做一份数据快照：Parquet 文件和清单"),
    "serve": Command("lianshu.cli.serve", "serve", "启动网站、后台任务和时钟"),
    "manage": Command("lianshu.cli.manage", "manage", "Django 自带的管理命令", raw=True),
}


def load(place: str) -> Any:
    """The object at `module:name`, its module imported now."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in {"--help", "-h", "help"}:
        sys.stdout.write(_overview())
        return DONE if words else UNUSABLE
    if words[0] == "--version":
        sys.stdout.write(f"lianshu {metadata.version('lianshu')}\n")
        return DONE
    command = COMMANDS.get(words[0])
    if command is None:
        _say(f"没有“{words[0]}”这个命令。可用的命令：{'、'.join(COMMANDS)}。")
        return UNUSABLE
    function = load(f"{command.module}:{command.function}")
    if command.raw:
        return int(function(words[1:]))
    return _run(words[0], function, words[1:])


def _run(name: str, function: Callable[..., None], arguments: list[str]) -> int:
    """The one place where an exception becomes an exit code and a sentence."""
    run = load("lianshu.cli.running:run")
    code: int = run(f"lianshu {name}", function, arguments)
    return code


def _overview() -> str:
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:<{width}}{command.help}" for name, command in COMMANDS.items()]
    return (
        "链枢 Lianshu：产业链创新生态操作系统\n\n用法：lianshu 命令 [参数…]\n\n命令：\n"
        + "\n".join(lines)
        + "\n\n每个命令的参数：lianshu 命令 --help。退出码：0 完成，1 检查发现问题，"
        "2 输入或用法不对，3 程序内部出错。\n"
    )


def _say(message: str) -> None:
    sys.stderr.write(message + os.linesep)
