"""Size class of an enterprise (大、中、小、微) by the statistical table, unknown kept unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lianshu.engine.definitions import Definition, Text, load_file

SIZE_FILE = "size_classes.yaml"
FEN_PER_WAN = 1_000_000

Measure = Literal["staff", "revenue", "assets"]
Beginning = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,4}$")]
Least = Annotated[int, Field(ge=1)]

_NAMES: dict[Measure, str] = {"staff": "从业人员", "revenue": "营业收入", "assets": "资产总额"}
_UNITS: dict[Measure, str] = {"staff": "人", "revenue": "万元", "assets": "万元"}


class Size(StrEnum):
    """Largest first."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"


_TITLES = {Size.LARGE: "大型", Size.MEDIUM: "中型", Size.SMALL: "小型", Size.MICRO: "微型"}


class SizeStatus(StrEnum):
    """`UNKNOWN`: a figure or the industry is missing or unusable; `NOT_COVERED`: the table has no
    row for the industry."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    NOT_COVERED = "not_covered"


class Bounds(Definition):
    """The least figures of a class: persons, and 10,000 yuan."""

    staff: Least | None = None
    revenue: Least | None = None
    assets: Least | None = None

    def items(self) -> Iterator[tuple[Measure, int]]:
        """The measures that count, each with its least figure."""
        if self.staff is not None:
            yield "staff", self.staff
        if self.revenue is not None:
            yield "revenue", self.revenue
        if self.assets is not None:
            yield "assets", self.assets


class Classes(Definition):
    """The bounds of the three classes that have one."""

    large: Bounds
    medium: Bounds
    small: Bounds

    def descending(self) -> tuple[tuple[Size, Bounds], ...]:
        """Largest first."""
        return (
            (Size.LARGE, self.large),
            (Size.MEDIUM, self.medium),
            (Size.SMALL, self.small),
        )

    @model_validator(mode="after")
    def _fall(self) -> Self:
        large, medium, small = (dict(bounds.items()) for _, bounds in self.descending())
        if not large or not (large.keys() == medium.keys() == small.keys()):
            raise ValueError("三档用的指标应当相同，且至少一个")
        if any(not large[one] > medium[one] > small[one] for one in large):
            raise ValueError("下限应当从大型到小型递减")
        return self


class SizeRow(Definition):
    """One row of the table: the industries whose codes begin with one of `codes`."""

    id: str
    title: Text
    codes: Annotated[tuple[Beginning, ...], Field(min_length=1)]
    classes: Annotated[Classes, Field(alias="from")]


class Excluded(Definition):
    """Industries that the table leaves out, and why."""

    codes: Annotated[tuple[Beginning, ...], Field(min_length=1)]
    reason: Annotated[str, StringConstraints(min_length=1)]


class SizeTable(Definition):
    """The file `size_classes.yaml`."""

    id: str
    standard: str
    rows: Annotated[tuple[SizeRow, ...], Field(min_length=1)]
    excluded: tuple[Excluded, ...] = ()

    @model_validator(mode="after")
    def _one_place_each(self) -> Self:
        seen: set[str] = set()
        for part in self.places():
            for code in part.codes:
                if code in seen:
                    raise ValueError(f"行业代码 {code} 出现两次")
                seen.add(code)
        return self

    def places(self) -> tuple[SizeRow | Excluded, ...]:
        """Everything that industries belong to: the rows and what is left out."""
        return (*self.rows, *self.excluded)

    def place_of(self, code: str) -> SizeRow | Excluded | None:
        """The row (or exclusion) with the longest beginning of `code`; None when there is none."""
        best: tuple[int, SizeRow | Excluded] | None = None
        for part in self.places():
            for start in part.codes:
                if code.startswith(start) and (best is None or len(start) > best[0]):
                    best = (len(start), part)
        return best[1] if best else None

    def is_divided(self, code: str) -> bool:
        """Whether only longer codes that begin with `code` have a place."""
        starts = (start for part in self.places() for start in part.codes)
        return any(start.startswith(code) and start != code for start in starts)


@dataclass(frozen=True, slots=True)
class SizeVerdict:
    """`size` is set exactly when `status` is KNOWN; `missing` names the figures (as measures) that
    would decide; `row` is the id of the row used. `reason` is a Chinese sentence."""

    status: SizeStatus
    size: Size | None
    reason: str
    row: str | None = None
    missing: tuple[Measure, ...] = ()


def load_size_table(folder: Path) -> SizeTable:
    """The table in a folder of code lists. Raises DefinitionError with every defect."""
    return load_file(folder / SIZE_FILE, SizeTable).value


def size_class(
    table: SizeTable,
    *,
    industry: str | None,
    staff: int | None = None,
    revenue_fen: int | None = None,
    assets_fen: int | None = None,
) -> SizeVerdict:
    """The size class of a firm at the end of a year.

    `industry` is a GB/T 4754-2017 code of two to four digits, with or without the section letter
    before it; money is in fen. None is unknown and never taken for 0: the class is stated only
    where the missing figure cannot change it. Never raises.
    """
    code = _digits(industry)
    if code is None:
        said = f"行业代码“{industry}”不是 2 至 4 位数字" if industry else "没有行业代码"
        return SizeVerdict(SizeStatus.UNKNOWN, None, f"{said}，无法划型，请补填。")
    place = table.place_of(code)
    if place is None:
        said = (
            f"行业代码 {code} 太粗，其下分属不同的行，请填到中类或小类"
            if table.is_divided(code)
            else f"行业代码 {code} 不在 GB/T 4754-2017 的大类里，请核对"
        )
        return SizeVerdict(SizeStatus.UNKNOWN, None, f"{said}。")
    if isinstance(place, Excluded):
        return SizeVerdict(SizeStatus.NOT_COVERED, None, f"{place.reason}，不划型。")
    figures: dict[Measure, Decimal | None] = {
        "staff": None if staff is None else Decimal(staff),
        "revenue": None if revenue_fen is None else Decimal(revenue_fen) / FEN_PER_WAN,
        "assets": None if assets_fen is None else Decimal(assets_fen) / FEN_PER_WAN,
    }
    return _judge(place, figures)


def _digits(industry: str | None) -> str | None:
    code = (industry or "").strip()
    if code[:1].isascii() and code[:1].isalpha():
        code = code[1:]
    return code if code.isascii() and code.isdigit() and 2 <= len(code) <= 4 else None


def _judge(row: SizeRow, figures: Mapping[Measure, Decimal | None]) -> SizeVerdict:
    used = [measure for measure, _ in row.classes.small.items()]
    wrong = [m for m in used if m != "revenue" and (figures[m] or 0) < 0]
    if wrong:
        names = "、".join(_NAMES[one] for one in wrong)
        reason = f"{names}是负数，不能用来划型，请核对。"
        return SizeVerdict(SizeStatus.UNKNOWN, None, reason, row.id, tuple(wrong))
    missing = tuple(measure for measure in used if figures[measure] is None)
    possible: list[Size] = []
    for size, bounds in row.classes.descending():
        if not _reached(bounds, figures):
            continue
        possible.append(size)
        if not missing:
            break
    else:
        possible.append(Size.MICRO)
    if len(possible) == 1:
        return SizeVerdict(SizeStatus.KNOWN, possible[0], _why(row, possible[0], figures), row.id)
    names = "、".join(_NAMES[one] for one in missing)
    range_of = "、".join(_TITLES[one] for one in possible)
    reason = f"缺少{names}：按{row.title}的标准可能是{range_of}，补填后才能划型。"
    return SizeVerdict(SizeStatus.UNKNOWN, None, reason, row.id, missing)


def _reached(bounds: Bounds, figures: Mapping[Measure, Decimal | None]) -> bool:
    """Whether no known figure is below its bound."""
    known = ((figures[measure], least) for measure, least in bounds.items())
    return all(figure is None or figure >= least for figure, least in known)


def _why(row: SizeRow, size: Size, figures: Mapping[Measure, Decimal | None]) -> str:
    """The figures, the bounds reached and those of the next class that are not."""
    given = "、".join(
        f"{_NAMES[measure]} {_shown(figure)} {_UNITS[measure]}"
        for measure, _ in row.classes.small.items()
        if (figure := figures[measure]) is not None
    )
    said = f"按{row.title}的标准：{given}"
    above: tuple[Size, Bounds] | None = None
    for one, bounds in row.classes.descending():
        if one == size:
            said += f"，达到{_TITLES[one]}下限（{_least(bounds)}）"
            break
        above = (one, bounds)
    if above:
        said += f"，未全部达到{_TITLES[above[0]]}下限（{_least(above[1])}）"
    return f"{said}，为{_TITLES[size]}。"


def _least(bounds: Bounds) -> str:
    return "、".join(f"{_NAMES[one]} {least} {_UNITS[one]}" for one, least in bounds.items())


def _shown(figure: Decimal) -> str:
    """Without the zeros that dividing leaves, never in powers of ten."""
    return format(figure.normalize(), "f")
