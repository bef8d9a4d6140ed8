"""Reads a demo pack: every file, every reference, every credit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from lianshu.demo.case_pack import CASES_FILE, CasesFile, LoopCases
from lianshu.demo.definitions import (
    Account,
    AccountsFile,
    Contact,
    Demand,
    DemandsFile,
    Organisation,
    OrganisationsFile,
    PackFile,
    Post,
    Resource,
    ResourcesFile,
)
from lianshu.engine.definitions import (
    Definition,
    DefinitionError,
    Finding,
    Loaded,
    load_file,
    load_folder,
)
from lianshu.engine.identity import Verdict, check_credit_code

PostT = TypeVar("PostT", bound=Post)
Read = TypeVar("Read")
Spot = tuple[str | int, ...]


@dataclass(frozen=True)
class Placed(Generic[PostT]):
    """A post with what it takes from its file (chain) and its owner (region, contact)."""

    post: PostT
    chain: str | None
    region: str
    contact: Contact


@dataclass(frozen=True)
class DemoPack:
    """A demo city whose references all hold; posts in the order of their files."""

    pack: PackFile
    organisations: tuple[Organisation, ...]
    accounts: tuple[Account, ...]
    demands: tuple[Placed[Demand], ...]
    resources: tuple[Placed[Resource], ...]
    cases: tuple[LoopCases, ...]


def read_demo(folder: Path) -> DemoPack:
    """The pack in ``folder``. Raises DefinitionError with the defects of all its files."""
    found: list[Finding] = []
    pack = _try(found, lambda: load_file(folder / "pack.yaml", PackFile))
    members = _try(found, lambda: load_file(folder / "organisations.yaml", OrganisationsFile))
    accounts = _try(found, lambda: load_file(folder / "accounts.yaml", AccountsFile))
    demands = _try(found, lambda: load_folder(folder / "demands", DemandsFile)) or []
    resources = _try(found, lambda: load_folder(folder / "resources", ResourcesFile)) or []
    cases = _try(found, lambda: load_file(folder / CASES_FILE, CasesFile))
    if pack is None or members is None or accounts is None or cases is None or found:
        raise DefinitionError(found)
    checks = _Checks(pack, members)
    found = [
        *checks.of_pack(),
        *checks.of_accounts(accounts),
        *checks.of_posts([*demands, *resources], resources),
        *checks.of_cases(cases),
    ]
    if found:
        raise DefinitionError(found)
    owners = {member.id: member for member in members.value.organisations}
    return DemoPack(
        pack=pack.value,
        organisations=members.value.organisations,
        accounts=accounts.value.accounts,
        demands=tuple(
            _placed(post, owners, file.value.chain)
            for file in demands
            for post in file.value.demands
        ),
        resources=tuple(
            _placed(post, owners, file.value.chain)
            for file in resources
            for post in file.value.resources
        ),
        cases=cases.value.loops,
    )


def _try(found: list[Finding], read: Callable[[], Read]) -> Read | None:
    try:
        return read()
    except DefinitionError as error:
        found.extend(error.findings)
        return None


def _placed(post: PostT, owners: dict[str, Organisation], chain: str | None) -> Placed[PostT]:
    owner = owners[post.owner]
    return Placed(post, chain, owner.region, post.contact or owner.contact)


class _Checks:
    """What one file says of another."""

    def __init__(self, pack: Loaded[PackFile], members: Loaded[OrganisationsFile]) -> None:
        self.pack = pack
        self.members = members
        self.regions = {region.id for region in pack.value.regions}
        self.chains = {chain.id for chain in pack.value.chains}
        self.organisations = {member.id for member in members.value.organisations}

    def of_pack(self) -> Iterator[Finding]:
        above: set[str] = set()
        for index, region in enumerate(self.pack.value.regions):
            yield from self._known(self.pack, ("regions", index, "parent"), region.parent, above)
            above.add(region.id)
        codes: set[str] = set()
        for index, member in enumerate(self.members.value.organisations):
            here: Spot = ("organisations", index)
            yield from self._known(self.members, (*here, "region"), member.region, self.regions)
            yield from self._known(self.members, (*here, "chain"), member.chain, self.chains)
            if check_credit_code(member.uscc).verdict is not Verdict.VALID or member.uscc in codes:
                message = f"统一社会信用代码 {member.uscc} 校验位不对或重复，请更正"
                yield self.members.finding(*here, "uscc", rule="P002", message=message)
            codes.add(member.uscc)

    def of_accounts(self, accounts: Loaded[AccountsFile]) -> Iterator[Finding]:
        names: set[str] = set()
        for index, account in enumerate(accounts.value.accounts):
            here: Spot = ("accounts", index)
            yield from self._known(
                accounts, (*here, "organisation"), account.organisation, self.organisations
            )
            if account.username in names:
                message = f"用户名 {account.username} 重复，请改名"
                yield accounts.finding(*here, "username", rule="P003", message=message)
            names.add(account.username)
            for number, grant in enumerate(account.grants):
                place = (*here, "grants", number)
                yield from self._known(accounts, (*place, "region"), grant.region, self.regions)
                yield from self._known(accounts, (*place, "chain"), grant.chain, self.chains)

    def of_posts(
        self,
        files: Sequence[Loaded[DemandsFile] | Loaded[ResourcesFile]],
        resources: Sequence[Loaded[ResourcesFile]],
    ) -> Iterator[Finding]:
        offered = {post.id for file in resources for post in file.value.resources}
        first: dict[str, Path] = {}
        for file in files:
            yield from self._known(file, ("chain",), file.value.chain, self.chains)
            for here, post in _posts(file):
                yield from self._known(file, (*here, "owner"), post.owner, self.organisations)
                for index, name in enumerate(post.hidden_from):
                    place = (*here, "hidden_from", index)
                    yield from self._known(file, place, name, self.organisations)
                if isinstance(post, Demand):
                    for index, name in enumerate(post.fits):
                        yield from self._known(file, (*here, "fits", index), name, offered)
                if post.id in first:
                    message = f"编号 {post.id} 已在 {first[post.id]} 用过，请改名"
                    yield file.finding(*here, "id", rule="P003", message=message)
                first.setdefault(post.id, file.path)

    def of_cases(self, cases: Loaded[CasesFile]) -> Iterator[Finding]:
        for index, about in enumerate(cases.value.loops):
            for number, name in enumerate(about.members):
                place: Spot = ("loops", index, "members", number)
                yield from self._known(cases, place, name, self.organisations)
            for number, case in enumerate(about.cases):
                place = ("loops", index, "cases", number, "asker")
                yield from self._known(cases, place, case.asker, self.organisations)

    def _known(
        self, file: Loaded[Definition], place: Spot, name: str | None, known: set[str]
    ) -> Iterator[Finding]:
        if name is not None and name not in known:
            message = f"没有编号为 {name} 的条目，请核对"
            yield file.finding(*place, rule="P001", message=message)


def _posts(file: Loaded[DemandsFile] | Loaded[ResourcesFile]) -> Iterator[tuple[Spot, Post]]:
    value = file.value
    posts: Sequence[Post]
    if isinstance(value, DemandsFile):
        key, posts = "demands", value.demands
    else:
        key, posts = "resources", value.resources
    for index, post in enumerate(posts):
        yield (key, index), post


def every_account(folder: Path) -> tuple[Account, ...]:
    """The accounts of the hand-written city and those that only the whole one has."""
    files = (folder / "accounts.yaml", folder / "city" / "accounts.yaml")
    return tuple(a for file in files for a in load_file(file, AccountsFile).value.accounts)
