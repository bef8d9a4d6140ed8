"""What is invented in the demo, and who can try it."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianshu.demo.pack import every_account
from lianshu.demo.queries import city_figures, composed_is_loaded, demo_accounts
from lianshu.demo.services import PASSWORD
from lianshu.ui.requests import PageRequest, open_page


@open_page()
def about_demo(request: PageRequest) -> HttpResponse:
    """For everybody, before log-in too; not on an installation without the demo."""
    loaded = composed_is_loaded()
    if not loaded and settings.ENVIRONMENT != "demo":
        raise Http404(_("这里没有装入演示数据。"))
    english = (get_language() or "").startswith("en")
    accounts = demo_accounts(
        every_account(settings.PACKS / "demo"), language="en" if english else "zh"
    )
    return render(
        request,
        "demo/about.html",
        {
            "loaded": loaded,
            "figures": city_figures(),
            "accounts": accounts,
            "password": PASSWORD,
        },
    )
