"""Lists of organisations: known by id, code or name; codes checked; changes shown first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lianshu.audit.models import AuditEntry
from lianshu.authority import Refusal
from lianshu.imports.models import ImportRun
from lianshu.imports.services.naming import match_names
from lianshu.imports.services.requests import confirm_import
from lianshu.registry.models import Identifier, Organisation, SourceKey
from lianshu.registry.queries.organisations import current_code
from tests.cast import NOW, Cast, credit_code
from tests.imports.running import load, problems, table, upload, work

HEADER = (
    *("编号", "单位名称", "统一社会信用代码", "类型", "区域", "产业链", "简称", "曾用名"),
    *("注册号", "股票代码", "简介"),
)
CODE, OTHER_CODE = credit_code(701), credit_code(702)
NEW = ["E1", "东钱智造有限公司", CODE.lower(), "企业", "鄞州区", "磁性材料", "东钱智造"]


def row(*cells: str) -> list[str]:
    return [*cells, *[""] * (len(HEADER) - len(cells))]


def sent(cast: Cast, *rows: list[str], **options: str) -> ImportRun:
    return upload(
        cast.actor("admin"),
        table(*rows, header=HEADER),
        target="organisations",
        source="市监局",
        options=options,
    )


def test_new_ones_with_their_numbers_and_the_same_list_again(cast: Cast) -> None:
    admin = cast.actor("admin")
    full = [*NEW, "东钱磁厂；老东钱", "330200000000001", "600001", "做磁钢"]
    bare = row("E2", "某产业社区", "", "社区", "宁波市")
    run = sent(cast, full, bare)
    assert (run.to_create, run.bad_count) == (2, 0), problems(run)
    confirm_import(actor=admin, run=run, mode="all", now=NOW)
    assert work(run).created == 2
    made = Organisation.objects.get(name="东钱智造有限公司")
    assert (made.chain, made.region) == (cast.chains["magnets"], cast.regions["yinzhou"])
    assert dict(Identifier.objects.filter(organisation=made).values_list("kind", "value")) == {
        "uscc": CODE,
        "registration": "330200000000001",
        "stock": "600001",
    }
    assert set(made.other_names.values_list("value", flat=True)) == {"东钱磁厂", "老东钱"}
    assert Organisation.objects.found_by("老东钱").get() == made
    assert SourceKey.objects.get(external_id="E1", source="市监局").organisation == made
    assert AuditEntry.objects.filter(action="organisation.created", object_id=made.pk).count() == 1
    again = sent(cast, full, bare)
    assert (again.to_leave, again.to_create, again.to_change) == (2, 0, 0)


def test_changes_keep_the_former_name_move_and_give_numbers(cast: Cast) -> None:
    admin, firm = cast.actor("admin"), cast.organisations["magnets"]
    code = current_code(firm)
    run = sent(cast, row("M1", "甬江永磁股份有限公司", code, "", "慈溪市", "", "甬磁"))
    [changes] = run.changes
    assert [(f["label"], f["old"], f["new"]) for f in changes["fields"]] == [
        ("名称", "甬江磁材有限公司", "甬江永磁股份有限公司"),
        ("简称", "（空）", "甬磁"),
        ("区域", "鄞州区", "慈溪市"),
        ("外部编号", "（空）", "M1"),
    ]
    later = NOW + timedelta(hours=1)
    confirm_import(actor=admin, run=run, mode="all", now=later)
    assert work(run, now=later).changed == 1
    firm.refresh_from_db()
    assert (firm.name, firm.region) == ("甬江永磁股份有限公司", cast.regions["cixi"])
    assert firm.other_names.get().value == "甬江磁材有限公司"
    # By the sender's id alone, and by exact name alone.
    run = sent(cast, row("M1", "", "", "", "", "", "甬江永磁"), row("", "慈湖电机有限公司"))
    assert (run.to_change, run.to_leave, run.bad_count) == (0, 1, 1)
    run = sent(cast, row("M1", "甬江永磁股份有限公司", "", "", "", "", "甬江永磁"))
    assert run.to_change == 1


def test_bad_rows_say_what_to_do(cast: Cast) -> None:
    magnets = current_code(cast.organisations["magnets"])
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    run = sent(
        cast,
        row("A1", "甲厂", wrong, "企业", "鄞州区"),
        row("A2", "乙厂", OTHER_CODE, "企业", "鄞州区"),
        row("A3", "丙厂", OTHER_CODE, "企业", "鄞州区"),
        row("A4", "慈湖电机有限公司", magnets, "", ""),
        row("A5", "丁厂", "", "企业", "鄞州区"),
        row("A6", "戊社区", "", "社区", "月球"),
        row("A7", "己社区", "", "", "鄞州区"),
        row("A8", "庚社区", "", "社区", ""),
        row("A9", "", "", "社区", "鄞州区"),
        row("", "甬江磁材有限公司", credit_code(799)),
        row("B1", "辛社区", "", "社区", "鄞州区"),
        row("B2", "辛 社区", "", "社区", "鄞州区"),
        row("B3", "港湾银行"),
        row("B4", "", current_code(cast.organisations["bank"])),
    )
    told = {number: " ".join(lines) for number, lines in problems(run).items()}
    assert run.to_create == 2 and set(told) == {2, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15}, told
    assert "校验不通过" in told[2] and "照录的理由" in told[2]
    assert "和第 3 行的代码相同" in told[4] and "另一家已登记的单位" in told[5]
    assert "请填写“丁厂”的统一社会信用代码" in told[6] and "不是已有的区域" in told[7]
    assert "没有写类型" in told[8] and "没有写区域" in told[9] and "没有写名称" in told[10]
    assert "代码是 " in told[11] and "和第 12 行的名称相同" in told[13]
    assert "和第 14 行是同一家单位" in told[15]

    kept = sent(
        cast, row("A1", "甲厂", wrong), kind="enterprise", region="yinzhou", override="证照如此"
    )
    assert (kept.to_create, kept.bad_count) == (1, 0), problems(kept)
    confirm_import(actor=cast.actor("admin"), run=kept, mode="all", now=NOW)
    work(kept)
    assert Identifier.objects.get(value=wrong).override_reason == "证照如此"


def test_only_managers_import_organisations(cast: Cast) -> None:
    with pytest.raises(Refusal, match="登记单位的授权"):
        load(cast.actor("officer"), table(row("A"), header=HEADER), target="organisations")


def test_what_may_be_registered_already_is_told_and_chosen(client: Client, cast: Cast) -> None:
    admin = cast.actor("admin")
    first = sent(cast, NEW)
    confirm_import(actor=admin, run=first, mode="all", now=NOW)
    work(first)
    short = row("F1", "东钱智造公司", "", "企业", "鄞州区")
    other = row("F2", "东钱智造有限公司", OTHER_CODE, "企业", "鄞州区")
    run = sent(cast, short, other)
    assert (run.to_create, run.bad_count) == (1, 1), "a new enterprise needs its code"
    [told] = [note for note in run.notes if note["rule"] == "I005"]
    assert told["severity"] == "warning"
    assert "有 1 行的名称可能是已登记单位的另一种写法" in told["message"]
    [asked] = run.unknown_names
    made = Organisation.objects.get(name="东钱智造有限公司")
    assert (asked["name"], asked["rows"]) == ("东钱智造公司", [2])
    assert [each["id"] for each in asked["candidates"]] == [made.public_id]
    assert made.name in asked["candidates"][0]["label"] and asked["candidates"][0]["detail"]
    client.force_login(cast.users["admin"])
    page = client.get(f"/imports/{run.public_id}/").content.decode()
    assert "最像：东钱智造有限公司" in page and "不是其中的任何一家" in page
    match_names(actor=admin, run=run, meanings={asked["key"]: made.public_id}, now=NOW)
    work(run)
    run.refresh_from_db()
    assert (run.to_create, run.to_change, run.unknown_names) == (1, 1, [])
    confirm_import(actor=admin, run=run, mode="all", now=NOW)
    assert work(run).changed == 1
    made.refresh_from_db()
    assert made.name == "东钱智造有限公司"
    assert SourceKey.objects.get(external_id="F1").organisation == made
    renamed = sent(cast, row("F1", "东钱智造公司", "", "企业", "鄞州区"))
    assert renamed.to_change == 1, "an id says which firm it is, and the name is then its name"


def test_a_remembered_name_does_not_change_a_credit_code(cast: Cast) -> None:
    admin = cast.actor("admin")
    first = sent(cast, NEW)
    confirm_import(actor=admin, run=first, mode="all", now=NOW)
    work(first)
    made = Organisation.objects.get(name="东钱智造有限公司")
    run = sent(cast, row("", "东钱智造公司", "", "企业", "鄞州区"))
    [asked] = run.unknown_names
    match_names(actor=admin, run=run, meanings={asked["key"]: made.public_id}, now=NOW)
    other = sent(cast, row("", "东钱智造公司", OTHER_CODE, "企业", "鄞州区"))
    assert (other.to_create, other.to_change) == (1, 0), "two codes make two organisations"
    assert current_code(made) == CODE


def test_a_closed_organisation_is_not_offered(cast: Cast) -> None:
    first = sent(cast, NEW)
    confirm_import(actor=cast.actor("admin"), run=first, mode="all", now=NOW)
    work(first)
    Organisation.objects.filter(name="东钱智造有限公司").update(ended_on=NOW.date())
    assert sent(cast, row("", "东钱智造公司", "", "企业", "鄞州区")).unknown_names == []
