"""Moving the rows that name one organisation to the one that stands for it, and back exactly.

Every table with a foreign key to the register takes part, those of later apps too; a model's
`following` says what is particular about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.functional import Promise

from lianshu.records.search import SearchField
from lianshu.registry.models import (
    Following,
    Identifier,
    Organisation,
    OrganisationName,
    Recorded,
    Succession,
)

Moved = dict[str, list[int]]
STAY: Final[frozenset[type[models.Model]]] = frozenset(
    {Organisation, Identifier, OrganisationName, Succession}
)
"""What the services of succession see to themselves."""
CHUNK: Final = 5_000


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key of some table to the register."""

    model: type[models.Model]
    field: str

    @property
    def label(self) -> str:
        """As kept in `Succession.moved`."""
        return f"{self.model._meta.label_lower}.{self.field}"

    @property
    def following(self) -> Following:
        """What the model says of itself."""
        found = getattr(self.model, "following", None)
        return found if isinstance(found, Following) else Following()

    @property
    def title(self) -> str | Promise:
        """What a preview calls its rows."""
        return self.following.label or self.model._meta.verbose_name or self.model.__name__

    def rows(self, organisation: Organisation) -> models.QuerySet[Any]:
        """Those that name the organisation."""
        return self.model._default_manager.filter(**{self.field: organisation})

    def that_go(
        self, predecessor: Organisation, successor: Organisation, *, absorbed: bool
    ) -> list[int]:
        """Keys of the rows that follow, as far as the model's own words decide."""
        following = self.following
        if absorbed and not following.into_absorber:
            return []
        rows = self.rows(predecessor)
        if not following.once_by:
            return list(rows.order_by("pk").values_list("pk", flat=True))
        there = self.rows(successor).filter(following.once_among)
        taken = {key for key in there.values_list(*following.once_by) if "" not in key}
        return [
            pk
            for pk, *key in rows.order_by("pk").values_list("pk", *following.once_by)
            if tuple(key) not in taken
        ]


def references() -> Iterator[Reference]:
    """Every foreign key to the register, hidden ones included."""
    for relation in Organisation._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        model = relation.related_model
        if isinstance(model, type) and model not in STAY:
            yield Reference(model, relation.field.name)


@dataclass(frozen=True, slots=True)
class RowsToMove:
    """How many rows of one sort a merge would move, and how many would stay."""

    title: str
    moving: int
    staying: int


def preview_rows(
    predecessor: Organisation, successor: Organisation, *, absorbed: bool
) -> list[RowsToMove]:
    """What a merge would do, as far as it can be told before; nothing is written."""
    counts: dict[str, tuple[int, int]] = {}
    for reference in references():
        going = len(reference.that_go(predecessor, successor, absorbed=absorbed))
        all_rows = reference.rows(predecessor).count()
        title = str(reference.title)
        moving, staying = counts.get(title, (0, 0))
        counts[title] = (moving + going, staying + all_rows - going)
    return [RowsToMove(title, *both) for title, both in counts.items() if any(both)]


def move_rows(predecessor: Organisation, successor: Organisation, *, absorbed: bool) -> Moved:
    """Have the rows that name `predecessor` name `successor`; which ones did."""
    moved: Moved = {}
    for reference in references():
        pks = reference.that_go(predecessor, successor, absorbed=absorbed)
        if gone := _hand_over(reference, pks, successor):
            moved[reference.label] = gone
    return moved


def move_back(moved: Moved, predecessor: Organisation, successor: Organisation) -> None:
    """The rows of `moved` that still name `successor` name `predecessor` again, and with them the
    corrections recorded since."""
    for reference in references():
        pks = moved.get(reference.label, [])
        if issubclass(reference.model, Recorded):
            pks = _with_corrections(reference.model, pks)
        still = reference.rows(successor).filter(_among(pks)).values_list("pk", flat=True)
        _hand_over(reference, list(still), predecessor)


def refresh_owner_keys(organisation: Organisation) -> None:
    """Recompute the search keys of rows that are found by the organisation's name."""
    for reference in references():
        _refresh_keys(reference, reference.rows(organisation))


def _hand_over(reference: Reference, pks: list[int], to: Organisation) -> list[int]:
    """All at once; where some would collide with rows of `to`, one by one, and those stay."""
    values: dict[str, Any] = {f"{reference.field}_id": to.pk}
    if reference.following.takes_scope:
        values |= {"region_id": to.region_id, "chain_id": to.chain_id}
    try:
        with transaction.atomic():
            for start in range(0, len(pks), CHUNK):
                _update(reference.model, pks[start : start + CHUNK], values)
        gone = pks
    except IntegrityError:
        gone = [pk for pk in pks if _moves_alone(reference.model, pk, values)]
    if gone:
        rows = reference.model._default_manager.filter(_among(gone))
        _refresh_keys(reference, rows)
    return gone


def _moves_alone(model: type[models.Model], pk: int, values: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            _update(model, [pk], values)
    except IntegrityError:
        return False
    return True


def _update(model: type[models.Model], pks: list[int], values: dict[str, Any]) -> None:
    rows = model._default_manager.filter(_among(pks))
    # Append-only tables let nothing else be changed than this.
    change = getattr(rows, "hand_over", rows.update)
    change(**values)


def _with_corrections(model: type[Recorded], pks: list[int]) -> list[int]:
    found, latest = set(pks), set(pks)
    while latest:
        # Any: the type checker knows no key of an abstract model.
        manager: Any = model._default_manager
        superseding = manager.filter(_among(latest), superseded_by__isnull=False)
        latest = set(superseding.values_list("superseded_by_id", flat=True)) - found
        found |= latest
    return sorted(found)


def _refresh_keys(reference: Reference, rows: models.QuerySet[Any]) -> None:
    keys = [
        field.name
        for field in reference.model._meta.concrete_fields
        if isinstance(field, SearchField)
    ]
    refresh = getattr(reference.model, "refresh_keys", None)
    if not keys or refresh is None:
        return
    found = list(rows.select_related(reference.field))
    for row in found:
        refresh(row)
    reference.model._default_manager.bulk_update(found, keys, batch_size=500)


def _among(pks: Iterable[int]) -> Q:
    return Q(pk__in=list(pks))
