"""What fields and actions of the exchange are called in histories."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from lianshu.ui import wording

FIELD_NAMES: Final = {
    "title": _("标题"),
    "summary": _("公开摘要"),
    "kind": _("类型"),
    "region": _("区域"),
    "chain": _("产业链"),
    "partner_region": _("只与此区域合作"),
    "contact_name": _("联系人"),
    "contact": _("联系方式"),
    "detail": _("详情"),
    "trl_level": _("技术成熟度"),
    "indicators": _("指标要求"),
    "budget_min": _("预算下限"),
    "budget_max": _("预算上限"),
    "deadline": _("期望完成日期"),
    "facets": _("特性"),
    "status": _("状态"),
    "expires_at": _("到期时间"),
    "organisation": _("单位"),
    "organisations": _("单位"),
    "level": _("披露级别"),
    "count": _("数量"),
    "recommendations": _("推荐数"),
    "decline_reason": _("谢绝原因"),
    "note": _("进度说明"),
    "file": _("附件"),
    "name": _("名称"),
    "short_name": _("简称"),
    "words": _("词"),
    "introduction": _("简介"),
}
_VERBS: Final = {
    "created": _("创建"),
    "edited": _("修改"),
    "published": _("发布"),
    "renewed": _("续期"),
    "withdrawn": _("撤回"),
    "expired": _("到期"),
    "deleted": _("删除草稿"),
    "disclosed": _("设置披露"),
    "exclusions_set": _("设置保密名单"),
    "matched": _("寻找合作方"),
}
ACTION_NAMES: Final = {
    **{f"{noun}.{verb}": text for noun in ("demand", "resource") for verb, text in _VERBS.items()},
    "lexicon.added": _("新增词条"),
    "lexicon.edited": _("修改词条"),
    "lexicon.put_out": _("停用词条"),
    "lexicon.put_back": _("恢复词条"),
    "lexicon.undone": _("撤销词条修改"),
    "refinement.proposed": _("提交凝练"),
    "refinement.confirmed": _("采用凝练"),
    "refinement.rejected": _("不采用凝练"),
    "ranker.learned": _("学习排序"),
    "ranker.used": _("启用排序模型"),
    "ranker.put_out": _("停用排序模型"),
    "recommendation.created": _("提出推荐"),
    "recommendation.sent": _("推送推荐"),
    "recommendation.accepted": _("采纳推荐"),
    "recommendation.declined": _("谢绝推荐"),
    "recommendation.decline_undone": _("撤销谢绝"),
    "project.opened": _("立项"),
    "project.updated": _("更新进度"),
    "files.stored": _("上传附件"),
    "files.removed": _("删除附件"),
    "files.downloaded": _("下载附件"),
    "organisation.created": _("登记单位"),
    "organisation.edited": _("修改单位资料"),
}
FIT: Final = {
    1: _("不合适"),
    2: _("有点关系"),
    3: _("比较合适"),
    4: _("很合适"),
}
"""How well a resource fits a demand, as people judge and the model expects."""
EVIDENCE: Final = {
    "words": _("共同的词"),
    "characters": _("相同的字"),
    "topics": _("相近的主题"),
    "senses": _("相近的词义"),
    "field": _("领域"),
    "wording": _("写法和篇幅"),
    "place": _("在候选中的位置"),
    "judgements": _("对相近情况的判断"),
}
"""Groups of what a learned order goes by (`engine.matching.ranking`)."""
LEFT_OUT: Final = {
    "conflict": _("利益关联（上下级、控股或同一实际控制人）"),
    "excluded": _("对方单位在保密名单里"),
    "region": _("不在约定的合作区域"),
}
"""Why a partner that fits must not be proposed (`leaving_out`)."""


def field_label(name: str) -> str:
    """A field in words."""
    return wording.field_label(name)


wording.name_fields(FIELD_NAMES)
wording.name_actions(ACTION_NAMES)
