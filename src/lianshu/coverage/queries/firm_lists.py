"""Reading lists, their editions, rows and the queue."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from lianshu.authority import Actor, Capability
from lianshu.coverage.models import (
    BulkCheck,
    BulkRow,
    Edition,
    FirmList,
    LinkDecision,
    ListRow,
    RowCandidate,
    RowState,
)
from lianshu.coverage.querysets import FirmListQuerySet, ListRowQuerySet
from lianshu.registry.models import RegionAncestry


def lists_for(actor: Actor) -> FirmListQuerySet:
    """Lists of the actor's places, with the date, rows and queue of the newest edition."""
    newest = Edition.objects.filter(firm_list=OuterRef("pk")).order_by("-on")
    waiting = Q(editions__rows__state=RowState.REVIEW)
    return (
        FirmList.objects.visible_to(actor)
        .select_related("region", "chain")
        .annotate(
            newest_on=Subquery(newest.values("on")[:1]),
            newest_key=Subquery(newest.values("public_id")[:1]),
            edition_count=Count("editions", distinct=True),
            waiting=Count("editions__rows__key", filter=waiting, distinct=True),
        )
    )


def newest_editions(actor: Actor) -> list[tuple[str, str]]:
    """Title of each list and the key of its newest edition."""
    found: dict[int, tuple[str, str]] = {}
    rows = Edition.objects.filter(firm_list__in=FirmList.objects.visible_to(actor))
    # In order of time, so that the newest of each list stays.
    for each in rows.select_related("firm_list").order_by("on"):
        found[each.firm_list_id] = (each.firm_list.title, each.public_id)
    return list(found.values())


def keepable_regions(actor: Actor) -> set[str]:
    """Public ids of the regions where the actor may keep lists of some chain or all."""
    granted = {scope.region_id for scope in actor.scopes(Capability.COORDINATE)}
    rows = RegionAncestry.objects.filter(ancestor__in=granted)
    return set(rows.values_list("descendant__public_id", flat=True))


def list_by_id(actor: Actor, public_id: str) -> FirmList | None:
    """One list."""
    found = FirmList.objects.visible_to(actor).select_related("region", "chain")
    return found.filter(public_id=public_id).first()


def editions_of(firm_list: FirmList) -> list[Edition]:
    """Editions of a list the actor was let see, the newest first, with how their rows stand."""
    counted = {state: Count("rows", filter=Q(rows__state=state)) for state in RowState.values}
    rows = Edition.objects.filter(firm_list=firm_list).annotate(
        row_count=Count("rows"), **{f"{state}_count": each for state, each in counted.items()}
    )
    return list(rows.order_by("-on"))


def edition_by_id(actor: Actor, public_id: str) -> Edition | None:
    """One edition."""
    seen = FirmList.objects.visible_to(actor)
    rows = Edition.objects.filter(firm_list__in=seen, public_id=public_id)
    return rows.select_related("firm_list__region", "firm_list__chain").first()


def _candidates() -> Prefetch[str]:
    rows = RowCandidate.objects.select_related("organisation__region", "organisation__chain")
    rows = rows.prefetch_related("organisation__identifiers", "organisation__other_names")
    return Prefetch("candidates", queryset=rows.order_by("rank"))


def rows_for(actor: Actor) -> ListRowQuerySet:
    """Rows of all lists the actor may see."""
    return ListRow.objects.visible_to(actor).select_related(
        "edition__firm_list", "entity__region", "entity__chain"
    )


def queue_of(actor: Actor, firm_list: FirmList) -> ListRowQuerySet:
    """Rows somebody must look at, each name once with its newest edition; where a person was
    contradicted before others, then the likeliest."""
    later = ListRow.objects.visible_to(actor).filter(
        edition__firm_list=firm_list, key=OuterRef("key"), edition__on__gt=OuterRef("edition__on")
    )
    rows = rows_for(actor).filter(edition__firm_list=firm_list, state=RowState.REVIEW)
    return (
        rows.filter(~Exists(later))
        .prefetch_related(_candidates())
        .order_by("-conflict", "-edition__on", "-probability", "number")
    )


def row_by_id(actor: Actor, public_id: str) -> ListRow | None:
    """One row with its candidates."""
    return rows_for(actor).prefetch_related(_candidates()).filter(public_id=public_id).first()


def decisions_of(row: ListRow) -> QuerySet[LinkDecision]:
    """What people said of a row the actor was let see, undone ones too, the newest first."""
    rows = LinkDecision.objects.filter(firm_list=row.edition.firm_list_id, key=row.key)
    return rows.select_related("entity").order_by("-pk")


def bulk_by_id(actor: Actor, public_id: str) -> BulkCheck | None:
    """One check of many rows."""
    seen = FirmList.objects.visible_to(actor)
    rows = BulkCheck.objects.filter(firm_list__in=seen, public_id=public_id)
    return rows.select_related("firm_list__region", "firm_list__chain").first()


def sample_of(check: BulkCheck) -> list[BulkRow]:
    """The sampled rows of a check the actor was let see."""
    rows = BulkRow.objects.filter(check_of=check, sampled=True)
    return list(
        rows.select_related(
            "row__edition__firm_list", "organisation__region", "organisation__chain"
        ).prefetch_related(
            Prefetch("row__candidates", queryset=RowCandidate.objects.filter(rank=1)),
            "organisation__identifiers",
            "organisation__other_names",
        )
    )


def rest_of(check: BulkCheck) -> int:
    """How many rows beside the sample would be accepted."""
    rows = BulkRow.objects.filter(check_of=check, sampled=False)
    return rows.filter(row__state=RowState.REVIEW, row__conflict=False).count()


def checks_of(firm_list: FirmList) -> list[BulkCheck]:
    """Checks of a list the actor was let see, the newest first."""
    return list(BulkCheck.objects.filter(firm_list=firm_list).order_by("-pk")[:10])
