"""Forms about facts: which one, and what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.engine.sheets.values import BadValueError, parser_of
from lianshu.engine.tables import (
    KNOWN_ABSENT,
    Absent,
    FactDefinition,
    Period,
    PeriodError,
    Ratio,
    Source,
    Use,
    Value,
)
from lianshu.records.errors import DomainError
from lianshu.registry.cells import column_of, value_of_cell
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Fact
from lianshu.registry.services.entries import Provenance, use_title
from lianshu.registry.wording_facts import plain_number, said

MONEY_UNITS = ("元", "万元", "亿元")
_PER_UNIT = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


class WhichFactForm(forms.Form):
    """A fact of the dictionary and a period."""

    fact = forms.ChoiceField(label=lazy("数据项"))
    period = forms.CharField(
        label=lazy("期间"),
        max_length=10,
        help_text=lazy("年写 2025，季度写 2025Q3，月写 2025-07，时点写 2025-07-31。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dictionary = fact_dictionary()
        groups: dict[str | None, list[tuple[str, str]]] = {}
        for fact in self._dictionary.facts:
            groups.setdefault(fact.group, []).append((fact.id, said(fact.title)))
        titles = {group.id: said(group.title) for group in self._dictionary.groups}
        field = self.fields["fact"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("请选择")),
            *((titles.get(group or "", _("其他")), found) for group, found in groups.items()),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        definition = self._dictionary.facts_by_id.get(cleaned.get("fact", ""))
        if definition is None or "period" not in cleaned:
            return cleaned
        try:
            cleaned["period"] = period = Period.parse(cleaned["period"].strip())
        except PeriodError as error:
            self.add_error("period", f"{error}。")
            return cleaned
        if period.kind not in definition.periods:
            wanted = "、".join(kind.zh for kind in definition.periods)
            self.add_error("period", _("这一项按%(wanted)s填写。") % {"wanted": wanted})
        return cleaned


class FactForm(forms.Form):
    """The value of one fact as its own people give it."""

    value = forms.CharField(label=lazy("值"), required=False, max_length=500)
    unit = forms.ChoiceField(
        label=lazy("单位"),
        required=False,
        choices=[("", lazy("请选择")), *((unit, unit) for unit in MONEY_UNITS)],
    )
    absent = forms.BooleanField(label=lazy("明确没有（不是零，也不是不知道）"), required=False)
    uses = forms.MultipleChoiceField(
        label=lazy("允许用于"),
        widget=forms.CheckboxSelectMultiple,
        help_text=lazy(
            "服务：链办据此帮助你们；决定：据此判断能享受什么；公开：所有人可见；"
            "只选统计时，谁也看不到单家的数。"
        ),
    )
    consent_on = forms.DateField(
        label=lazy("同意日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    consent_scope = forms.CharField(
        label=lazy("同意范围"),
        required=False,
        max_length=200,
        help_text=lazy("选“公开”时要填：同意公开到什么范围。"),
    )
    evidence_note = forms.CharField(
        label=lazy("依据"),
        required=False,
        max_length=300,
        help_text=lazy("例如：2025 年度审计报告第 3 页。"),
    )
    evidence = forms.FileField(
        label=lazy("依据文件"),
        required=False,
        help_text=lazy("PDF、图片或 Office 文件，最大 20 MB。只有本单位和链办、管理员能看。"),
    )

    def __init__(
        self, definition: FactDefinition, source: Source, before: Fact | None, *args: Any, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self._definition, self._source = definition, source
        if definition.type != "money":
            del self.fields["unit"]
        uses = self.fields["uses"]
        assert isinstance(uses, forms.MultipleChoiceField)
        uses.choices = [(use.names[0], use_title(use)) for use in source.permitted]
        choices = _choices(definition)
        if choices:
            self.fields["value"] = forms.ChoiceField(
                label=_("值"), required=False, choices=[("", _("请选择")), *choices]
            )
        self.fields["value"].help_text = _hint(definition)
        if before is not None:
            self.initial = {**self._initial(before), **self.initial}

    def _initial(self, before: Fact) -> dict[str, Any]:
        value = before.value
        return {
            "value": "" if isinstance(value, Absent) else _typed(self._definition, value),
            "unit": _unit_for(value),
            "absent": isinstance(value, Absent),
            "uses": list(before.permitted.names),
            "consent_on": before.consent_on,
            "consent_scope": before.consent_scope,
            "evidence_note": before.evidence_note,
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        text = str(cleaned.get("value") or "").strip()
        if "unit" in self.fields and not cleaned.get("unit") and text[-1:].isdigit():
            self.add_error("unit", _("请选单位：元、万元还是亿元。"))
            return cleaned
        if cleaned.get("absent"):
            if text:
                self.add_error("value", _("已勾选“明确没有”，请清空这里，或去掉勾选。"))
            cleaned["stated"] = KNOWN_ABSENT
            return cleaned
        if not text:
            self.add_error("value", _("请填写；确实没有的，勾选“明确没有”。"))
            return cleaned
        try:
            cleaned["stated"] = self._parsed(text, cleaned.get("unit", ""))
        except (BadValueError, DomainError) as error:
            self.add_error("value", _("“%(text)s”%(why)s") % {"text": text, "why": error})
        return cleaned

    def _parsed(self, text: str, unit: str) -> Value | Absent:
        definition = self._definition
        if definition.type == "text":
            return text
        column = column_of(definition)
        title = f"{column.label}（{unit}）" if unit else column.label
        cell = parser_of(column, title)(text)
        if cell is None:
            raise BadValueError("S022", _("不是一个值，请重新填写。"))
        return value_of_cell(definition, cell)

    def stated(self) -> Value | Absent:
        """The value."""
        return self.cleaned_data["stated"]  # type: ignore[no-any-return]

    def provenance(self) -> Provenance:
        """Under whose name and for which uses."""
        data = self.cleaned_data
        return Provenance(
            source=self._source.id,
            uses=Use.of(*data["uses"]),
            consent_on=data["consent_on"],
            consent_scope=data["consent_scope"],
            evidence_note=data["evidence_note"],
        )

    def refuse(self, field: str | None, message: str) -> None:
        """Show a service's refusal at the field it names."""
        self.add_error(field if field in self.fields else None, message)


