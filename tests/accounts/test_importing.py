"""People from a sheet: one invitation each, once."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import override_settings

from lianshu.accounts.models import Invitation
from lianshu.accounts.services import invite_many
from lianshu.accounts.services.inviting_many import MAIL_JOB, Invitee
from lianshu.authority import Refusal
from lianshu.jobs.models import Job
from lianshu.jobs.services.execution import execute
from tests.cast import NOW, Cast
from tests.imports.running import load, problems, table, upload

IN_MEMORY = override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
HEADER = ("姓名", "单位", "身份", "手机号码", "电子邮箱", "身份证号")


def people(*rows: tuple[str, ...]) -> bytes:
    return table(*rows, header=HEADER)


GOOD = people(
    ("陈明", "甬江磁材有限公司", "经办人", "138 0000 0001", "chen@example.test", ""),
    ("李丽", "甬江磁材有限公司", "", "13800000002", "", ""),
    ("赵强", "东海大学", "负责人", "13800000003", "zhao@example.test", ""),
    ("艾丽", "甬江磁材有限公司", "负责人", "", "ALICE@example.test", ""),
    ("陈明", "甬江磁材有限公司", "经办人", "13800000001", "", ""),
)


def run_mail() -> Job:
    job = Job.objects.filter(kind=MAIL_JOB).latest("pk")
    execute(job.pk, job.attempt, worker="test", clock=lambda: NOW)
    job.refresh_from_db()
    return job


@IN_MEMORY
def test_a_sheet_invites_each_new_person_once(cast: Cast) -> None:
    admin = cast.actor("admin")
    run = load(admin, GOOD, target="people", name="人员.csv")
    assert (run.created, run.same, run.bad_count) == (3, 2, 0)
    made = {each.name: each for each in Invitation.objects.all()}
    assert {name: each.role for name, each in made.items()} == {
        "陈明": "handler",
        "李丽": "handler",
        "赵强": "owner",
    }
    before = made["陈明"].digest
    job = run_mail()
    assert job.result == {"sent": 2, "failed": 0, "left_out": 0}
    assert {to for message in mail.outbox for to in message.to} == {
        "chen@example.test",
        "zhao@example.test",
    }
    made["陈明"].refresh_from_db()
    assert made["陈明"].digest != before
    again = load(admin, GOOD, target="people", name="人员.csv")
    assert (again.created, again.same) == (0, 5)
    assert Job.objects.filter(kind=MAIL_JOB).count() == 1


def test_what_cannot_be_invited_says_why(cast: Cast) -> None:
    run = upload(
        cast.actor("officer"),
        people(
            ("陈明", "甬江磁材有限公司", "负责人", "13800000001", "", ""),
            ("李丽", "东海大学", "经办人", "13800000002", "", ""),
            ("赵强", "不存在的公司", "负责人", "13800000003", "", ""),
            ("钱七", "东海大学", "负责人", "", "", ""),
            ("孙八", "东海大学", "负责人", "", "not-an-address", ""),
            ("周九", "东海大学", "校长", "13800000006", "", ""),
            ("吴十", "东海大学", "负责人", "13800000007", "", ""),
        ),
        target="people",
        name="人员.csv",
        options={"mail": "later"},
    )
    told = {number: " ".join(each) for number, each in problems(run).items()}
    assert (run.good_count, run.to_create) == (1, 1)
    for number, words in enumerate(
        (
            "已有负责人",
            "先邀请一位负责人",
            "不是已登记的单位",
            "没有电话也没有邮箱",
            "邮箱",
            "校长",
        ),
        2,
    ):
        assert words in told[number]
    assert [each["name"] for each in run.unknown_names] == ["不存在的公司"]


def test_who_may_import_people(cast: Cast) -> None:
    for who in ("anna", "carol", "eve"):
        with pytest.raises(Refusal):
            upload(cast.actor(who), GOOD, target="people", name="人员.csv")
    magnets = cast.organisations["magnets"]
    person = Invitee(magnets, "handler", "陈明", "", "13800000001")
    with pytest.raises(Refusal, match="陈明"):
        invite_many(actor=cast.actor("bob"), people=[person], days=7, mail=False, now=NOW)
    assert not Invitation.objects.exists()
