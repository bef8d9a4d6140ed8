"""Fixtures for every test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests.cast import Cast
from tests.standing_cast import StandingCast

# Nothing is timed in tests, and the same commit gives the same verdict everywhere;
# LIANSHU_EXPLORE=1 looks for new counterexamples instead.
hypothesis_settings.register_profile(
    "lianshu",
    deadline=None,
    derandomize=not os.environ.get("LIANSHU_EXPLORE"),
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("lianshu")


@pytest.fixture(scope="session", autouse=True)
def _var_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Files and mail of a test run never meet the developer's ./var."""
    var = tmp_path_factory.mktemp("var")
    files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(var / "files")},
    }
    with override_settings(
        VAR=var,
        STORAGES={**settings.STORAGES, "default": files},
        EMAIL_FILE_PATH=var / "mail",
        # The real hasher is slow on purpose, and no test is about it.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session")
def lianshu_data() -> Path:
    """The folder of real sample data that is not part of the project; skips where it is absent."""
    root = Path(__file__).resolve().parent.parent
    folder = Path(os.environ.get("LIANSHU_DATA") or root.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no sample data at {folder} (set LIANSHU_DATA)")
    return folder


@pytest.fixture(scope="session")
def _standing_cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> StandingCast:
    """The cast, assembled once for this process's database."""
    standing = StandingCast()
    with django_db_blocker.unblock():
        standing.prepare()
    return standing


@pytest.fixture
def cast(_standing_cast: StandingCast, db: None) -> Cast:
    """Everybody and every place that tests know; see `tests/cast.py`."""
    return _standing_cast.enter()
