"""Publishing: everything or nothing, and what is published never decides otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from lianshu.authority import Refusal
from lianshu.engine.definitions import DefinitionError
from lianshu.entitlements.models import PolicyVersion
from lianshu.entitlements.published import published
from lianshu.entitlements.services.publishing import publish_policies, retire_policy
from lianshu.records.errors import Conflict, DomainError
from tests.cast import NOW, SYSTEM, Cast
from tests.entitlements.packs import write_pack


def test_every_policy_of_the_packs_is_published_as_it_was_written(db: None) -> None:
    packs = Path(settings.PACKS)
    folders = [packs / name for name in ("national", "zhejiang", "ningbo")]
    rows = publish_policies(actor=SYSTEM, folders=folders, now=NOW)
    assert len(rows) > 15
    row = next(each for each in rows if each.policy == "high-tech-enterprise")
    assert (row.title, row.title_en) == (
        "高新技术企业认定",
        "Recognition as a high-tech enterprise",
    )
    compiled = published().of(row)
    assert compiled.content_hash == row.content_hash
    assert "科技人员" in row.search_text and "Science staff" in row.search_text
    again = publish_policies(actor=SYSTEM, folders=folders, now=NOW)
    assert [each.pk for each in again] == [each.pk for each in rows]


def test_one_defect_or_one_scenario_leaves_everything_unpublished(db: None, tmp_path: Path) -> None:
    write_pack(tmp_path, outcome="not_met")
    with pytest.raises(DomainError, match="“用工补助”的情景“够了”与预期不符：YG-1"):
        publish_policies(actor=SYSTEM, folders=[tmp_path], now=NOW)
    write_pack(tmp_path)
    later = tmp_path / "policies" / "staff-grant-2026" / "policy.yaml"
    later.write_text(later.read_text("utf-8").replace("staff >=", "stuff >="), encoding="utf-8")
    with pytest.raises(DefinitionError, match="stuff"):
        publish_policies(actor=SYSTEM, folders=[tmp_path], now=NOW)
    assert not PolicyVersion.objects.exists()


def test_a_version_keeps_what_it_decides(db: None, tmp_path: Path) -> None:
    publish_policies(actor=SYSTEM, folders=[write_pack(tmp_path)], now=NOW)
    with pytest.raises(Conflict, match="版本 2026 已经发布，内容不同"):
        publish_policies(actor=SYSTEM, folders=[write_pack(tmp_path, least=30)], now=NOW)
    assert "staff >= 20" in PolicyVersion.objects.get(version="2026").definition


def test_a_folder_without_policies_is_no_pack(db: None, tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="没有政策"):
        publish_policies(actor=SYSTEM, folders=[tmp_path], now=NOW)


def test_operators_publish_and_retire(cast: Cast, tmp_path: Path) -> None:
    folders = [write_pack(tmp_path)]
    with pytest.raises(Refusal, match="运维授权"):
        publish_policies(actor=cast.actor("officer"), folders=folders, now=NOW)
    row = publish_policies(actor=cast.actor("admin"), folders=folders, now=NOW)[0]
    with pytest.raises(Refusal):
        retire_policy(actor=cast.actor("officer"), version=row, now=NOW)
    retire_policy(actor=cast.actor("admin"), version=row, now=NOW)
    assert [each.version for each in published().policies] == ["2026"]
