"""The work of `lianshu policy publish`."""

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
from lianshu.engine.policy import policy_folders
from lianshu.engine.policy.ladders import ladder_files
from lianshu.records.errors import DomainError


def publish(packs: Sequence[str]) -> None:
    """Publish every policy of the packs and tell it. Raises InputError."""
    folders = [_folder(name) for name in packs]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise InputError(f"设置有误：{error}") from error
    now = datetime.now(UTC)
    try:
        # Models load only after setup.
        rows = load("lianshu.entitlements.services.publishing:publish_policies")(
            actor=system_actor("command"), folders=folders, now=now
        )
    except DefinitionError as error:
        raise InputError(f"还不能发布，一个也没有发布：\n{error}") from error
    except DomainError as error:
        raise InputError(f"{error.message}（一个也没有发布）") from error
    fresh = [row for row in rows if row.published_at == now]
    for row in fresh:
        sys.stdout.write(f"{row.policy}  {row.version}  {row.title}\n")
    already = len(rows) - len(fresh)
    ladders = load("lianshu.entitlements.queries_ladders:ladders_published_at")(now)
    for row in ladders:
        sys.stdout.write(f"{row.ladder}  {row.title}\n")
    told = f"已发布 {len(fresh)} 项政策"
    told += f"、{len(ladders)} 个梯度" if ladders else ""
    say(told + (f"，{already} 项政策早已发布。" if already else "。"))


def _folder(name: str) -> Path:
    folder = Path(name)
    if not folder.is_dir():
        folder = packs_folder() / name
    if not folder.is_dir():
        known = "、".join(sorted(one.parent.name for one in packs_folder().glob("*/policies")))
        raise InputError(f"没有资料包或文件夹“{name}”。有政策的资料包：{known or '（没有）'}。")
    if not policy_folders(folder) and not ladder_files(folder):
        raise InputError(f"{folder}：里面没有政策（policies/编号/policy.yaml），请核对路径。")
    return folder
