"""The work of `lianshu snapshot`."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from lianshu.authority import system_actor
from lianshu.cli import load
from lianshu.cli.running import InputError, say
from lianshu.engine.definitions import DefinitionError
from lianshu.records.errors import DomainError


def take(as_known_at: str, out: Path | None) -> None:
    """Take a snapshot and print its folder. Raises InputError."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise InputError(f"设置有误：{error}") from error
    now = datetime.now(UTC)
    try:
        # Models load only after setup.
        made = load("lianshu.registry.services.snapshots:take_snapshot")(
            actor=system_actor("snapshot"),
            out=(out or settings.VAR / "snapshots").resolve(),
            now=now,
            as_known_at=_moment(as_known_at),
        )
    except DomainError as error:
        raise InputError(error.message) from error
    except DefinitionError as error:
        raise InputError(f"事实字典有错，请先用 lianshu facts check 检查：\n{error}") from error
    sys.stdout.write(f"{made.folder}\n")
    for file in made.manifest["files"]:
        say(f"{file['name']}  {file['rows']} 行  {file['bytes']} 字节  sha256 {file['sha256']}")


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"“{text}”不是时间；请写成 2026-11-02T09:30:00+08:00 这样。") from error
    return timezone.make_aware(found) if timezone.is_naive(found) else found
