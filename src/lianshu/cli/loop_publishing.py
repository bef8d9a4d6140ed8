"""The work of `lianshu loop publish`."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured

from lianshu.authority import system_actor
from lianshu.cli import load
from lianshu.cli.packs import packs_folder
from lianshu.cli.running import InputError, say
from lianshu.engine.definitions import DefinitionError
from lianshu.records.errors import DomainError


def publish(files: Sequence[Path] | None) -> None:
    """Publish what the files hold and tell it. Raises InputError."""
    paths = list(files or _of_all_packs())
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}：没有这个文件或文件夹，请核对路径。")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise InputError(f"设置有误：{error}") from error
    try:
        # Models load only after setup.
        published = load("lianshu.casework.services.schedule_publishing:publish_packs")(
            actor=system_actor("command"),
            paths=paths,
            bases=sorted(packs_folder().glob("*/loops")),
            now=datetime.now(UTC),
        )
    except DefinitionError as error:
        raise InputError(f"还不能发布，一个也没有发布：\n{error}") from error
    except DomainError as error:
        raise InputError(error.message) from error
    for loop in published.loops:
        sys.stdout.write(f"{loop.loop}  第 {loop.version} 版  {loop.title}\n")
    for schedule in published.schedules:
        sys.stdout.write(f"{schedule.schedule}  第 {schedule.version} 版  {schedule.title}\n")
    say(f"已发布 {len(published.loops)} 个流程、{len(published.schedules)} 份日程。")


def _of_all_packs() -> list[Path]:
    folder = packs_folder()
    return [*sorted(folder.glob("*/loops")), *sorted(folder.glob("*/schedules"))]
