"""The demo city: complete, consistent, invented, and matching finds what belongs together."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from lianshu.authority import Capability
from lianshu.demo.definitions import Demand, Resource
from lianshu.demo.pack import DemoPack, Placed, read_demo
from lianshu.engine.definitions import DefinitionError, Finding
from lianshu.engine.identity import Verdict, check_credit_code
from lianshu.engine.matching import Facets, Post, match
from lianshu.engine.sheets import guess_mapping
from lianshu.exchange.import_columns import DEMAND_COLUMNS, RESOURCE_COLUMNS
from lianshu.exchange.models import DemandKind, ResourceKind
from lianshu.registry.models import OrganisationKind

ROOT = Path(__file__).parents[2]
PACK = ROOT / "packs/demo"


@pytest.fixture(scope="module")
def city() -> DemoPack:
    return read_demo(PACK)


def posts_of(city: DemoPack) -> list[Demand | Resource]:
    return [*(placed.post for placed in city.demands), *(placed.post for placed in city.resources)]


def test_the_city_has_the_promised_size(city: DemoPack) -> None:
    assert (len(city.organisations), len(city.demands), len(city.resources)) == (30, 80, 200)
    assert len(city.pack.chains) == 8
    kinds = Counter(organisation.kind for organisation in city.organisations)
    assert kinds == {
        "enterprise": 17,
        "university": 3,
        "institute": 4,
        "bank": 2,
        "fund": 1,
        "community": 1,
        "chain_office": 1,
        "association": 1,
    }


def test_every_kind_of_the_exchange_is_there_and_is_one_of_it(city: DemoPack) -> None:
    assert {demand.post.kind for demand in city.demands} == set(DemandKind.values)
    assert {resource.post.kind for resource in city.resources} == set(ResourceKind.values)
    assert {o.kind for o in city.organisations} <= set(OrganisationKind.values)


def test_each_role_has_one_account_and_only_known_capabilities(city: DemoPack) -> None:
    assert [account.username for account in city.accounts] == [
        "chain_officer",
        "district_officer",
        "enterprise_owner",
        "university_officer",
        "bank_manager",
        "platform_admin",
    ]
    grants = {account.username: account.grants for account in city.accounts}
    used = {grant.capability for given in grants.values() for grant in given}
    assert used == {capability.value for capability in Capability}
    assert {grant.region for grant in grants["district_officer"]} == {"330211"}
    assert all(grant.capability != Capability.COORDINATE for grant in grants["platform_admin"])


def test_nobody_in_it_can_be_real(city: DemoPack) -> None:
    codes = [organisation.uscc for organisation in city.organisations]
    assert all(code[2:8] == "990000" for code in codes)
    assert {check_credit_code(code).verdict for code in codes} == {Verdict.VALID}
    assert len(set(codes)) == 30
    numbers = {organisation.contact.phone for organisation in city.organisations}
    assert all(number.startswith("0574-0000") for number in numbers)
    assert len(numbers) == 30


def test_no_text_is_a_copy_of_another(city: DemoPack) -> None:
    posts = posts_of(city)
    for texts in ([p.title for p in posts], [p.summary for p in posts], [p.detail for p in posts]):
        assert len(set(texts)) == len(posts)


def test_figures_wanted_stand_only_in_the_detail(city: DemoPack) -> None:
    for placed in city.demands:
        demand = placed.post
        for indicator in demand.indicators:
            assert indicator not in demand.summary
        if demand.kind == "technology":
            assert demand.indicators, demand.id
            assert len(demand.detail) > len(demand.summary)


def test_no_person_is_described_by_party_membership() -> None:
    for path in [*PACK.rglob("*.yaml"), *PACK.rglob("*.csv")]:
        assert not re.search("党员|政治面貌", path.read_text("utf-8")), path


def as_post(placed: Placed[Demand] | Placed[Resource], *, detail: bool) -> Post:
    post = placed.post
    wanted = post.indicators if isinstance(post, Demand) else ()
    content = "\n".join([post.summary, *([post.detail, *wanted] if detail else [])])
    return Post(
        post.id, post.title, content, Facets(post.kind, region=placed.region, chain=placed.chain)
    )


@pytest.mark.parametrize("detail", [False, True])
def test_matching_finds_what_fits(city: DemoPack, detail: bool) -> None:
    demands = [as_post(placed, detail=detail) for placed in city.demands]
    resources = [as_post(placed, detail=detail) for placed in city.resources]
    found: dict[str, set[str]] = {}
    for pair in match(demands, resources, top=10):
        found.setdefault(pair.demand_id, set()).add(pair.resource_id)
    asked = [d.post for d in city.demands if d.post.kind == "technology" and d.post.fits]
    assert len(asked) >= 45
    hits = [demand.id for demand in asked if found[demand.id] & set(demand.fits)]
    assert len(hits) >= 0.8 * len(asked), {d.id for d in asked} - set(hits)


def test_the_samples_can_be_imported_and_are_not_in_the_pack(city: DemoPack) -> None:
    names = {organisation.name for organisation in city.organisations}
    titles = {post.title for post in posts_of(city)}
    places = {region.name.zh for region in city.pack.regions}
    chains = {chain.name.zh for chain in city.pack.chains} | {""}
    for name, key, count, columns in (
        ("需求清单", "需求编号", 20, DEMAND_COLUMNS),
        ("资源清单", "资源编号", 40, RESOURCE_COLUMNS),
    ):
        with (PACK / f"samples/{name}.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert len({row[key] for row in rows}) == len(rows) == count
        header = list(rows[0])
        assert set(guess_mapping(header, columns).values()) == set(range(len(header)))
        for row in rows:
            assert None not in row.values()
            assert row["标题"] not in titles
            assert len(row["内容"]) > 10
            assert {row["单位"]} <= names
            assert row["区域"] in places
            assert row["产业链"] in chains


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "words"),
    [
        ("organisations.yaml", "0000145", "0000146", "P002", "91990000DEM0000146"),
        ("organisations.yaml", '"330211"', '"330299"', "P001", "330299"),
        ("accounts.yaml", "organisation: linche", "organisation: nobody", "P001", "nobody"),
        ("accounts.yaml", "bank_manager", "chain_officer", "P003", "chain_officer"),
        ("demands/magnet.yaml", "R-MG-02", "R-XX-99", "P001", "R-XX-99"),
        ("demands/petrochemical.yaml", "D-PC-02", "D-MG-01", "P003", "D-MG-01"),
        ("demands/magnet.yaml", "[shuotang]", "[nobody]", "P001", "nobody"),
        ("demands/magnet.yaml", "chain: magnet", "chain: iron", "P001", "iron"),
        ("resources/magnet.yaml", "owner: mri", "owner: nobody", "P001", "nobody"),
        ("resources/magnet.yaml", "stage: 示范应用", "step: 示范应用", "D030", "stage"),
        ("resources/magnet.yaml", "kind: patent", "kind: patents", "D033", "pilot_line"),
        ("demands/magnet.yaml", "min: 1200000", "min: 9200000", "D036", "下限"),
        ("pack.yaml", 'parent: "33"', 'parent: "44"', "P001", "44"),
    ],
)
def test_a_defect_is_told_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, rule: str, words: str
) -> None:
    shutil.copytree(PACK, tmp_path / "demo")
    path = tmp_path / "demo" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_demo(tmp_path / "demo")
    line = text[: text.index(old)].count("\n") + 1
    found = [(f.rule, Path(f.file).name) for f in caught.value.findings if words in f.message]
    assert (rule, path.name) in found, caught.value.findings
    assert any(_near(finding, line) for finding in caught.value.findings)


def _near(finding: Finding, line: int) -> bool:
    return finding.line is not None and abs(finding.line - line) <= 1
