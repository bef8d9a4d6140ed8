"""A run of the importer, the rows it cannot take, and the mappings it remembers."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor, Capability
from lianshu.files.models import StoredFile
from lianshu.jobs.models import Job
from lianshu.records.fields import OpaqueIdField

SOURCE_LENGTH = 64
NAME_LENGTH = 200
PERSONAL_RULES = frozenset({"S047", "S048"})


class RunStatus(models.TextChoices):
    """Where a run stands."""

    CHECKING = "checking", _("检查中")
    UNREADABLE = "unreadable", _("无法读取")
    READY = "ready", _("待确认")
    APPLYING = "applying", _("导入中")
    STOPPED = "stopped", _("中途停下")
    DONE = "done", _("已导入")
    DISCARDED = "discarded", _("已放弃")


class Mode(models.TextChoices):
    """What to do when some rows are bad."""

    ALL = "all", _("全部正确才导入")
    GOOD = "good", _("只导入正确的行")


WORKING = (RunStatus.CHECKING, RunStatus.APPLYING)


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Runs by who may see them."""

    def visible_to(self, actor: Actor) -> Self:
        """One's own, those of colleagues for who may import, all for operators.

        Seeing that a run exists is not reading its file: see `rules.can_read_content`.
        """
        if actor.is_system or actor.has(Capability.OPERATE):
            return self
        if actor.user_id is None:
            return self.none()
        readable = Q(requested_by_id=actor.user_id)
        if actor.has(Capability.IMPORT):
            readable |= Q(organisation_id__in=actor.organisation_ids)
        return self.filter(readable)


class ImportRun(models.Model):
    """One file on its way into one list.

    `applied_rows` and `last_row` (a row number of the file) move in the transaction that writes the
    rows, so that whoever goes on after a crash starts at the first row that is not in.

    `place_chosen` says that a person named the rows of the header. `unknown_names` is a list of
    {key, name, rows, count, candidates: [{id, label, detail}]}: what rows call organisations that
    are not registered.
    """

    public_id = OpaqueIdField()
    target = models.CharField(max_length=64)
    source = models.CharField(_("来源"), max_length=SOURCE_LENGTH)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("导入人"),
    )
    organisation_id = models.BigIntegerField(null=True)
    status = models.CharField(
        _("状态"), max_length=16, choices=RunStatus, default=RunStatus.CHECKING
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(_("文件"), max_length=200)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    sheet = models.CharField(max_length=100, blank=True)
    header = models.JSONField(default=list)
    header_row = models.PositiveIntegerField(default=1)
    header_rows = models.PositiveSmallIntegerField(default=1)
    place_chosen = models.BooleanField(default=False)
    sheets = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(null=True)
    remembered = models.BooleanField(default=False)
    options = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    preview = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    unknown_names = models.JSONField(default=list)
    blocked = models.BooleanField(default=False)

    total_rows = models.PositiveIntegerField(_("行数"), default=0)
    to_create = models.PositiveIntegerField(default=0)
    to_change = models.PositiveIntegerField(default=0)
    to_leave = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)

    mode = models.CharField(max_length=8, choices=Mode, blank=True)
    applied_rows = models.PositiveIntegerField(default=0)
    last_row = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(_("新建"), default=0)
    changed = models.PositiveIntegerField(_("更新"), default=0)
    same = models.PositiveIntegerField(_("无变化"), default=0)
    problem = models.TextField(blank=True)

    created_at = models.DateTimeField(_("上传时间"))
    checked_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["requested_by", "-created_at"], name="import_of_user"),
            models.Index(fields=["organisation_id", "-created_at"], name="import_of_organisation"),
        ]
        verbose_name = _("导入")

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_working(self) -> bool:
        """A job is on it: worth looking again."""
        return self.status in WORKING and self.job is not None and self.job.is_active

    @property
    def is_stuck(self) -> bool:
        """It should be worked on, and the job that did has ended without a word."""
        return self.status in WORKING and not self.is_working

    @property
    def holds_personal_data(self) -> bool:
        """The check found personal data in the file that is not taken in."""
        return any(note["rule"] in PERSONAL_RULES for note in self.notes)

    @property
    def good_count(self) -> int:
        """Rows that can be imported."""
        return self.to_create + self.to_change + self.to_leave


class BadRow(models.Model):
    """One row that cannot be imported, with everything that is wrong with it.

    `problems` is a list of {rule, column, value, message}.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="bad_rows")
    number = models.PositiveIntegerField()
    problems = models.JSONField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="one_bad_row")]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.number}"


class SavedMapping(models.Model):
    """How an organisation last read a header that this sender uses, and where it stood.

    `mapping` is column id → header name. `organisation_id` is 0 for whoever belongs to none.
    """

    target = models.CharField(max_length=64)
    organisation_id = models.BigIntegerField(default=0)
    source = models.CharField(max_length=SOURCE_LENGTH)
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField()
    options = models.JSONField(default=dict)
    sheet = models.CharField(max_length=100, blank=True)
    header_row = models.PositiveIntegerField(default=1)
    header_rows = models.PositiveSmallIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target", "organisation_id", "source", "fingerprint"],
                name="one_mapping_per_sender_and_header",
            )
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.source}"


class KnownName(models.Model):
    """Which registered organisation a sender means by a name, as a person once said.

    `organisation_id` is whose people said so (0 for whoever belongs to none), `matched_id` the
    organisation meant.
    """

    organisation_id = models.BigIntegerField(default=0)
    source = models.CharField(max_length=SOURCE_LENGTH)
    key = models.CharField(max_length=NAME_LENGTH)
    matched_id = models.BigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "source", "key"], name="one_meaning_per_sender_and_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"
