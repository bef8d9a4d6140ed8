"""`lianshu manage …`: Django's own commands with our settings."""

from __future__ import annotations

import os
from collections.abc import Sequence

from django.core.management import execute_from_command_line


def manage(arguments: Sequence[str]) -> int:
    """Run one command; ends the process as Django's own `manage.py` does when it fails."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.settings")
    execute_from_command_line(["lianshu manage", *arguments])
    return 0
