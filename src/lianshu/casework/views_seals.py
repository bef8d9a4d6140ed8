"""Opening a seal."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.casework.queries import case_by_id
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.seals import open_seal
from lianshu.casework.veiling import box_of, openings_for
from lianshu.records.errors import Conflict, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


@page("GET", "POST")
def case_open_seal(request: PageRequest, public_id: str, box: str, role: str) -> HttpResponse:
    """What opening means; POST opens with this role's key."""
    case = case_by_id(request.actor, public_id)
    found = None if case is None else box_of(case, box)
    if case is None or found is None:
        raise NotFound(_("没有这份密封内容，或者您的单位没有参与。"))
    if request.method == "POST":
        open_seal(actor=request.actor, case=case, box=found, role=role, now=timezone.now())
        found = box_of(case, box) or found
        done = _("已开封，两把钥匙齐了。") if found.is_open else _("已开封，还等另一方开封。")
        say(request, done)
        return HttpResponseRedirect(reverse("case", args=[case.public_id]))
    openings = openings_for(request.actor, case, running_loop(case.loop_version))
    chosen = next((each for each in openings if (each.box, each.role) == (box, role)), None)
    if chosen is None:
        raise Conflict(_("现在不能开封：还没到约定的步骤、已经开封，或者钥匙不在您这里。"))
    return render(request, "casework/open_seal.html", {"case": case, "opening": chosen})