def _choices(definition: FactDefinition) -> Sequence[tuple[str, str]]:
    if definition.type == "bool":
        return [("true", _("是")), ("false", _("否"))]
    return [(code, title) for code, title in fact_dictionary().choices(definition).items()]


def _hint(definition: FactDefinition) -> str:
    if definition.unit == "share":
        return _("写百分数，例如 62.5%。")
    if definition.type == "date":
        return _("例如 2011-05-06。")
    if definition.type == "code" and definition.public_codes:
        return _("写代码或唯一的名称，例如 3562。")
    if definition.type == "money":
        return _("只写数字，单位在下面选；零写 0。")
    return ""


def _unit_for(value: object) -> str:
    """The largest unit in which the amount is written exactly with at most two decimals."""
    if not isinstance(value, int):
        return "万元"
    for unit in ("亿元", "万元"):
        fen = _PER_UNIT[unit] * 100
        if abs(value) >= fen and value % (fen // 100) == 0:
            return unit
    return "元" if value else "万元"


def _typed(definition: FactDefinition, value: Value) -> str:
    """The value as somebody would type it into the form."""
    if definition.type == "bool":
        return "true" if value else "false"
    number = plain_number(definition, value)
    if definition.type == "money" and number is not None:
        return f"{number / _PER_UNIT[_unit_for(value)]:f}"
    if isinstance(value, Ratio) and number is not None:
        return f"{number:f}%" if definition.unit == "share" else f"{number:f}"
    return str(value)
