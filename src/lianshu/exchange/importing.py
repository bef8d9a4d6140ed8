"""What the importer needs to know about demands and resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy as lazy_in

from lianshu.accounts.queries import own_contact
from lianshu.authority import Actor, Capability, Matter, Verdict
from lianshu.engine.sheets import Value
from lianshu.exchange.facets import FACETS
from lianshu.exchange.import_columns import (
    CONTACT_LENGTH,
    DEMAND_COLUMNS,
    RESOURCE_COLUMNS,
)
from lianshu.exchange.models import Demand, Resource
from lianshu.exchange.services.bulk import (
    OPEN_FIELDS,
    PostModel,
    PostRow,
    RowPlan,
    compute_keys,
    plan_rows,
    reads_all,
    save_plans,
)
from lianshu.exchange.services.cleaning import KINDS, clean_values
from lianshu.imports.targets import (
    Change,
    ImportContext,
    ImportOption,
    ImportSession,
    ImportTarget,
    Problem,
    register_target,
)
from lianshu.records.errors import DomainError
from lianshu.records.keying import KeyMaker
from lianshu.registry.covering import refused
from lianshu.registry.finding import ChainFinder, OrganisationFinder, RegionFinder
from lianshu.registry.models import Organisation
from lianshu.registry.naming import OrganisationNames
from lianshu.ui.formats import money

PLACED: Final = ("kind", "contact", "region", "chain")
"""An empty cell here says nothing; elsewhere it empties what a known post says."""
MONEY_FIELDS: Final = frozenset({"budget_min", "budget_max"})
SHOWN: Final = 200
ALONE_UP_TO: Final = 3_000
"""Rows whose keys are computed here; for more, a process of their own is worth starting."""


class PostSession(ImportSession[PostRow, RowPlan]):
    """One pass over a list of demands or resources."""

    def __init__(self, model: PostModel, context: ImportContext) -> None:
        self._model = model
        self._context = context
        self._publish = context.options["publish"] == "published"
        self._organisations = OrganisationFinder(context.actor, context.names)
        self._regions = RegionFinder()
        self._chains = ChainFinder()
        self._defaults = {"kind": context.options["kind"], "contact": context.options["contact"]}
        default_owner = context.options["owner"]
        self._owner = self._organisations.find(default_owner) if default_owner else ""
        facets = {facet.id: None for each in FACETS.values() for facet in each}
        self._computed = 0
        self._maker: KeyMaker | None = None
        self._facets = facets if model is Resource else {}
        self._titles: dict[tuple[int, str], int | None] = {}

    def prepare(self, number: int, values: Mapping[str, Value]) -> PostRow | list[Problem]:
        problems: list[Problem] = []
        stated = dict(values)
        external_id = str(stated.pop("external_id", None) or "")
        named = stated.pop("owner", None)
        owner = self._owner_of(named, problems)
        for name, finder in (("region", self._regions), ("chain", self._chains)):
            if (text := stated.get(name)) is not None:
                found = finder.find(str(text))
                if isinstance(found, str):
                    problems.append(Problem(found, name))
                stated[name] = found  # type: ignore[assignment]
        if problems or owner is None:
            return problems
        fields = {
            name: value
            for name, value in stated.items()
            if name not in self._facets and not (name in PLACED and value is None)
        }
        if given := {name: stated[name] for name in self._facets if name in stated}:
            fields["facets"] = given  # type: ignore[assignment]
        return self._row(number, external_id, owner, fields, owner_stated=named is not None)

    def _row(
        self,
        number: int,
        external_id: str,
        owner: Organisation,
        fields: Mapping[str, Any],
        *,
        owner_stated: bool,
    ) -> PostRow | list[Problem]:
        if fields.get("trl_level") is not None:
            fields = {**fields, "trl_level": int(fields["trl_level"])}
        try:
            cleaned = clean_values(self._model, fields)
        except DomainError as error:
            return [Problem(f"：{error.message}", error.field or "")]
        if not external_id:
            named = (owner.pk, cleaned.get("title", ""))
            if named in self._titles:
                return [Problem(self._twice(self._titles[named]), "title")]
            self._titles[named] = number
        return PostRow(number, external_id, owner, cleaned, self._defaults, owner_stated)

    @staticmethod
    def _twice(first: int | None) -> str:
        place = _("前面一行") if first is None else _("第 %(row)d 行") % {"row": first}
        return _(
            "和%(place)s的单位、标题都相同，又没有编号，分不清是不是同一条。"
            "是两条的请改一改标题，或加上编号列。"
        ) % {"place": place}

    def pass_over(self, values: Mapping[str, Value]) -> None:
        if not values.get("external_id"):
            owner = self._owner_of(values.get("owner"), [])
            title = str(values.get("title") or "").strip()
            if owner is not None:
                self._titles.setdefault((owner.pk, title), None)

    def _owner_of(self, named: Value, problems: list[Problem]) -> Organisation | None:
        found = self._organisations.find(str(named)) if named is not None else self._owner
        if isinstance(found, Organisation):
            return found
        if named is not None:
            text = str(named)
            name = "" if self._organisations.is_code(text) else text
            problems.append(Problem(found, "owner", name))
        else:
            why = _("没有写单位，导入设置里也没有选定单位。请补上单位名称或信用代码。")
            problems.append(Problem(why, ""))
        return None

    def plan(self, rows: Sequence[PostRow]) -> Sequence[RowPlan]:
        return plan_rows(
            actor=self._context.actor,
            model=self._model,
            source=self._context.source,
            rows=rows,
            publish=self._publish,
        )

    def describe(self, row: PostRow, plan: RowPlan) -> Sequence[Change]:
        before, after = plan.before, plan.post
        if before is None or after is None:
            return ()
        readable = reads_all(self._context.actor, before)
        return [
            Change(
                label,
                _words(name, old) if readable or name in OPEN_FIELDS else "…",
                _words(name, new),
            )
            for name in plan.changed
            for label, old, new in _differences(name, before, after)
        ]

    def compute(self, rows: Sequence[PostRow], plans: Sequence[RowPlan]) -> None:
        self._computed += len(rows)
        if self._maker is None and self._computed > ALONE_UP_TO:
            self._maker = KeyMaker()
        compute_keys(plans, self._maker)

    def close(self) -> None:
        if self._maker is not None:
            self._maker.close()

    def write(self, rows: Sequence[PostRow], plans: Sequence[RowPlan]) -> None:
        save_plans(actor=self._context.actor, plans=plans, now=self._context.now)


def _differences(
    name: str, before: Demand | Resource, after: Demand | Resource
) -> Iterator[tuple[str, Any, Any]]:
    if name == "facets" and isinstance(before, Resource) and isinstance(after, Resource):
        for facet in {f.id: f for each in FACETS.values() for f in each}.values():
            old, new = before.facets.get(facet.id), after.facets.get(facet.id)
            if old != new:
                unit = money if facet.type == "money" else str
                yield (
                    str(facet.label),
                    None if old is None else unit(old),
                    None if new is None else unit(new),
                )
        return
    label = str(before._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    if name in {"kind", "status"}:
        yield (
            label,
            getattr(before, f"get_{name}_display")(),
            getattr(after, f"get_{name}_display")(),
        )
        return
    yield label, getattr(before, name), getattr(after, name)


def _words(name: str, value: Any) -> str:
    if value is None or value == "":
        return _("（空）")
    if name in MONEY_FIELDS:
        return money(value)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def may_import_posts(actor: Actor) -> Verdict:
    """Whoever may post for somebody: for their own organisation, or by a grant."""
    if (
        actor.acting_in(Matter.POSTS)
        or actor.has(Capability.IMPORT)
        or actor.has(Capability.COORDINATE)
    ):
        return Verdict.yes()
    return refused(
        actor,
        Matter.POSTS,
        actor.acting_organisation_ids,
        _("您不是任何单位的经办人，也没有导入清单的授权。请联系平台管理员。"),
    )


def _own_organisation(actor: Actor) -> str:
    return next((m.organisation_name for m in actor.memberships if m.may_act), "")


def _check_options(actor: Actor, options: Mapping[str, str]) -> Mapping[str, str]:
    if not options["owner"]:
        return {}
    found = OrganisationFinder(actor).find(options["owner"])
    if isinstance(found, Organisation):
        return {}
    return {"owner": _("“%(name)s”%(why)s") % {"name": options["owner"], "why": found}}


def _options(model: PostModel, kind: str) -> tuple[ImportOption, ...]:
    labels: list[tuple[str, str | Promise]] = list(KINDS[model].choices)
    return (
        ImportOption(
            "publish",
            lazy("导入后"),
            default=lambda _actor: "published",
            choices=lambda _actor: (
                ("published", lazy("立即发布，参与匹配")),
                ("draft", lazy("先存为草稿")),
            ),
        ),
        ImportOption(
            "owner",
            lazy("没有写单位的行属于"),
            default=_own_organisation,
            help=lazy("单位全称、简称或统一社会信用代码。留空时，没有写单位的行不能导入。"),
        ),
        ImportOption(
            "kind",
            lazy("没有写类型的行是"),
            default=lambda _actor: kind,
            choices=lambda _actor: labels,
        ),
        ImportOption(
            "contact",
            lazy("没有联系方式的行联系"),
            default=own_contact,
            help=lazy("电话、邮箱或微信。发布时每条都要有联系方式。"),
            max_length=CONTACT_LENGTH,
        ),
    )


def _session(model: PostModel, context: ImportContext) -> PostSession:
    return PostSession(model, context)


for _model, _id, _title, _columns, _kind in (
    (Demand, "demands", lazy_in("list", "需求"), DEMAND_COLUMNS, "technology"),
    (Resource, "resources", lazy_in("list", "资源"), RESOURCE_COLUMNS, "achievement"),
):
    register_target(
        ImportTarget(
            id=_id,
            title=_title,
            columns=_columns,
            permission=may_import_posts,
            session=partial(_session, _model),
            key="external_id",
            without_key=lazy(
                "没有编号列。再次导入时按来源、单位和标题认出导入过的行；标题改了的会当作新的。"
                "如果以后还要更新这份清单，最好加上编号列。"
            ),
            run_filter="import",
            list_url=lambda path=f"/{_id}/": path,  # type: ignore[misc]
            options=_options(_model, _kind),
            check_options=_check_options,
            names=OrganisationNames(),
        )
    )
