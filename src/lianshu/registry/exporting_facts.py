"""What an organisation's page shows of facts and holdings, as rows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.engine.sheets import Format, OutCell, write_table
from lianshu.engine.tables import Absent
from lianshu.registry.answers import FactAnswer, HoldingAnswer
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.wording_facts import (
    attribute_words,
    last_day,
    number_unit,
    period_words,
    plain_number,
    said,
    uses_words,
    value_words,
)

Part = Literal["facts", "holdings"]
PARTS: Final[tuple[Part, ...]] = ("facts", "holdings")


def write_facts(target: BinaryIO, answers: Sequence[FactAnswer], format: Format) -> int:
    """One row for what each source says of each fact and period."""
    header = [
        *(_("数据项"), _("编号"), _("期间"), _("值"), _("数值"), _("单位"), _("来源")),
        *(_("以此为准"), _("允许用途"), _("记录日期"), _("同意日期"), _("依据")),
    ]

    def rows() -> Iterator[list[OutCell]]:
        for answer in answers:
            definition = answer.definition
            for each in (answer.chosen, *answer.others):
                if each is None:
                    continue
                number = plain_number(definition, each.value)
                known = not isinstance(each.value, Absent)
                yield [
                    said(definition.title),
                    definition.id,
                    period_words(answer.period),
                    value_words(definition, each.value),
                    number,
                    number_unit(definition) if known and number is not None else None,
                    each.source_title,
                    _("是") if each is answer.chosen else _("否"),
                    uses_words(each.uses),
                    timezone.localdate(each.recorded_at),
                    each.consent_on,
                    each.evidence_note or None,
                ]

    return write_table(target, header, rows(), format=format)


def write_holdings(target: BinaryIO, answers: Sequence[HoldingAnswer], format: Format) -> int:
    """One row for each holding."""
    header = [
        *(_("种类"), _("编号"), _("名称"), _("有效期起"), _("有效期止"), _("权利人次序")),
        *(_("明细"), _("来源"), _("允许用途"), _("记录日期"), _("依据")),
    ]
    sources = fact_dictionary().sources_by_id

    def rows() -> Iterator[list[OutCell]]:
        for answer in answers:
            row = answer.chosen
            words = attribute_words(answer.definition, row)
            details = (f"{title}：{told}" for title, told in words)
            yield [
                said(answer.definition.title),
                row.number or None,
                row.name or None,
                row.valid_from,
                last_day(row.valid_to),
                row.owner_order,
                "；".join(details) or None,
                said(sources[row.source].title) if row.source in sources else row.source,
                uses_words(row.permitted),
                timezone.localdate(row.recorded_at),
                row.evidence_note or None,
            ]

    return write_table(target, header, rows(), format=format)
