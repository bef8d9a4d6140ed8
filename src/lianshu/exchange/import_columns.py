"""The columns of demand and resource lists, by the names that offices and files give them.

Headers and words are those of files, in Chinese and English at once whatever language the reader
uses; they are data and not translated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext, override

from lianshu.engine.sheets import Column
from lianshu.exchange.facets import FACETS, Facet
from lianshu.exchange.models import DemandKind, ResourceKind
from lianshu.exchange.models.posts import TITLE_LENGTH
from lianshu.exchange.services.cleaning import TEXT_LENGTHS, TRL_LEAST, TRL_MOST

CONTACT_LENGTH: Final = TEXT_LENGTHS["contact"]
EXTERNAL_ID_LENGTH: Final = 128
FACET_LENGTH: Final = 500

KIND_WORDS: Final[dict[str, tuple[str, ...]]] = {
    DemandKind.TECHNOLOGY: ("技术", "技术需求", "技术攻关", "技术难题", "Technology"),
    DemandKind.TALENT: ("人才", "人才需求", "Talent"),
    DemandKind.FINANCE: ("资金", "资金需求", "融资", "融资需求", "金融", "Finance"),
    DemandKind.EQUIPMENT: (
        "设备与实验室",
        "设备",
        "实验室",
        "设备需求",
        "检验检测",
        "Equipment and laboratory",
        "Equipment or laboratory",
    ),
    DemandKind.SUPPLY: ("供应链配套", "供应链", "配套", "配套需求", "Supply", "Supply chain"),
    DemandKind.SPACE: ("场地", "场地需求", "空间", "Space"),
    DemandKind.POLICY: ("政策", "政策需求", "Policy"),
    DemandKind.OTHER: ("其他", "其它", "其他需求", "Other"),
}

RESOURCE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    ResourceKind.ACHIEVEMENT: ("科技成果", "成果", "技术成果", "Achievement"),
    ResourceKind.PATENT: ("专利", "发明专利", "Patent"),
    ResourceKind.EXPERT: ("专家", "Expert"),
    ResourceKind.TEAM: ("团队", "科研团队", "创新团队", "Team"),
    ResourceKind.INSTRUMENT: ("仪器设备", "仪器", "设备", "科研仪器", "Instrument"),
    ResourceKind.LABORATORY: ("实验室", "Laboratory"),
    ResourceKind.PILOT_LINE: ("中试线", "中试基地", "中试", "Pilot line"),
    ResourceKind.FUND: ("基金", "Fund"),
    ResourceKind.LOAN_PRODUCT: ("贷款产品", "贷款", "金融产品", "Loan product"),
    ResourceKind.SPACE: ("场地", "空间", "Space"),
    ResourceKind.SERVICE: ("服务", "技术服务", "Service"),
    ResourceKind.PRODUCTION_CAPACITY: ("产能", "Production capacity"),
}


def _english(chinese: str) -> tuple[str, ...]:
    """How lists exported in English call it, so that they come back as they went."""
    with override("en"):
        english = gettext(chinese)
    return () if english == chinese else (english,)


def _with_labels(
    kinds: type[TextChoices], words: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    return {
        kind.value: tuple(dict.fromkeys((*words[kind], *_english(words[kind][0]))))
        for kind in kinds
    }


def _with_english(*columns: Column) -> tuple[Column, ...]:
    return tuple(
        replace(
            column,
            aliases=(*column.aliases, *_english(column.label), *_english(f"{column.label}（元）")),
        )
        for column in columns
    )


TRL_WORDS: Final = {
    str(level): (
        str(level),
        f"{level}级",
        f"第{level}级",
        f"TRL{level}",
        f"TRL {level}",
        f"{level}.0",
    )
    for level in range(TRL_LEAST, TRL_MOST + 1)
}

TITLE_ALIASES: Final = ("名称", "题目", "name")
DETAIL_ALIASES: Final = (
    "内容",
    "简介",
    "详细内容",
    "详细描述",
    "描述",
    "detail",
    "details",
    "content",
    "description",
)


def _column(
    column_id: str,
    label: str,
    aliases: tuple[str, ...] = (),
    *,
    max_length: int | None = None,
) -> Column:
    return Column(column_id, label, aliases, max_length=max_length or TEXT_LENGTHS.get(column_id))


_PLACES: Final = (
    _column("region", "区域", ("所在区域", "地区", "所属区县", "区县", "属地", "district")),
    _column("chain", "产业链", ("所属产业链", "产业链名称", "industry chain")),
)
_TRL: Final = Column(
    "trl_level",
    "技术成熟度",
    ("技术就绪度", "成熟度", "TRL", "trl", "readiness level", "Technology readiness"),
    kind="choice",
    choices=TRL_WORDS,
)
_REACH: Final = (
    _column("contact_name", "联系人", ("联系人姓名", "经办人", "contact person", "contact name")),
    _column("contact", "联系方式", ("联系电话", "电话", "手机", "邮箱", "phone", "email")),
)


def _key(label: str, aliases: tuple[str, ...]) -> Column:
    return Column("external_id", label, aliases, kind="identifier", max_length=EXTERNAL_ID_LENGTH)


DEMAND_COLUMNS: Final = _with_english(
    _key("需求编号", ("demand_id", "编号", "来源编号", "序列号", "id", "external id", "Source ID")),
    Column(
        "title",
        "标题",
        ("需求名称", "需求标题", "技术需求名称", "需求", *TITLE_ALIASES),
        required=True,
        max_length=TITLE_LENGTH,
    ),
    _column(
        "owner",
        "单位",
        (
            "需求单位",
            "单位名称",
            "企业名称",
            "企业",
            "公司名称",
            "公司",
            "统一社会信用代码",
            "organisation",
            "organization",
            "company",
        ),
    ),
    Column(
        "kind",
        "类型",
        ("需求类型", "需求类别", "类别", "type", "category"),
        kind="choice",
        choices=_with_labels(DemandKind, KIND_WORDS),
    ),
    _column("summary", "公开摘要", ("摘要", "公开内容", "public summary")),
    _column("detail", "详情", ("需求内容", "需求详情", "需求描述", *DETAIL_ALIASES)),
    _column("indicators", "指标要求", ("技术指标", "指标", "考核指标", "requirements")),
    Column("budget_min", "预算下限", ("最低预算", "minimum budget"), kind="money", unit="元"),
    Column(
        "budget_max",
        "预算上限",
        ("最高预算", "预算", "投入预算", "拟投入资金", "意向投入", "maximum budget", "budget"),
        kind="money",
        unit="元",
    ),
    Column(
        "deadline",
        "期望完成日期",
        ("期望完成时间", "截止日期", "截止时间", "完成时限", "期限", "due date"),
        kind="date",
    ),
    _TRL,
    *_PLACES,
    *_REACH,
)

FACET_ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "price_max": ("参考价格", "价格", "参考价", "转让价格", "收费标准", "报价"),
    "patent_number": ("专利号码", "申请号", "专利申请号"),
    "ipc": ("IPC", "IPC分类", "专利分类号"),
    "field": ("领域", "技术领域", "研究方向", "行业领域"),
    "capacity": ("服务能力", "能力或产能"),
    "area_m2": ("建筑面积", "可用面积"),
    "amount_min": ("最低额度",),
    "amount_max": ("最高额度", "额度", "贷款额度"),
    "rate_percent": ("利率", "年化利率"),
    "rank": ("职务职称",),
    "size": ("团队人数",),
}


def _facet_columns() -> Iterator[Column]:
    """One column for each id; kinds that call the same thing differently lend it their words."""
    facets: dict[str, list[Facet]] = {}
    for each in FACETS.values():
        for facet in each:
            facets.setdefault(facet.id, []).append(facet)
    with override("zh-hans"):
        for facet_id, same in facets.items():
            label, *others = dict.fromkeys(str(facet.label) for facet in same)
            aliases = (*others, *FACET_ALIASES.get(facet_id, ()))
            kind = same[0].type
            length = FACET_LENGTH if kind == "text" else None
            measure = str(same[0].unit) if kind == "integer" else ""
            yield Column(facet_id, label, aliases, kind=kind, max_length=length, measure=measure)


RESOURCE_COLUMNS: Final = _with_english(
    _key(
        "资源编号",
        ("resource_id", "achievement_id", "成果编号", "编号", "来源编号", "id", "Source ID"),
    ),
    Column(
        "title",
        "标题",
        ("资源名称", "成果名称", "专利名称", "仪器名称", "achievement_terms", *TITLE_ALIASES),
        required=True,
        max_length=TITLE_LENGTH,
    ),
    _column(
        "owner",
        "单位",
        (
            "所属单位",
            "持有单位",
            "完成单位",
            "提供单位",
            "单位名称",
            "依托单位",
            "机构名称",
            "统一社会信用代码",
            "organisation",
            "organization",
            "owner",
        ),
    ),
    Column(
        "kind",
        "类型",
        ("资源类型", "资源类别", "类别", "type", "category"),
        kind="choice",
        choices=_with_labels(ResourceKind, RESOURCE_WORDS),
    ),
    _column("summary", "公开摘要", ("摘要", "公开内容", "public summary")),
    _column("detail", "详情", ("资源内容", "成果简介", "成果内容", "成果介绍", *DETAIL_ALIASES)),
    _TRL,
    *_PLACES,
    *_REACH,
    *_facet_columns(),
)
