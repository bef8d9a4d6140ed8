"""Organisations and their numbers."""

from __future__ import annotations

import pytest

from lianshu.audit.queries import entries_about
from lianshu.authority import Refusal
from lianshu.records.errors import DomainError
from lianshu.registry.models import Organisation
from lianshu.registry.services import create_organisation, edit_organisation
from tests.cast import NOW, Cast

USCC = "91990000DEM0000145"


def test_a_manager_registers_within_the_scope(cast: Cast) -> None:
    made = create_organisation(
        actor=cast.actor("admin"),
        name=" 新磁材有限公司 ",
        kind="enterprise",
        region=cast.regions["cixi"],
        uscc=USCC.lower(),
        now=NOW,
    )
    assert (made.name, made.identifiers.get().value) == ("新磁材有限公司", USCC)
    with pytest.raises(Refusal, match="授权"):
        create_organisation(
            actor=cast.actor("alice"),
            name="x",
            kind="enterprise",
            region=cast.regions["cixi"],
            now=NOW,
        )


def test_a_code_of_another_firm_is_refused_and_nothing_is_written(cast: Cast) -> None:
    def register(name: str) -> Organisation:
        return create_organisation(
            actor=cast.actor("admin"),
            name=name,
            kind="enterprise",
            region=cast.regions["cixi"],
            uscc=USCC,
            now=NOW,
        )

    register("先来的公司")
    with pytest.raises(DomainError, match="已属于“先来的公司”"):
        register("后来的公司")
    assert not Organisation.objects.filter(name="后来的公司").exists()


def test_an_organisation_edits_itself_and_the_audit_says_what_changed(cast: Cast) -> None:
    magnets = cast.organisations["magnets"]
    edit_organisation(
        actor=cast.actor("alice"), organisation=magnets, changes={"short_name": "甬磁"}, now=NOW
    )
    assert entries_about(magnets)[0].changes == {"short_name": ["", "甬磁"]}
    for who in ("anna", "bob", "officer"):
        with pytest.raises(Refusal, match="经办人"):
            edit_organisation(
                actor=cast.actor(who), organisation=magnets, changes={"name": "x"}, now=NOW
            )


def test_public_ids_stay_when_everything_else_changes(cast: Cast) -> None:
    magnets = cast.organisations["magnets"]
    before = magnets.public_id
    edit_organisation(
        actor=cast.actor("alice"), organisation=magnets, changes={"name": "新名字"}, now=NOW
    )
    assert Organisation.objects.get(pk=magnets.pk).public_id == before
