"""What one import made, as a filter of the list it went into: to look at, and to take back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.authority import Actor
from lianshu.imports.models import ImportRun
from lianshu.imports.queries import runs_by_ids, runs_that_wrote
from lianshu.ui.formats import moment
from lianshu.ui.lists import ChoiceFilter
from lianshu.ui.lists.filters import Option


@dataclass(frozen=True)
class ImportedFilter(ChoiceFilter):
    """Posts that are new since one of the actor's own imports, and came by it."""

    def condition(self, value: list[str]) -> Q:
        return reduce(or_, map(_made_by, runs_by_ids(value)), Q(pk__in=()))


def imported_filter(target_id: str) -> ImportedFilter:
    """For the list that this target fills."""

    def options(actor: Actor) -> list[Option]:
        return [Option(run.public_id, _named(run)) for run in runs_that_wrote(actor, target_id)]

    return ImportedFilter("import", lazy("我的导入"), "pk", options, multiple=False)


def _named(run: ImportRun) -> str:
    return _("%(file)s（%(source)s，%(day)s，新建 %(count)d 条）") % {
        "file": run.file_name,
        "source": run.source,
        "day": moment(run.confirmed_at),
        "count": run.created,
    }


def _made_by(run: ImportRun) -> Q:
    """Rows carry the sender, who imported them and when; a run writes from its confirmation on."""
    made = Q(source=run.source, created_by_id=run.requested_by_id, created_at__gte=run.confirmed_at)
    return made if run.finished_at is None else made & Q(created_at__lte=run.finished_at)
