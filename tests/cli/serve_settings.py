"""The settings of `lianshu serve` in tests: one more app, with a slow job."""

from lianshu.settings import *  # noqa: F403
from lianshu.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "tests.cli.slow"]
