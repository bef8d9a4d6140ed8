"""What people wrote, chose and attached at an event, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianshu.casework.models import LoopVersion
from lianshu.casework.runtime import running_loop
from lianshu.engine.definitions import Text
from lianshu.engine.loops import Step
from lianshu.engine.loops.model import FormField
from lianshu.files.models import StoredFile
from lianshu.ui.formats import money

FILE_TYPES: Final = frozenset({"file", "photo"})


def said(text: Text | None) -> str:
    """A definition's text in the reader's language."""
    return "" if text is None else text.said_in(get_language() or "zh-hans")


def loop_title(version: LoopVersion) -> str:
    """What a loop is called, in the reader's language."""
    return said(running_loop(version).loop.title)


@dataclass(frozen=True, slots=True)
class Written:
    """One thing that was given: what it is called, what it says and, for a file, its address."""

    label: str
    text: str
    href: str = ""


def written(
    step: Step | None, data: Mapping[str, Any], files: Mapping[str, StoredFile]
) -> Iterator[Written]:
    """What an event's payload holds, in its order; `files` are the case's by their ids."""
    fields = {field.id: field for field in step.fields} if step else {}
    for name, value in data.get("values", {}).items():
        if name in fields:
            yield _value(fields[name], value, files)
    for name in data.get("files", ()):
        if stored := files.get(str(name)):
            yield _file(_("附件"), stored)
    if stars := data.get("stars"):
        yield Written(_("评分"), "★" * int(stars["stars"]) + "☆" * (5 - int(stars["stars"])))


def _value(field: FormField, value: Any, files: Mapping[str, StoredFile]) -> Written:
    label = said(field.title)
    if field.type in FILE_TYPES and str(value) in files:
        return _file(label, files[str(value)])
    if field.type == "money" and isinstance(value, int):
        return Written(label, money(value))
    choice = next((each for each in field.choices if each.id == value), None)
    return Written(label, said(choice.title) if choice else str(value))


def _file(label: str, stored: StoredFile) -> Written:
    return Written(label, stored.name, reverse("files:download", args=[stored.public_id]))
