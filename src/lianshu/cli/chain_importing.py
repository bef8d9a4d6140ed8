"""The work of `lianshu chain import`."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured

from lianshu.cli import load
from lianshu.cli.running import InputError
from lianshu.records.errors import DomainError


def import_files(
    *, edges: Path | None, makers: Path | None, source: str, visibility: str, apply: bool
) -> None:
    """Tell what the files hold and would change; with `apply` write it. Raises InputError."""
    if edges is None and makers is None:
        raise InputError("请用 --edges 给产品关系，或用 --makers 给生产关系。")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise InputError(f"设置有误：{error}") from error
    # Models load only after setup.
    run = load("lianshu.chainmap.file_import:FileImport")(
        lambda line: sys.stdout.write(f"{line}\n")
    )
    try:
        run.run(
            edges=edges,
            makers=makers,
            source=source,
            visibility=visibility,
            apply=apply,
            now=datetime.now(UTC),
        )
    except DomainError as error:
        raise InputError(error.message) from error
