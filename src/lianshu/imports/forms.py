"""Forms of the importer; fields follow from the target and from the file's header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.authority import Actor
from lianshu.engine.sheets import Layout, column_letter, personal_column
from lianshu.imports.models import SOURCE_LENGTH, ImportRun, Mode
from lianshu.imports.services.requests import MAX_HEADER_ROW, MAX_HEADER_ROWS
from lianshu.imports.targets import ImportOption, ImportTarget, targets_for

SAMPLE_ROWS, SAMPLE_LENGTH = 5, 24


class UploadForm(forms.Form):
    """A file, what it lists, and who made it."""

    target = forms.ChoiceField(label=lazy("这份清单是"))
    source = forms.CharField(
        label=lazy("来源"),
        max_length=SOURCE_LENGTH,
        help_text=lazy(
            "清单是哪个单位做的，例如“市科技局”。同一来源再次导入时，按编号更新，不会重复。"
        ),
    )
    file = forms.FileField(
        label=lazy("文件"),
        help_text=lazy("Excel（.xlsx、.xls）或 CSV，每行一条；表头上方可以有标题。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
    sheet = forms.CharField(
        label=lazy("工作表"),
        max_length=100,
        required=False,
        help_text=lazy("Excel 里有多个工作表时写它的名称；不写则读认得出表头的那一个。"),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["target"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(target.id, target.title) for target in targets_for(actor)]


class SettingsForm(forms.Form):
    """Which column is what, and the settings of the run; `mode` matters when it is confirmed."""

    mode = forms.ChoiceField(
        label=lazy("有问题行时"),
        choices=Mode.choices,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(
        self, actor: Actor, run: ImportRun, target: ImportTarget, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._run, self._target = run, target
        self.fields["mode"].initial = Mode.GOOD if run.bad_count else Mode.ALL
        self._place_fields(run)
        placed = {index: column for column, index in (run.mapping or {}).items()}
        choices = [
            ("", _("不导入")),
            *((c.id, _(c.label) + (" *" if c.required else "")) for c in target.columns),
        ]
        self._places = [
            index
            for index, title in enumerate(run.header)
            if title and personal_column(title) is None
        ]
        for index in self._places:
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=run.header[index],
                choices=choices,
                required=False,
                initial=placed.get(index, ""),
            )
        for option in target.options:
            self.fields[f"option_{option.id}"] = _option_field(actor, option, run.options)

    def _place_fields(self, run: ImportRun) -> None:
        if len(run.sheets) > 1:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("读取的工作表"),
                choices=[(name, name) for name in run.sheets],
                required=False,
                initial=run.sheet,
            )
        self.fields["header_row"] = forms.IntegerField(
            label=_("表头从第几行开始"),
            min_value=1,
            max_value=MAX_HEADER_ROW,
            required=False,
            initial=run.header_row,
            help_text=_("如果找错了表头，在这里改正；同一来源下次会照此读取。"),
        )
        self.fields["header_rows"] = forms.IntegerField(
            label=_("表头占几行"),
            min_value=1,
            max_value=MAX_HEADER_ROWS,
            required=False,
            initial=run.header_rows,
        )

    @property
    def place(self) -> list[forms.BoundField]:
        """Where the header is: sheet and rows."""
        names = ("sheet", "header_row", "header_rows")
        return [self[name] for name in names if name in self.fields]

    def sheet(self) -> str:
        """The sheet to read, as chosen."""
        return self.cleaned_data.get("sheet") or self._run.sheet

    def layout(self) -> Layout:
        """Where the header is, as chosen; what is left empty stays as it was."""
        run, data = self._run, self.cleaned_data
        return Layout(data["header_row"] or run.header_row, data["header_rows"] or run.header_rows)

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Each header column with its letter, its first values and the field to choose from."""
        lines = self._run.preview[:SAMPLE_ROWS]
        return [
            {
                "letter": column_letter(index),
                "title": self._run.header[index],
                "samples": [
                    text[:SAMPLE_LENGTH]
                    for text in dict.fromkeys(
                        line["cells"][index]["text"] for line in lines if index < len(line["cells"])
                    )
                    if text
                ][:3],
                "field": self[f"column_{index}"],
                "used": bool(self[f"column_{index}"].value()),
            }
            for index in self._places
        ]

    @property
    def options(self) -> list[forms.BoundField]:
        """The settings of the run."""
        return [self[f"option_{option.id}"] for option in self._target.options]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        seen: dict[str, int] = {}
        for index in self._places:
            column = cleaned.get(f"column_{index}")
            if column and column in seen:
                message = _("和“%(title)s”列选了同一个字段，请只留一个。") % {
                    "title": self._run.header[seen[column]]
                }
                self.add_error(f"column_{index}", message)
            elif column:
                seen[column] = index
        return cleaned

    def mapping(self) -> dict[str, int]:
        """Column id → index in the header, as chosen."""
        data = self.cleaned_data
        return {data[f"column_{index}"]: index for index in self._places if data[f"column_{index}"]}

    def option_values(self) -> dict[str, str]:
        """Option id → value, as chosen."""
        return {o.id: self.cleaned_data[f"option_{o.id}"] for o in self._target.options}

    def refuse(self, field: str | None, message: str) -> None:
        """Show a service's refusal at the field it names."""
        name = f"option_{field}" if f"option_{field}" in self.fields else field
        self.add_error(name if name in self.fields else None, message)


