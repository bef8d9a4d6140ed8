"""Pages, the API, lists and exports read protected rows only through `visible_to(actor)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import (
    MANAGERS,
    ROOT,
    Source,
    attributes,
    classes,
    protected_models,
    scoped_querysets,
    sources,
)

# Thin layers ask queries and services; a manager there would go round both.
THIN = ("views", "api", "lists", "forms", "cli", "templatetags")
# What writes asks its rule about the one row it locks; what defines the scoping cannot use it.
WRITERS = ("services", "models", "querysets", "migrations")

UNSCOPED: dict[tuple[str, str, str], str] = {
    ("exchange/queries.py", "_project_posts", "Demand"): (
        "posts of projects that `visible_to` let through: both parties keep reading them after "
        "they left the lists, each at its level"
    ),
    ("exchange/queries.py", "_project_posts", "Resource"): "as for demands",
    ("exchange/queries.py", "demands_without_recommendation", "Recommendation"): (
        "only whether one exists, for demands in the actor's own care"
    ),
    ("exchange/matching.py", "_background", "model"): (
        "the latest ids name the shelf; nothing of a row is read"
    ),
    ("exchange/matching.py", "_build_background", "Demand"): (
        "public summaries of published posts, to learn how rare words are"
    ),
    ("exchange/matching.py", "_build_background", "Resource"): "as for demands",
    ("exchange/index_bases.py", "revisions", "related"): (
        "numbers of revisions and of their posts, to see what has changed; the posts themselves "
        "are then read through the actor's scope"
    ),
    ("exchange/indexing.py", "_disclosed", "related"): (
        "which posts are disclosed to the actor's own organisations"
    ),
    ("exchange/indexing.py", "_excluded", "related"): (
        "which posts exclude the actor's own organisations, to leave them out"
    ),
    ("exchange/leaving_out.py", "_excluding", "rows"): (
        "which posts exclude the organisation that is matched, to leave them out"
    ),
    ("imports/jobs.py", "_run_of", "ImportRun"): (
        "the run that the job was made for; the services that get it ask the rule for its actor"
    ),
    ("imports/queries.py", "runs_by_ids", "ImportRun"): (
        "ids that a filter offered to their own actor; it asks for rows by sender and time"
    ),
    ("registry/queries/aggregates.py", "aggregate_fact", "Fact"): (
        "scoped by `for_statistics(actor)`; a total over five firms or more leaves, no row does"
    ),
    ("accounts/queries.py", "people_coordinating", "GrantRow"): (
        "whom a case in a region and chain is told to: ids of users, for notices; no grant leaves"
    ),
    ("casework/verifying.py", "verify_cases", "Case"): (
        "an operator's proof over all cases; what leaves is which record does not hold, no content"
    ),
    ("casework/ratings.py", "callback_figures", "CallBack"): (
        "counts and means over the cases in the actor's care; no call leaves"
    ),
    ("notices/queries.py", "mail_is_due", "Notice"): "whether any mail waits, for the clock",
    ("notices/queries.py", "without_digest_of", "get_user_model()"): (
        "ids of people still without the day's digest, for the worker; each digest is then built "
        "from what its own reader may see"
    ),
}


def manager_uses(source: Source) -> Iterator[tuple[ast.Attribute, str]]:
    """Each `X.objects` with the name of X (the expression, when it is no plain name)."""
    for node in attributes(source):
        if node.attr in MANAGERS:
            yield node, ast.unparse(node.value)


def managers_in_thin_layers(source: Source) -> list[str]:
    """Complaints about any manager in a view, list, form, API module or command."""
    if not source.within(*THIN):
        return []
    return [
        f"{source.path}:{node.lineno} uses {name}.{node.attr}; ask queries.py or services"
        for node, name in manager_uses(source)
    ]


def unscoped_reads(
    source: Source, protected: set[str], plain: set[str]
) -> list[tuple[tuple[str, str, str], str]]:
    """(key for the list above, complaint) of each protected manager without `visible_to` in the
    same chain. A receiver that is no known plain model counts as protected."""
    if source.within(*WRITERS):
        return []
    found = []
    for node, name in manager_uses(source):
        unprotected = name in plain - protected or name in source.foreign_names()
        if unprotected or "visible_to" in source.chain_after(node):
            continue
        key = (source.path, source.function_of(node).split(".")[-1], name)
        found.append((key, f"{source.path}:{node.lineno} reads {name} without .visible_to(actor)"))
    return found


def test_thin_layers_hold_no_manager() -> None:
    assert [line for source in sources() for line in managers_in_thin_layers(source)] == []


def test_templates_hold_no_manager() -> None:
    assert [
        str(path) for path in ROOT.rglob("*.html") if ".objects" in path.read_text(encoding="utf-8")
    ] == []


def test_protected_rows_are_read_through_their_scope() -> None:
    known = classes(sources())
    protected = protected_models(known)
    assert {"Organisation", "Demand", "Resource", "Recommendation", "Project", "ImportRun"} <= (
        protected
    )
    found = [each for source in sources() for each in unscoped_reads(source, protected, set(known))]
    assert [line for key, line in found if key not in UNSCOPED] == []
    assert set(UNSCOPED) - {key for key, _line in found} == set(), "no longer needed: remove"


IMPORTS = "from lianshu.x.models import Demand\nfrom other.models import TaskResult\n"
PLANTED = """
class DemandQuerySet(PostQuerySet["Demand"]): ...
class PostQuerySet(QuerySet):
    def visible_to(self, actor): ...
class Demand(Model):
    objects = DemandQuerySet.as_manager()
class Region(Model):
    objects = Manager()
"""


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("Demand.objects.visible_to(actor).filter(a=1)", False),
        ("Demand.objects.filter(a=1).visible_to(actor)", False),
        ("Demand.objects.filter(a=1)", True),
        ("Demand._default_manager.all()", True),
        ("Region.objects.filter(a=1)", False),
        ("TaskResult.objects.filter(a=1)", False),
        ("model.objects.filter(a=1)", True),
        ("type(post).objects.get(pk=1)", True),
        ("Demand.objects.filter(pk__in=Demand.objects.visible_to(actor))", True),
        ("Demand.objects.visible_to(actor).filter(~Exists(Demand.objects.filter(a=1)))", True),
    ],
)
def test_the_rule_catches_a_planted_read(line: str, caught: bool) -> None:
    known = classes((Source.of("x/models.py", PLANTED),))
    assert scoped_querysets(known) == {"DemandQuerySet", "PostQuerySet"}
    source = Source.of("x/queries.py", f"{IMPORTS}def rows(actor):\n    return {line}\n")
    assert bool(unscoped_reads(source, protected_models(known), set(known))) is caught


@pytest.mark.parametrize(
    ("path", "caught"),
    [
        ("exchange/views.py", True),
        ("exchange/views/posts.py", True),
        ("exchange/lists.py", True),
        ("accounts/forms.py", True),
        ("api/demands.py", True),
        ("cli/match.py", True),
        ("exchange/queries.py", False),
        ("exchange/services/posts.py", False),
        ("exchange/reviews.py", False),
    ],
)
def test_the_rule_knows_the_thin_layers(path: str, caught: bool) -> None:
    source = Source.of(path, "rows = Demand.objects.visible_to(actor)\n")
    assert bool(managers_in_thin_layers(source)) is caught
