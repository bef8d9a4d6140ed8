"""How much of a demand or resource a reader may know.

A post has three texts: a public summary (title, summary), the identity behind it (owner, contact)
and the detail (wording, indicators, money). Everything shown, searched, counted, matched or
exported for an actor uses only the levels that actor may read.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Disclosure(models.IntegerChoices):
    """Ordered: who may read a level may read those below it."""

    NONE = 0, _("不可见")
    SUMMARY = 1, _("摘要")
    IDENTITY = 2, _("主体")
    DETAIL = 3, _("详情")
