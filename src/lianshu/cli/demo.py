"""`lianshu demo load`: the demo city into an empty database."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from lianshu.cli.manage import manage

USAGE = (
    "用法：lianshu demo load [--if-empty] [--small]    "
    "把演示城市装入空数据库，并列出可以登录的账号\n"
)
UNUSABLE = 2


def demo(arguments: Sequence[str]) -> int:
    """Load the demo; the work is the management command's, which has Django at hand."""
    if list(arguments) in (["--help"], ["-h"]):
        sys.stdout.write(USAGE)
        return 0
    if not arguments or arguments[0] != "load":
        sys.stderr.write(USAGE)
        return UNUSABLE
    return manage(["demo_load", *arguments[1:]])
