"""Reading settings from environment variables, loudly: a wrong value stops the start."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The variable's value; `ImproperlyConfigured` when it is missing and has no default."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it in the environment (docs/settings.md)."
        )
    return value


def flag(name: str, *, default: bool) -> bool:
    """true/false, yes/no, on/off, 1/0; anything else is an error."""
    value = os.environ.get(name)
    if value is None:
        return default
    lowered = value.strip().lower()
    if lowered in {"1", "true", "yes", "on"}:
        return True
    if lowered in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither true nor false. Use 1 or 0.")


def number(name: str, *, default: int, least: int = 0) -> int:
    """A whole number of at least `least`."""
    value = os.environ.get(name)
    if value is None:
        return default
    if not value.strip().isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{name}={value!r} must be a whole number of at least {least}.")
    return int(value)


def words(name: str, *, default: str = "") -> list[str]:
    """A comma-separated list without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str, *, var: Path) -> dict[str, object]:
    """Django's settings for `sqlite:///path`, or `postgres://user:password@host:port/name`.

    An empty URL means SQLite in the `var` folder. Options after `?` go to the driver; `host=`
    there names a socket folder.
    """
    if not url:
        return _sqlite(var / "lianshu.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path)
        if path in {"", "/"}:
            raise ImproperlyConfigured("DATABASE_URL: write sqlite:///absolute/path.sqlite3")
        return _sqlite(Path(path))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL starts with {parts.scheme!r}; only sqlite:// and postgres:// are known."
        )
    # Every question here is short; compiling one takes PostgreSQL longer than answering it.
    options: dict[str, object] = {"options": "-c jit=off", **dict(parse_qsl(parts.query))}
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database: postgres://…/NAME")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": str(options.pop("host", unquote(parts.hostname or ""))),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _sqlite(path: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # Taking the write lock at BEGIN avoids "database is locked" on upgrade from read.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
                "PRAGMA temp_store=MEMORY;PRAGMA cache_size=-32000;"
            ),
        },
    }
