"""The policies that are published, compiled; read from the database, never from a pack."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from lianshu.engine.codes import load_code_lists
from lianshu.engine.definitions import load_file
from lianshu.engine.expressions import Scope
from lianshu.engine.policy import Pack, Policy, load_pack
from lianshu.engine.policy.ladder_model import LadderDefinition
from lianshu.engine.policy.ladders import Ladder, compile_ladders
from lianshu.entitlements.models import PolicyLadder, PolicyVersion
from lianshu.registry.dictionary import fact_dictionary


@dataclass(frozen=True)
class Published:
    """The compiled policies by row, oldest version of a policy first."""

    policies: tuple[Policy, ...]
    by_row: Mapping[int, Policy]

    def of(self, version: PolicyVersion) -> Policy:
        """The compiled form of a row that is in use."""
        return self.by_row[version.pk]

    def row_of(self, policy: Policy) -> int:
        """The key of the row that a compiled policy came from."""
        return next(pk for pk, one in self.by_row.items() if one is policy)


def published() -> Published:
    """What is in use. Compiled once for what is published; publishing changes the key."""
    rows = PolicyVersion.objects.filter(retired_at__isnull=True).order_by("pk")
    key = tuple(rows.values_list("pk", "content_hash"))
    return _compiled(key, Path(settings.PACKS))


@lru_cache(maxsize=4)
def _compiled(key: tuple[tuple[int, str], ...], packs: Path) -> Published:
    rows = list(PolicyVersion.objects.filter(pk__in=[pk for pk, _hash in key]))
    pack = compile_rows(rows, packs)
    found = {(one.id, one.version): one for one in pack.policies}
    return Published(pack.policies, {row.pk: found[row.policy, row.version] for row in rows})


def published_ladders() -> Mapping[int, Ladder]:
    """The ladders in use by row, over the policies in use; everywhere's first."""
    rows = PolicyLadder.objects.filter(retired_at__isnull=True).order_by("region_code", "ladder")
    key = tuple(rows.values_list("pk", "content_hash"))
    return _compiled_ladders(key, Path(settings.PACKS)) if key else {}


@lru_cache(maxsize=4)
def _compiled_ladders(key: tuple[tuple[int, str], ...], packs: Path) -> Mapping[int, Ladder]:
    # A policy that is retired meanwhile leaves its rung without a decision, which the standing
    # says: the rows alone decide what is compiled here.
    found = PolicyLadder.objects.in_bulk([pk for pk, _hash in key])
    scope = Scope(fact_dictionary(), load_code_lists(packs / "national" / "codes"))
    with tempfile.TemporaryDirectory(prefix="lianshu-ladders-") as folder:
        read = []
        for row in found.values():
            place = Path(folder) / f"{row.ladder}.yaml"
            place.write_text(row.definition, encoding="utf-8")
            read.append(load_file(place, LadderDefinition))
    made = {one.id: one for one in compile_ladders(read, scope, ()).ladders}
    return {pk: made[found[pk].ladder] for pk, _hash in key}


def compile_rows(rows: Iterable[PolicyVersion], packs: Path) -> Pack:
    """Compile stored definitions: canonical JSON is YAML, so that the one loader reads it again."""
    with tempfile.TemporaryDirectory(prefix="lianshu-policies-") as folder:
        for row in rows:
            place = Path(folder) / "policies" / f"{row.policy}-{row.version}"
            place.mkdir(parents=True)
            (place / "policy.yaml").write_text(row.definition, encoding="utf-8")
            if row.parameters:
                (place / "parameters.yaml").write_text(row.parameters, encoding="utf-8")
        codes = load_code_lists(packs / "national" / "codes")
        return load_pack([Path(folder)], fact_dictionary(), codes)
