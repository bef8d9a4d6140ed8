"""Registering departments and kinds of bodies: the first two characters of a credit code."""

from typing import Final

_DEPARTMENTS: Final = {
    "1": "机构编制",
    "2": "外交",
    "3": "司法行政",
    "4": "文化",
    "5": "民政",
    "6": "旅游",
    "7": "宗教",
    "8": "工会",
    "9": "市场监督管理",
    "A": "军队改革和编制",
    "N": "农业农村",
    "Y": "其他",
}
_KINDS: Final = {
    "11": "机关",
    "12": "事业单位",
    "13": "直接管理机构编制的群众团体",
    "21": "外国常驻新闻机构",
    "31": "律师执业机构",
    "32": "公证处",
    "33": "基层法律服务所",
    "34": "司法鉴定机构",
    "35": "仲裁委员会",
    "41": "外国在华文化中心",
    "51": "社会团体",
    "52": "民办非企业单位",
    "53": "基金会",
    "61": "外国旅游部门常驻代表机构",
    "62": "港澳台地区旅游部门常驻代表机构",
    "71": "宗教活动场所",
    "72": "宗教院校",
    "81": "基层工会",
    "91": "企业",
    "92": "个体工商户",
    "93": "农民专业合作社",
    "A1": "军队事业单位",
    "N1": "组级集体经济组织",
    "N2": "村级集体经济组织",
    "N3": "乡镇级集体经济组织",
    "Y1": "其他机构",
}
_OTHER: Final = "9"


def category(pair: str) -> str | None:
    """Such as 市场监督管理·企业; None for a pair that the published lists do not have."""
    department = _DEPARTMENTS.get(pair[0])
    kind = _KINDS.get(pair) or ("其他" if pair[1] == _OTHER else None)
    return f"{department}·{kind}" if department and kind else None
