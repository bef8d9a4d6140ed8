"""Publishing a loop: proved closed, resolved, and never changed in what it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, Capability, Refusal
from lianshu.casework.models import LoopVersion
from lianshu.engine.definitions import DefinitionError, Loaded, canonical_json
from lianshu.engine.loops import Loop, behaviour_hash, check_files, check_loop
from lianshu.records.errors import Conflict


@transaction.atomic
def publish_loop(*, actor: Actor, loaded: Loaded[Loop], now: datetime) -> LoopVersion:
    """Make a loop usable for new cases; with the same behaviour, revise its texts.

    Raises DefinitionError when it is not closed, Conflict when this version already does something
    else: what runs is never changed, a new behaviour is a new version.
    """
    _require_operator(actor)
    errors = [found for found in check_loop(loaded) if found.severity == "error"]
    if errors:
        raise DefinitionError(errors)
    return _publish(actor, loaded, now)


@transaction.atomic
def publish_files(
    *, actor: Actor, paths: Sequence[Path], now: datetime, bases: Iterable[Path] = ()
) -> list[LoopVersion]:
    """Publish every loop in files and folders that is not a base: all of them or none.

    Raises DefinitionError with the defects of all, and Conflict as `publish_loop`.
    """
    _require_operator(actor)
    checked = check_files(paths, bases=bases)
    errors = [found for found in checked.findings if found.severity == "error"]
    if errors:
        raise DefinitionError(errors)
    return [_publish(actor, loaded, now) for loaded in checked.loops]


def _require_operator(actor: Actor) -> None:
    if not actor.is_system and not actor.has(Capability.OPERATE):
        raise Refusal(_("发布流程要有运维授权，请联系平台管理员。"))


def _publish(actor: Actor, loaded: Loaded[Loop], now: datetime) -> LoopVersion:
    loop = loaded.value
    behaviour = behaviour_hash(loop)
    definition = canonical_json(loop)
    known = LoopVersion.objects.filter(loop=loop.id, version=loop.version).first()
    if known is None:
        row = LoopVersion.objects.create(
            loop=loop.id,
            version=loop.version,
            title=str(loop.title),
            definition=definition,
            behaviour_hash=behaviour,
            published_at=now,
            published_by_id=actor.user_id,
        )
        record(actor=actor, action="loop.published", obj=row, now=now)
        return row
    if known.behaviour_hash != behaviour:
        raise Conflict(
            _("流程“%(loop)s”第 %(version)s 版已经发布，内容不同。请把 version 加一再发布。")
            % {"loop": loop.title, "version": loop.version}
        )
    if known.definition != definition:
        known.definition, known.title = definition, str(loop.title)
        known.texts_revision += 1
        known.save(update_fields=["definition", "title", "texts_revision"])
        record(
            actor=actor,
            action="loop.texts_revised",
            obj=known,
            now=now,
            changes={"texts_revision": [known.texts_revision - 1, known.texts_revision]},
        )
    return known


@transaction.atomic
def retire_loop(*, actor: Actor, version: LoopVersion, now: datetime) -> None:
    """No new cases by this version; running ones stay on it."""
    if not actor.is_system and not actor.has(Capability.OPERATE):
        raise Refusal(_("停用流程要有运维授权，请联系平台管理员。"))
    version.retired_at = now
    version.save(update_fields=["retired_at"])
    record(actor=actor, action="loop.retired", obj=version, now=now)
