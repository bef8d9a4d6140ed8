"""Reasons as sentences, Chinese or English."""

from __future__ import annotations

from typing import Final

from lianshu.engine.linkage.model import Reason

_FIELDS: Final = {
    "name": ("名称", "name"),
    "alias": ("别名", "alias"),
    "former_name": ("曾用名", "former name"),
    "uscc": ("统一社会信用代码", "credit code"),
    "region": ("地名", "place"),
    "industry": ("行业用字", "words of the trade"),
    "city": ("所在城市", "city"),
    "other": ("其他候选", "other candidates"),
    "row": ("本行", "this row"),
}
_KINDS: Final = {
    "equal": ("{field}一致：{detail}", "same {field}: {detail}"),
    "equal_brand": ("字号一致：{detail}", "same brand: {detail}"),
    "equal_core": (
        "{field}去掉上市标识、组织形式、空格和全半角差别后一致：{detail}",
        "same {field} once listing marks, legal form, blanks and width are set aside: {detail}",
    ),
    "sounds": ("字号读音相同：{detail}", "the brands sound the same: {detail}"),
    "near": ("{field}相近：{detail}", "similar {field}: {detail}"),
    "ordered": (
        "各字按顺序都在全称里：{detail}",
        "all characters occur in the full name, in order: {detail}",
    ),
    "ordered_part": (
        "部分字按顺序在全称里：{detail}",
        "some characters occur in the full name, in order: {detail}",
    ),
    "missing": ("对方名称里没有：{detail}", "not in the other name: {detail}"),
    "agrees": ("{field}一致：{detail}", "{field} agrees: {detail}"),
    "differs": ("{field}不同：{detail}", "{field} differs: {detail}"),
    "contradicts": ("{field}与名称相矛盾：{detail}", "{field} contradicts the name: {detail}"),
    "unusable": ("{field}不能用：{detail}", "{field} cannot be used: {detail}"),
    "check_wrong": (
        "{field}校验不通过，仍按原样比对：{detail}",
        "{field} fails its check and is compared as it is: {detail}",
    ),
    "claimed": (
        "名单里另一行更像这一家：{detail}",
        "another row of the list fits this firm better: {detail}",
    ),
    "shared": ("{field}对应多家：{detail}", "{field} belongs to several: {detail}"),
    "close": ("另有候选难以区分：{detail}", "another candidate is hard to tell apart: {detail}"),
    "none": ("登记库中没有相近的名称", "no similar name in the register"),
    "weak": ("证据不足，不能认定", "too little evidence to decide"),
    "empty": ("名称为空，也没有可用的代码", "no name and no usable code"),
    "generic": ("名称里没有可以辨认的字号：{detail}", "the name has no brand to go by: {detail}"),
}


def sentence(reason: Reason, lang: str = "zh") -> str:
    """One reason for a reader; an unknown kind shows its words."""
    at = 0 if lang.startswith("zh") else 1
    form = _KINDS.get(reason.kind)
    field = _FIELDS.get(reason.field, (reason.field, reason.field))[at]
    if form is None:
        return f"{field} {reason.kind} {reason.detail}".strip()
    return form[at].format(field=field, detail=reason.detail)
