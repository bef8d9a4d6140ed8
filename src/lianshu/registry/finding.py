"""Finding the organisation, region or chain that a sheet names: exactly, or with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.records.text import normalise
from lianshu.registry.models import (
    Chain,
    Identifier,
    IdentifierKind,
    Organisation,
    OrganisationName,
    Region,
)

_T = TypeVar("_T", Region, Chain)

_BLANK = re.compile(r"[\s·・.,，。、\-—_'\"“”‘’]")
_USCC = re.compile(r"[0-9a-z]{18}")


@lru_cache(maxsize=10_000)
def plain_name(name: str) -> str:
    """What names are compared by: width, case, blanks and points do not count."""
    return _BLANK.sub("", normalise(name))


class OrganisationFinder:
    """Finds organisations by name or credit code.

    A full name of today wins over a short one, that over a former name or alias; a code of today
    over one that was. What was merged is found as what it was merged into. `known` says which
    organisation (by id) a name means that finds none or several of these. Reads all names once
    (three queries); organisations themselves are fetched when first found.
    """

    def __init__(self, actor: Actor, known: Mapping[str, int] | None = None) -> None:
        self._actor = actor
        self._known = {plain_name(name): pk for name, pk in (known or {}).items()}
        self._names: dict[str, set[int]] = {}
        self._merged: dict[int, int] = {}
        ended: set[int] = set()
        short: dict[str, set[int]] = {}
        rows = Organisation.objects.visible_to(actor).values_list(
            "pk", "name", "short_name", "ended_on", "merged_into_id"
        )
        for pk, name, short_name, ended_on, merged_into in rows.iterator(5_000):
            if merged_into is not None:
                self._merged[pk] = merged_into
            if ended_on is not None:
                ended.add(pk)
                continue
            self._names.setdefault(plain_name(name), set()).add(pk)
            if short_name:
                short.setdefault(plain_name(short_name), set()).add(pk)
        for key, pks in short.items():  # a full name is never hidden by another's short one
            self._names.setdefault(key, pks)
        others: dict[str, set[int]] = {}
        for pk, name in OrganisationName.objects.values_list("organisation_id", "value"):
            if pk not in ended:
                others.setdefault(plain_name(name), set()).add(pk)
        for key, pks in others.items():
            self._names.setdefault(key, pks)
        self._codes = self._read_codes(ended)
        self._found: dict[int, Organisation] = {}

    def _read_codes(self, ended: set[int]) -> dict[str, int]:
        """Current codes, and former ones that lead to one organisation of today."""
        current: dict[str, int] = {}
        former: dict[str, set[int]] = {}
        rows = Identifier.objects.filter(kind=IdentifierKind.USCC)
        for value, pk, valid_to in rows.values_list("value", "organisation_id", "valid_to"):
            heir = self._heir(pk)
            if heir not in ended:
                if valid_to is None:
                    current[plain_name(value)] = heir
                else:
                    former.setdefault(plain_name(value), set()).add(heir)
        single = {key: next(iter(pks)) for key, pks in former.items() if len(pks) == 1}
        return single | current

    def _heir(self, pk: int) -> int:
        """What stands for it now; a merged one never leads back to itself."""
        while pk in self._merged:
            pk = self._merged[pk]
        return pk

    def find(self, text: str) -> Organisation | str:
        """The organisation, or the end of a sentence that says why there is none."""
        key = plain_name(text)
        code = self._codes.get(key)
        if code is not None:
            return self._fetch(code)
        pks = self._names.get(key, set())
        if len(pks) == 1:
            return self._fetch(next(iter(pks)))
        if key in self._known and (known := self._fetch_known(self._known[key])):
            return known
        if pks:
            return _("有 %(count)d 家同名单位。请改写统一社会信用代码。") % {"count": len(pks)}
        if self.is_code(text):
            return _("没有单位登记这个统一社会信用代码。请核对代码，或先登记这家单位。")
        return _(
            "不是已登记的单位。请核对名称（要与登记的全称或简称一致），"
            "改写统一社会信用代码，或先登记这家单位。"
        )

    def is_code(self, text: str) -> bool:
        """Whether it has the form of a credit code, which no name can be matched with."""
        return _USCC.fullmatch(plain_name(text)) is not None

    def _fetch_known(self, pk: int) -> Organisation | None:
        """None where the organisation is gone, or no longer to be seen."""
        pk = self._heir(pk)
        seen = pk in self._found or Organisation.objects.visible_to(self._actor).filter(pk=pk)
        return self._fetch(pk) if seen else None

    def _fetch(self, pk: int) -> Organisation:
        if pk not in self._found:
            self._found[pk] = (
                Organisation.objects.visible_to(self._actor)
                .select_related("region", "chain")
                .get(pk=pk)
            )
        return self._found[pk]


class RegionFinder:
    """Finds regions by name, English name, our code or the official one."""

    def __init__(self) -> None:
        self._regions: dict[str, dict[int, Region]] = {}
        for region in Region.objects.all():
            _index(
                self._regions,
                region,
                (region.name, region.name_en, region.code, region.official_code),
            )

    def find(self, text: str) -> Region | str:
        """The region, or the end of a sentence that says why there is none."""
        found = self._regions.get(plain_name(text), {})
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            return _("有 %(count)d 个同名区域。请改写区域代码。") % {"count": len(found)}
        return _("不是已有的区域。请写区域的全称（例如“鄞州区”）或代码。")


class ChainFinder:
    """Finds industry chains by name, English name or code."""

    def __init__(self) -> None:
        self._chains: dict[str, dict[int, Chain]] = {}
        for chain in Chain.objects.all():
            _index(self._chains, chain, (chain.name, chain.name_en, chain.code))

    def find(self, text: str) -> Chain | str:
        """The chain, or the end of a sentence that says why there is none."""
        found = self._chains.get(plain_name(text)) or self._chains.get(
            plain_name(text).removesuffix("产业链"), {}
        )
        if len(found) == 1:
            return next(iter(found.values()))
        return _("不是已有的产业链。请写产业链目录里的名称或代码。")


def _index(by_name: dict[str, dict[int, _T]], row: _T, names: Iterable[str]) -> None:
    for name in names:
        if name:
            by_name.setdefault(plain_name(name), {})[row.pk] = row
