"""Why a pair of names is likely one firm, or not: reasons for a reader."""

from __future__ import annotations

from collections.abc import Sequence

from lianshu.engine.linkage.comparing import FEATURES
from lianshu.engine.linkage.forms import KINDS
from lianshu.engine.linkage.model import Reason, Record
from lianshu.engine.linkage.names import normal_name, take_apart
from lianshu.engine.linkage.searching import Found

_AT = {name: at for at, name in enumerate(FEATURES)}


def reasons_of(found: Found, at: int, row: Record) -> tuple[Reason, ...]:
    """What speaks for and against the candidate at `at`."""
    values: list[float] = found.evidence.values[at].tolist()
    asked = found.forms.texts[int(found.asked[at])]
    segment = found.segments[int(found.segment[at])]
    form = int(found.form[at])
    text, field = segment.forms.texts[form], KINDS[int(segment.forms.kind[form])]
    entity = found.entity(at)
    told = [_name(values, asked, text, field, row, entity)]
    missing = "".join(letter for letter in asked if letter not in text)
    if missing and not values[_AT["brand_sounds"]]:
        told.append(Reason("name", "missing", missing))
    city = row.city or take_apart(row.name).last_place
    other = entity.city or take_apart(entity.name).last_place
    where = f"{city}／{other}"
    if values[_AT["place_same"]]:
        told.append(Reason("region", "agrees", city))
    elif values[_AT["place_differs"]] or values[_AT["place_province"]]:
        told.append(Reason("region", "differs", where))
    if found.claimed[at]:
        told.append(Reason("other", "claimed", entity.name))
    return tuple(told)


def _name(
    values: Sequence[float], asked: str, text: str, field: str, row: Record, entity: Record
) -> Reason:
    """What the two names have in common, the strongest thing said alone."""
    if values[_AT["core_equal"]]:
        if normal_name(row.name) in _normals(entity):
            return Reason(field, "equal", row.name)
        return Reason(field, "equal_core", asked)
    if values[_AT["complete"]] and all(letter in text for letter in asked):
        return Reason(field, "ordered", f"{asked} → {text}")
    if values[_AT["brand_equal"]]:
        return Reason(field, "equal_brand", take_apart(asked).brand)
    if values[_AT["brand_sounds"]]:
        return Reason(field, "sounds", f"{asked} → {text}")
    return Reason(field, "near", f"{asked} → {text}")


def _normals(entity: Record) -> set[str]:
    return {normal_name(each) for each in (entity.name, *entity.aliases, *entity.former_names)}
