"""Whether a firm has a Party organisation enters no score, order, rule or payment.

Coverage lists are the only place where that is written down. So nothing that scores, orders,
decides or pays may read them, nothing of them may become a fact or a column that rules read, and
a list of that purpose opens no campaign.
"""

from __future__ import annotations

import ast

import pytest
from django.db import IntegrityError, transaction

from lianshu.coverage.models import FirmList, Purpose
from lianshu.coverage.models.firm_lists import FOR_INFORMATION
from lianshu.engine.matching.ranking import FEATURES
from lianshu.registry.dictionary import fact_dictionary
from tests.cast import NOW, Cast
from tests.house.source import Source, sources

READERS = frozenset({"coverage", "demo", "web"})
"""Who may know coverage at all: itself, what loads the demo, and the menu."""


def imports_of(source: Source) -> set[str]:
    """Every module of ours that a file names in an import."""
    found = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def readers_of_coverage(files: tuple[Source, ...]) -> list[str]:
    """Complaints about files that know coverage and may not."""
    return [
        f"{source.path} imports {name}; coverage enters no score, order, rule or payment"
        for source in files
        if source.path.split("/")[0].removesuffix(".py") not in READERS
        for name in sorted(imports_of(source))
        if name.startswith("lianshu.coverage")
    ]


def test_nothing_that_scores_orders_decides_or_pays_reads_coverage() -> None:
    files = sources()
    assert readers_of_coverage(files) == []
    seen = {source.path.split("/")[0] for source in files}
    assert {"engine", "exchange", "entitlements", "rounds", "chainmap", "api"} <= seen


def test_the_rule_catches_a_planted_import() -> None:
    planted = Source.of("rounds/weighing.py", "from lianshu.coverage.models import FirmList\n")
    assert readers_of_coverage((planted,))
    assert not readers_of_coverage((Source.of("coverage/views.py", "import lianshu.coverage\n"),))


def test_coverage_writes_nothing_that_rules_and_scores_read() -> None:
    """Facts and holdings are what policies, ladders and rankings read; coverage only reads them."""
    own = [source for source in sources() if source.path.startswith("coverage/")]
    writers = ("facts", "fact_rows", "holdings", "holding_rows", "snapshots", "told")
    banned = tuple(f"lianshu.registry.services.{name}" for name in writers)
    found = [
        (source.path, name)
        for source in own
        for name in imports_of(source)
        if name.startswith((*banned, "lianshu.entitlements", "lianshu.rounds"))
        or name in {"lianshu.registry.services.record_facts", "lianshu.registry.models.Fact"}
    ]
    assert own and found == []


def test_no_fact_or_holding_tells_of_a_party_organisation() -> None:
    dictionary = fact_dictionary()
    facts = [(each.id, str(each.title)) for each in dictionary.facts]
    holdings = [(each.id, str(each.title)) for each in dictionary.holdings]
    told = [text.lower() for pair in (*facts, *holdings) for text in pair]
    words = ("党", "party", "political", "coverage")
    assert told and [text for text in told if any(word in text for word in words)] == []
    assert not [name for name in FEATURES if any(word in name.lower() for word in words)]


@pytest.mark.django_db
def test_a_party_list_is_for_information_whoever_writes_it(cast: Cast) -> None:
    assert Purpose.PARTY in FOR_INFORMATION
    with pytest.raises(IntegrityError), transaction.atomic():
        FirmList.objects.create(
            title="党组织覆盖",
            purpose=Purpose.PARTY,
            source_unit="两新工委",
            region=cast.regions["ningbo"],
            for_information=False,
            created_at=NOW,
            created_by_name="测试",
        )
