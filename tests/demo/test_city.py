"""The composed city: as big as promised, coherent, invented, the same for the same seed."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from lianshu.demo.city.drawing import Draw, credit_code
from lianshu.demo.city.model import CityPlan, PostPlan
from lianshu.demo.city.planning import plan_city
from lianshu.demo.city.sources import CitySources, read_city
from lianshu.demo.pack import DemoPack, read_demo
from lianshu.engine.codes import load_code_lists
from lianshu.engine.identity import Verdict, check_credit_code
from lianshu.engine.matching import Facets, Post, match
from lianshu.engine.tables import Absent, FactDictionary, load_dictionary
from lianshu.exchange.facets import clean_facets
from lianshu.exchange.models import DemandKind, ResourceKind
from lianshu.registry.models import MAY_LACK_CODE

PACKS = Path(__file__).parents[2] / "packs"
CODES = PACKS / "national/codes"


@pytest.fixture(scope="module")
def pack() -> DemoPack:
    return read_demo(PACKS / "demo")


@pytest.fixture(scope="module")
def sources() -> CitySources:
    return read_city(PACKS / "demo/city", CODES)


@pytest.fixture(scope="module")
def city(pack: DemoPack, sources: CitySources) -> CityPlan:
    return composed(pack, sources)


@pytest.fixture(scope="module")
def dictionary() -> FactDictionary:
    return load_dictionary(PACKS / "national/facts.yaml")


def composed(pack: DemoPack, sources: CitySources, seed: int | None = None) -> CityPlan:
    counties = {each.id: each.name.zh for each in pack.pack.regions if each.kind == "county"}
    return plan_city(
        sources, counties=counties, written=pack.organisations, last_year=2025, seed=seed
    )


def test_it_is_as_big_as_promised(city: CityPlan, pack: DemoPack) -> None:
    assert Counter(chain.tier for chain in city.chains) == {
        "core": 7,
        "collaborative": 10,
        "special": 4,
    }
    assert {chain.id for chain in pack.pack.chains} <= {chain.code for chain in city.chains}
    assert all(10 <= len(chain.segments) <= 22 for chain in city.chains)
    kinds = Counter(unit.kind for unit in city.units)
    assert 1_600 <= kinds["enterprise"] <= 1_700
    assert kinds["chain_office"] == 21 + 10
    forms = Counter(unit.form for unit in city.units if unit.kind == "community")
    # One industrial community is written by hand.
    assert forms == {"industrial": 37, "building": 9, "market": 3}
    assert 1_900 <= len(city.units) + len(pack.organisations) <= 2_100
    assert (len(city.demands) + len(pack.demands)) == 400
    assert (len(city.resources) + len(pack.resources)) == 1_200
    assert (len(city.pairings), len(city.liaisons)) == (40, 120)
    assert len({liaison.kind for liaison in city.liaisons}) == 5


def test_nobody_in_it_can_be_real(city: CityPlan, pack: DemoPack) -> None:
    codes = [unit.uscc for unit in city.units if unit.uscc]
    assert {check_credit_code(code).verdict for code in codes} == {Verdict.VALID}
    assert all(code[2:8] == "990000" for code in codes)
    assert len({*codes, *(each.uscc for each in pack.organisations)}) == len(codes) + 30
    assert all(unit.uscc for unit in city.units if unit.kind not in MAY_LACK_CODE)
    names = [unit.name for unit in city.units] + [each.name for each in pack.organisations]
    assert len(set(names)) == len(names)
    phones = [each.phone for each in city.units] + [each.phone for each in city.liaisons]
    assert all(re.fullmatch(r"0574-0000\d{4}", phone) for phone in phones)
    for path in (PACKS / "demo/city").rglob("*.yaml"):
        assert not re.search("党员|政治面貌", path.read_text("utf-8")), path


def test_what_refers_to_something_finds_it(
    city: CityPlan, pack: DemoPack, sources: CitySources
) -> None:
    keys = {unit.key for unit in city.units} | {each.id for each in pack.organisations}
    segments = {(c.code, s.code): s for c in city.chains for s in c.segments}
    for member in city.members:
        assert member.unit in keys
        assert not member.segment or segments[member.chain, member.segment].parent
    assert {each.group for each in city.affiliations} <= keys
    assert {key for each in city.pairings for key in (each.lead, *each.members)} <= keys
    assert {key for each in city.liaisons for key in (each.unit, *each.serves)} <= keys
    assert {account.organisation for account in sources.accounts} <= keys
    assert {each.unit for each in city.facts} | {each.unit for each in city.holdings} <= keys
    assert {each.unit for each in city.names} <= keys
    roles = Counter(member.role for member in city.members)
    assert roles["lead_firm"] >= 42
    assert roles["chain_innovator"] >= 42
    for chain in sources.chains:
        parts = {
            part for groups in chain.segments.values() for each in groups.values() for part in each
        }
        assert {topic.at for topic in chain.topics} <= parts, chain.id
    assert city.duplicate[0] in keys
    assert city.duplicate[0] not in {fact.unit for fact in city.facts}


def test_figures_are_coherent_and_have_gaps(city: CityPlan, dictionary: FactDictionary) -> None:
    assert len(city.facts) > 60_000
    values = {(f.unit, f.fact, f.period.label, f.source): f.value for f in city.facts}
    assert len(values) == len(city.facts)
    assert {f.period.label for f in city.facts if f.fact == "revenue"} == {"2023", "2024", "2025"}
    whole = {(f.unit, f.fact, f.period.label): f.value for f in city.facts}
    for (unit, fact, period), value in whole.items():
        wider = whole.get((unit, "science_staff", period))
        if fact == "rd_staff" and isinstance(value, int) and isinstance(wider, int):
            assert value <= wider
    assert any(isinstance(value, Absent) for value in values.values())
    said = Counter((f.unit, f.fact, f.period.label) for f in city.facts)
    assert sum(count > 1 for count in said.values()) > 300, "sources that say the same thing twice"
    facts, holdings = dictionary.facts_by_id, dictionary.holdings_by_id
    assert all(fact.source in facts[fact.fact].sources for fact in city.facts)
    assert all(holding.source in holdings[holding.kind].sources for holding in city.holdings)
    assert {h.kind for h in city.holdings} >= {
        "ip_right",
        "certificate",
        "equity_round",
        "award",
        "penalty",
        "standard",
        "rd_body",
        "project",
        "technology_contract",
        "transformed_result",
        "market_share",
    }
    inputs = {"segment_since", "total_income", "science_staff_days", "rd_other"}
    assert inputs | {"development_score", "resident"} <= {fact.fact for fact in city.facts}
    codes = load_code_lists(CODES)
    assert all(f.value in codes["industries"] for f in city.facts if f.fact == "industry")


def test_posts_are_varied_and_can_be_written(city: CityPlan) -> None:
    posts = (*city.demands, *city.resources)
    assert len({(post.side, post.title) for post in posts}) == len(posts)
    assert len({post.summary + post.detail for post in posts}) == len(posts)
    assert {post.kind for post in city.demands} == set(DemandKind.values)
    assert {post.kind for post in city.resources} == set(ResourceKind.values)
    for post in posts:
        assert not re.search(r"[<{}>]", post.title + post.summary + post.detail), post
        assert len(post.title) <= 100
    for post in city.resources:
        clean_facets(post.kind, post.facets)
    by_topic = Counter(post.topic for post in city.demands)
    assert len(by_topic) == 21 * 8


def test_matching_finds_what_the_same_topic_offers(city: CityPlan) -> None:
    asked = [post for post in city.demands if post.kind == "technology"][:60]
    pairs = match(
        [_post(number, post) for number, post in enumerate(asked)],
        [_post(number, post) for number, post in enumerate(city.resources)],
        top=5,
    )
    found: dict[str, set[str]] = {}
    for pair in pairs:
        found.setdefault(pair.demand_id, set()).add(city.resources[int(pair.resource_id)].topic)
    hits = [number for number, post in enumerate(asked) if post.topic in found[str(number)]]
    assert len(hits) >= 0.9 * len(asked)


def _post(number: int, post: PostPlan) -> Post:
    content = f"{post.summary}\n{post.detail}"
    return Post(str(number), post.title, content, Facets(post.kind, chain=post.chain))


def test_equal_seeds_make_equal_cities(
    pack: DemoPack, sources: CitySources, city: CityPlan
) -> None:
    def stamp(plan: CityPlan) -> str:
        return hashlib.sha256(repr(plan).encode()).hexdigest()

    assert stamp(composed(pack, sources)) == stamp(city)
    assert stamp(composed(pack, sources, seed=1)) != stamp(city)


@pytest.mark.parametrize(
    ("pattern", "good", "values"),
    [
        ("<6..9>", None, {"6", "7", "8", "9"}),
        ("<6..9>", True, {"8", "9"}),
        ("<6..9>", False, {"6", "7"}),
        ("<6..9:down>", True, {"6", "7"}),
        ("<12..14:/10>", None, {"1.2", "1.3", "1.4"}),
        ("<100..300:*100>", None, {"100", "200", "300"}),
        ("{goal}", False, {"至少 3 天", "至少 4 天"}),
    ],
)
def test_numbers_are_drawn_as_written(pattern: str, good: bool | None, values: set[str]) -> None:
    draw = Draw(1, "test")
    drawn = {draw.fill(pattern, {"goal": "至少 <3..6> 天"}, good=good) for _ in range(60)}
    assert drawn == values


def test_a_credit_code_passes_both_checks() -> None:
    assert check_credit_code(credit_code("91", 7)).verdict is Verdict.VALID
