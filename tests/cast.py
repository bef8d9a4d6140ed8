"""The fixed cast: a small city whose people and organisations every test knows.

宁波 ─ 鄞州, 慈溪;  chains: 磁性材料 (magnets), 绿色石化 (petro)

officer        chain office of the city: coordinates everything, imports, registers
yinzhou        district officer: coordinates 鄞州 only
alice, anna    owner and viewer of the enterprise 甬江磁材 (鄞州, magnets)
bob            owner of the competitor 慈湖电机 (慈溪, magnets)
carol          handler of the university 东海大学 (鄞州)
dan            handler of the bank 港湾银行
admin          platform administrator: accounts, jobs, audit, organisations
eve            logged in, member of nothing
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lianshu.accounts.models import User
from lianshu.accounts.queries import actor_of
from lianshu.accounts.services import create_user, give_grant
from lianshu.authority import Actor, Capability, system_actor
from lianshu.engine.identity import complete_credit_code
from lianshu.exchange.models import Demand, Resource
from lianshu.exchange.services.posts import create_post
from lianshu.registry.models import MAY_LACK_CODE, Chain, Organisation, Region
from lianshu.registry.services import add_chain, add_region, create_organisation

NOW = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
PASSWORD = "correct-horse-battery"
SYSTEM = system_actor("tests")


@dataclass
class Cast:
    """Everybody and every place, by the names in the module's docstring."""

    regions: dict[str, Region] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def actor(self, name: str, *, now: datetime = NOW) -> Actor:
        """The actor of somebody of the cast."""
        return actor_of(self.users[name], now=now)

    def demand(
        self, title: str = "高矫顽力磁钢晶界扩散工艺", *, by: str = "magnets", **values: object
    ) -> Demand:
        """A published demand of an organisation of the cast (default: Alice's)."""
        publish = bool(values.pop("publish", True))
        return create_post(
            actor=SYSTEM,
            model=Demand,
            owner=self.organisations[by],
            values={"title": title, "kind": "technology", "contact": "0574-0000-0001", **values},
            now=NOW,
            publish=publish,
        )

    def resource(
        self, title: str = "稀土永磁晶界扩散技术", *, by: str = "university", **values: object
    ) -> Resource:
        """A published resource of an organisation of the cast (default: Carol's)."""
        publish = bool(values.pop("publish", True))
        return create_post(
            actor=SYSTEM,
            model=Resource,
            owner=self.organisations[by],
            values={"title": title, "kind": "achievement", "contact": "0574-0000-0002", **values},
            now=NOW,
            publish=publish,
        )


ORGANISATIONS = {
    "office": ("新材料产业链链办", "chain_office", "ningbo", None),
    "yinzhou_office": ("鄞州区链办", "chain_office", "yinzhou", None),
    "magnets": ("甬江磁材有限公司", "enterprise", "yinzhou", "magnets"),
    "motors": ("慈湖电机有限公司", "enterprise", "cixi", "magnets"),
    "university": ("东海大学", "university", "yinzhou", None),
    "bank": ("港湾银行", "bank", "ningbo", None),
    "platform": ("市大数据中心", "government", "ningbo", None),
}
PEOPLE = {
    "officer": ("欧阳链", "office", "owner"),
    "yinzhou": ("尹舟", "yinzhou_office", "handler"),
    "alice": ("艾丽", "magnets", "owner"),
    "anna": ("安娜", "magnets", "viewer"),
    "bob": ("鲍勃", "motors", "owner"),
    "carol": ("卡罗", "university", "handler"),
    "dan": ("丹", "bank", "handler"),
    "admin": ("管理员", "platform", "owner"),
}
GRANTS = {
    "officer": ("ningbo", [Capability.COORDINATE, Capability.IMPORT]),
    "yinzhou": ("yinzhou", [Capability.COORDINATE, Capability.IMPORT]),
    "admin": (
        "ningbo",
        [
            Capability.MANAGE_ACCOUNTS,
            Capability.MANAGE_ORGANISATIONS,
            Capability.OPERATE,
            Capability.READ_AUDIT,
        ],
    ),
}


def credit_code(number: int, kind: str = "91") -> str:
    """A valid credit code that nobody has: its region, 990000, is assigned to no place."""
    return complete_credit_code(f"{kind}990000{number:08}")


def assemble() -> Cast:
    """Write the whole cast to the database."""
    cast = Cast()
    begun = NOW - timedelta(days=30)
    city = add_region(code="ningbo", name="宁波市", name_en="Ningbo", kind="city")
    cast.regions = {
        "ningbo": city,
        "yinzhou": add_region(code="yinzhou", name="鄞州区", kind="county", parent=city),
        "cixi": add_region(code="cixi", name="慈溪市", kind="county", parent=city),
    }
    cast.chains = {
        code: add_chain(actor=SYSTEM, code=code, name=name, name_en=name_en, now=begun)
        for code, name, name_en in (
            ("magnets", "磁性材料", "Magnetic materials"),
            ("petro", "绿色石化", "Green petrochemicals"),
        )
    }
    for number, (key, (name, kind, region, chain)) in enumerate(ORGANISATIONS.items(), start=1):
        cast.organisations[key] = create_organisation(
            actor=SYSTEM,
            name=name,
            kind=kind,
            region=cast.regions[region],
            chain=None if chain is None else cast.chains[chain],
            uscc="" if kind in MAY_LACK_CODE else credit_code(number),
            now=begun,
        )
    for key, (name, organisation, role) in PEOPLE.items():
        user, membership = create_user(
            actor=SYSTEM,
            username=key,
            name=name,
            email=f"{key}@example.test",
            password=PASSWORD,
            organisation=cast.organisations[organisation],
            role=role,
            now=begun,
        )
        cast.users[key] = user
        region, capabilities = GRANTS.get(key, ("", []))
        for capability in capabilities:
            give_grant(
                actor=SYSTEM,
                membership=membership,
                capability=capability,
                region=cast.regions[region],
                every_chain=True,
                now=begun,
            )
    cast.users["eve"] = User.objects.create_user("eve", "eve@example.test", PASSWORD, name="伊芙")
    return cast
