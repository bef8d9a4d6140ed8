"""`lianshu demo load`: the demo city, once, and who can log in."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

from lianshu.demo.city.sources import read_city
from lianshu.demo.pack import read_demo
from lianshu.demo.queries import DemoAccount, demo_accounts, demo_is_loaded
from lianshu.demo.services import PASSWORD, load_demo
from lianshu.engine.definitions import DefinitionError
from lianshu.records.errors import DomainError


class Command(BaseCommand):
    """Loads packs/demo into an empty database and prints the accounts."""

    help = "把演示城市装入空数据库，并列出可以登录的账号"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="已有账号时只列出演示账号，不算错误"
        )
        parser.add_argument(
            "--small", action="store_true", help="只装手写的小城市（30 家单位），几秒钟"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.PACKS / "demo"
        try:
            pack = read_demo(folder)
            sources = (
                None
                if options["small"]
                else read_city(folder / "city", settings.PACKS / "national" / "codes")
            )
        except DefinitionError as error:
            raise CommandError(f"演示资料包 {folder} 有错误：\n{error}", returncode=2) from error
        accounts = [*pack.accounts, *(sources.accounts if sources else ())]
        if options["if_empty"] and demo_is_loaded():
            self._print(demo_accounts(accounts))
            return
        console = Console(stderr=True)
        try:
            with Progress(console=console, disable=not sys.stderr.isatty()) as bar:
                task = bar.add_task("装入演示城市", total=None)
                load_demo(
                    pack=pack,
                    sources=sources,
                    now=timezone.now(),
                    progress=lambda done, total, text: bar.update(
                        task, completed=done, total=total, description=f"装入演示城市：{text}"
                    ),
                )
        except DomainError as error:
            raise CommandError(error.message, returncode=2) from error
        self._print(demo_accounts(accounts))

    def _print(self, accounts: list[DemoAccount]) -> None:
        table = Table(
            # What has to be typed is never cut, however narrow the terminal is.
            Column("用户名", no_wrap=True, min_width=max(len(a.username) for a in accounts)),
            Column("口令", no_wrap=True, min_width=len(PASSWORD)),
            "身份",
            "姓名",
            "单位",
        )
        for account in accounts:
            table.add_row(
                account.username, PASSWORD, account.title, account.name, account.organisation
            )
        Console(stderr=True).print(table)
