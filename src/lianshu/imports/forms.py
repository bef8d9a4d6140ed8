"""Forms of the importer; fields follow from the target and from the file's header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.authority import Actor
from lianshu.engine.sheets import column_letter
from lianshu.imports.models import SOURCE_LENGTH, ImportRun, Mode
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
        help_text=lazy("Excel（.xlsx、.xls）或 CSV。第一行是表头，每行一条。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
    sheet = forms.CharField(
        label=lazy("工作表"),
        max_length=100,
        required=False,
        help_text=lazy("Excel 里有多个工作表时写它的名称；不写则读第一个有内容的。"),
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
        placed = {index: column for column, index in (run.mapping or {}).items()}
        choices = [
            ("", _("不导入")),
            *((c.id, f"{c.label} *" if c.required else c.label) for c in target.columns),
        ]
        self._places = [index for index, title in enumerate(run.header) if title]
        for index in self._places:
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=run.header[index],
                choices=choices,
                required=False,
                initial=placed.get(index, ""),
            )
        for option in target.options:
            self.fields[f"option_{option.id}"] = _option_field(actor, option, run.options)

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