NEW = "new"


class NamesForm(forms.Form):
    """What each unknown name means: a registered organisation, a new one, or nothing yet."""

    def __init__(
        self, actor: Actor, run: ImportRun, target: ImportTarget, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._run = run
        self.optional = target.names is not None and target.names.optional
        places = [] if target.names is None else list(target.names.places(actor))
        if places:
            self.fields["place"] = forms.ChoiceField(
                label=_("登记为新单位时，所在区域"), choices=places, required=False
            )
        for index, unknown in enumerate(run.unknown_names):
            choices = [
                ("", _("不是其中的任何一家") if self.optional else _("暂不处理")),
                *((each["id"], _described(each)) for each in unknown["candidates"]),
            ]
            if places:
                choices.append((NEW, _("登记为新单位")))
            self.fields[f"name_{index}"] = forms.ChoiceField(
                label=unknown["name"], choices=choices, required=False
            )
            if places:
                self.fields[f"code_{index}"] = forms.CharField(
                    label=_("登记为新单位时，它的统一社会信用代码"), max_length=40, required=False
                )

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each unknown name with its rows and the field to choose from."""
        return [
            {
                "name": unknown["name"],
                "count": unknown["count"],
                "rows": "、".join(map(str, unknown["rows"])),
                "field": self[f"name_{index}"],
                "code": self[f"code_{index}"] if f"code_{index}" in self.fields else None,
                "likeliest": _described(unknown["candidates"][0]) if self.optional else "",
            }
            for index, unknown in enumerate(self._run.unknown_names)
        ]

    def meanings(self) -> dict[str, str]:
        """Key of a name → public id of what it means, "" for a new organisation."""
        chosen = {
            unknown["key"]: self.cleaned_data[f"name_{index}"]
            for index, unknown in enumerate(self._run.unknown_names)
        }
        return {key: "" if value == NEW else value for key, value in chosen.items() if value}

    def codes(self) -> dict[str, str]:
        """Key of a name → credit code given for a new organisation."""
        return {
            unknown["key"]: self.cleaned_data.get(f"code_{index}", "")
            for index, unknown in enumerate(self._run.unknown_names)
        }


def _described(candidate: Mapping[str, str]) -> str:
    return " · ".join(filter(None, (candidate["label"], candidate["detail"])))


def _option_field(actor: Actor, option: ImportOption, values: Mapping[str, str]) -> forms.Field:
    initial = values.get(option.id, "")
    if option.choices is not None:
        return forms.ChoiceField(
            label=str(option.label),
            choices=list(option.choices(actor)),
            initial=initial,
            help_text=str(option.help),
        )
    return forms.CharField(
        label=str(option.label),
        max_length=option.max_length,
        required=False,
        initial=initial,
        help_text=str(option.help),
    )
