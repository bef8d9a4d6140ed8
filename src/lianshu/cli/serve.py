"""`lianshu serve`: web, worker and clock under one supervisor."""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
from functools import partial
from pathlib import Path
from typing import IO, Annotated, Any

import django
import typer
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string
from gunicorn.app.base import BaseApplication

from lianshu.cli.running import InputError, say
from lianshu.cli.supervisor import Child, Supervisor

WEB_GRACE = 5


def serve(
    host: Annotated[str, typer.Option(help="监听的地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="监听的端口；0 表示任选一个空闲端口")] = 8000,
    web_workers: Annotated[int, typer.Option(min=1, help="网站进程数")] = 2,
    threads: Annotated[int, typer.Option(min=1, help="每个网站进程的线程数")] = 4,
) -> None:
    """启动网站、后台任务和时钟，直到按 Ctrl-C。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise InputError(f"设置有误：{error}") from error
    var: Path = settings.VAR
    _check_database()
    _check_static_files()
    with _only_one(var / "serve.lock") as lock, _listening(host, port) as listener:
        url = f"http://{_shown(host)}:{listener.getsockname()[1]}"
        say(f"链枢在 {url} 运行；按 Ctrl-C 停止")

        def web() -> None:
            lock.close()
            # The socket stays open in the supervisor, so that a restart refuses nobody.
            _Web(listener.detach(), web_workers, threads).run()

        def manage(*command: str) -> None:
            lock.close()
            listener.close()
            call_command(*command)

        worker = partial(manage, "jobs_worker", "--name", _worker_name(var))
        Supervisor(
            [
                Child("web", "网站", web),
                Child("worker", "后台任务", worker),
                Child("clock", "时钟", partial(manage, "jobs_clock")),
            ],
            state_file=var / "serve.json",
            say=say,
            facts={"url": url},
            restartable="web",
        ).run()


class _Web(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn with our options on a socket that is open already."""

    def __init__(self, listener: int, workers: int, threads: int) -> None:
        self.options = {
            "bind": f"fd://{listener}",
            "worker_class": "gthread",
            "workers": workers,
            "threads": threads,
            "graceful_timeout": WEB_GRACE,
            "timeout": 60,
            "preload_app": True,
            "loglevel": "warning",
            # Otherwise every installation of this user shares one socket in the home folder.
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return import_string("lianshu.web.wsgi.application")


def _worker_name(var: Path) -> str:
    """The same after every restart over the same data, so that a worker finds what the one
    before it left running; `_only_one` sees to it that no two bear it at a time."""
    place = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    return f"{socket.gethostname()[:40]}:{place}"


def _check_database() -> None:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise InputError(
            f"连不上数据库：{error}。请检查环境变量 DATABASE_URL 和数据库是否已启动。"
        ) from error
    finally:
        connection.close()
    if missing:
        raise InputError(
            f"数据库结构不是最新的（还差 {len(missing)} 步）。请先运行：lianshu manage migrate"
        )


def _check_static_files() -> None:
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if settings.PRODUCTION and not manifest.exists():
        raise InputError(f"没有找到 {manifest}。请先运行：lianshu manage collectstatic --no-input")


def _only_one(path: Path) -> IO[str]:
    """An open file whose lock says that a supervisor runs over this data; it ends with us."""
    lock = path.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise InputError(
            f"已有一个 lianshu serve 在使用 {path.parent}。"
            "请先停止它，或用 LIANSHU_VAR 另指一个目录。"
        ) from None
    return lock


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, _proto, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind)
    except OSError as error:
        raise InputError(f"地址 {host} 不能用来监听：{error.strerror or error}。") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(1024)
    except (OSError, OverflowError) as error:
        listener.close()
        raise InputError(
            f"不能在 {host}:{port} 上监听（{error}）。端口多半已被占用：请停止占用它的程序，"
            "或用 --port 换一个端口。"
        ) from error
    return listener


def _shown(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - only compared
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
