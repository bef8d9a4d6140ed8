"""Composing everybody who is not an enterprise: offices, schools, banks, communities …"""

from __future__ import annotations

from lianshu.demo.city.organisations import (
    CITY,
    ENTERPRISE,
    INSTITUTION,
    SOCIETY,
    Registry,
)
from lianshu.demo.city.sources import CityChain

DEMO = "（演示）"
INSTITUTES_PER_CHAIN = 2
AGENCIES_PER_WORD = 8
FORM_NAMES = {"industrial": "产业社区", "building": "楼宇社区", "market": "市场社区"}


def add_offices(registry: Registry) -> None:
    """One chain office for each chain and each county, government units and party organisations."""
    for chain in registry.sources.chains:
        name = f"{chain.name.zh}产业链链办{DEMO}"
        registry.add(
            key=f"office-{chain.id}",
            kind="chain_office",
            name=f"宁波市{name}",
            short_name=f"{chain.name.zh}链办",
            region=CITY,
            chain=chain.id,
            introduction=f"统筹{chain.name.zh}产业链的需求、资源和项目三张清单，联系链主和链创单位。",
        )
    for county, name in registry.counties.items():
        registry.add(
            key=f"office-{county}",
            kind="chain_office",
            name=f"{name}产业链协同办公室{DEMO}",
            short_name=f"{name}链办",
            region=county,
            introduction=f"汇总{name}企业的需求，组织社区和专员上门服务。",
        )
    for number, name in enumerate(registry.sources.city.government, 1):
        registry.add(
            key=f"government-{number}",
            kind="government",
            name=f"宁波市{name}",
            short_name=name.removesuffix(DEMO),
            region=CITY,
            introduction="提供名录和政策口径，派出人才服务专员。",
        )
    for chain in registry.sources.chains[:4]:
        registry.add(
            key=f"party-{chain.id}",
            kind="party_organisation",
            name=f"{chain.name.zh}{registry.sources.city.party[0]}",
            short_name=f"{chain.name.zh}联合党委",
            region=CITY,
            chain=chain.id,
            introduction="召集链上单位共商共办，派出指导员联系企业。",
        )
    registry.add(
        key="party-science",
        kind="party_organisation",
        name=f"宁波{registry.sources.city.party[1]}",
        short_name="科创机构联合党委",
        region=CITY,
        introduction="联系院校和新型研发机构，设服务点。",
    )


def add_schools(registry: Registry) -> None:
    """Universities, institutes of each chain and hospitals."""
    draw, city, counties = registry.draw, registry.sources.city, list(registry.counties)
    for number, name in enumerate(city.universities, 1):
        region, _place = registry.street(draw.pick(counties))
        registry.add(
            key=f"university-{number}",
            kind="university",
            name=name,
            short_name=name,
            region=region,
            code=INSTITUTION,
            introduction="与链上企业共建实验室和实习基地，开放大型仪器。",
        )
    for chain in registry.sources.chains:
        for number in range(1, INSTITUTES_PER_CHAIN + 1):
            _add_institute(registry, chain, number)
    for number, word in enumerate(city.hospitals, 1):
        county = draw.pick(counties)
        region, _place = registry.street(county)
        registry.add(
            key=f"hospital-{number}",
            kind="hospital",
            name=f"宁波{word}医院",
            short_name=f"{word}医院",
            region=region,
            county=county,
            code=INSTITUTION,
            chain="biomedicine",
            introduction="设临床试验机构，承担医疗器械和体外诊断试剂的临床评价。",
        )


def _add_institute(registry: Registry, chain: CityChain, number: int) -> None:
    draw = registry.draw
    county = draw.weighted(chain.counties)
    region, _place = registry.street(county)
    word = draw.pick(registry.sources.city.institute_words)
    name = f"{registry.new_word()}{chain.name.zh}{word}"
    topic = draw.pick(chain.topics)
    registry.add(
        key=f"institute-{chain.id}-{number}",
        kind="institute",
        name=f"宁波{name}",
        short_name=name,
        region=region,
        county=county,
        code=INSTITUTION,
        chain=chain.id,
        introduction=f"围绕{chain.name.zh}开展共性技术研究，长于{topic.process}，有{topic.tool}。",
    )


def add_finance(registry: Registry) -> None:
    """Banks and funds."""
    draw, city, counties = registry.draw, registry.sources.city, list(registry.counties)
    for number, word in enumerate(city.bank_words, 1):
        region, _place = registry.street(draw.pick(counties))
        registry.add(
            key=f"bank-{number}",
            kind="bank",
            name=f"{word}股份有限公司",
            short_name=word,
            region=region,
            code=ENTERPRISE,
            introduction="设科创支行，为链上企业办订单、设备和知识产权贷款。",
        )
    for number, chain in enumerate(registry.sources.chains):
        word = city.fund_words[number % len(city.fund_words)]
        name = f"{registry.new_word()}{word}基金"
        region, _place = registry.street(draw.pick(counties))
        registry.add(
            key=f"fund-{chain.id}",
            kind="fund",
            name=f"宁波{name}合伙企业（有限合伙）",
            short_name=name,
            region=region,
            code=ENTERPRISE,
            chain=chain.id,
            introduction=f"投{chain.name.zh}方向的早期和成长期企业。",
        )


def add_services(registry: Registry) -> None:
    """Agencies and associations."""
    draw, city, counties = registry.draw, registry.sources.city, list(registry.counties)
    for place, word in enumerate(city.agency_words):
        for number in range(AGENCIES_PER_WORD):
            county = draw.pick(counties)
            region, _place = registry.street(county)
            name = f"{registry.new_word()}{word}"
            registry.add(
                key=f"agency-{place * AGENCIES_PER_WORD + number + 1}",
                kind="agency",
                name=f"宁波{name}有限公司",
                short_name=name,
                region=region,
                county=county,
                code=ENTERPRISE,
                introduction=f"面向制造业企业提供{word}，按次或按年收费。",
            )
    for chain in registry.sources.chains:
        registry.add(
            key=f"association-{chain.id}",
            kind="association",
            name=f"宁波市{chain.name.zh}行业协会{DEMO}",
            short_name=f"{chain.name.zh}协会",
            region=CITY,
            code=SOCIETY,
            chain=chain.id,
            introduction=f"组织{chain.name.zh}企业对接、参展和制定团体标准。",
        )


def add_groups(registry: Registry) -> None:
    """Industrial communities, communities of interest and alliances."""
    city, counties = registry.sources.city, list(registry.counties.items())
    number = 0
    for form, words in city.communities.items():
        for word in words:
            county, county_name = counties[number % len(counties)]
            number += 1
            region, place = registry.street(county)
            registry.add(
                key=f"community-{number}",
                kind="community",
                form=form,
                name=f"{county_name}{word}{FORM_NAMES[form]}",
                short_name=f"{word}{FORM_NAMES[form]}",
                region=region,
                county=county,
                introduction=f"位于{place}，专员常驻，代办登记、用工、能评和人才事项。",
            )
    interest = [(chain, "interest", name) for chain, name in city.interest]
    others = [(chain, str(form), name) for chain, form, name in city.alliances]
    for number, (chain, kind, name) in enumerate([*interest, *others], 1):
        registry.add(
            key=f"group-{number}",
            kind="alliance",
            form=kind,
            name=f"宁波{name}",
            short_name=name,
            region=CITY,
            chain=chain,
            introduction="链主牵头、院校参与，每季度出一张难题清单，会上认领。",
        )
