"""Where the packs are when there is no Django to ask."""

import os
from pathlib import Path


def packs_folder() -> Path:
    """LIANSHU_PACKS, or `packs` beside the source tree: the same as `settings.PACKS`."""
    return Path(os.environ.get("LIANSHU_PACKS") or Path(__file__).resolve().parents[3] / "packs")


def codes_folder() -> Path:
    """The national code lists."""
    return packs_folder() / "national" / "codes"
