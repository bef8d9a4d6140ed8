"""Public code lists (industries, regions, IPC …): read from a pack, checked, looked up by code.

    lists = load_code_lists(packs / "national/codes")
    lists["industries"].name("3562")        # 半导体器件专用设备制造
    lists["industries"].ancestors("3562")   # 356, 35, C

The lists are data; how a folder of them is written is said in docs/codes.md.
"""

from lianshu.engine.codes.lists import CodeList, Entry, UnknownCodeError
from lianshu.engine.codes.model import Level, ListSpec
from lianshu.engine.codes.reading import MANIFEST, check_code_lists, load_code_lists

__all__ = [
    "MANIFEST",
    "CodeList",
    "Entry",
    "Level",
    "ListSpec",
    "UnknownCodeError",
    "check_code_lists",
    "load_code_lists",
]
