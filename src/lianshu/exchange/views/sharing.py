"""What the owner of a post decides: who may know more, who must never know, which papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import require
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.forms import DiscloseForm
from lianshu.exchange.rules import can_control_disclosure
from lianshu.exchange.services.attachments import attach_file, remove_attachment
from lianshu.exchange.services.confidentiality import disclose_to, set_exclusions
from lianshu.exchange.sides import Side
from lianshu.records.errors import DomainError
from lianshu.registry.finding import OrganisationFinder
from lianshu.registry.models import Organisation
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

View = Callable[..., Any]


def _organisation(request: PageRequest, text: str) -> Organisation:
    text = text.strip()
    if not text:
        raise DomainError(_("请填写单位名称。"), field="organisation")
    found = OrganisationFinder(request.actor).find(text)
    if isinstance(found, str):
        raise DomainError(
            _("“%(name)s”%(why)s") % {"name": text[:60], "why": found}, field="organisation"
        )
    return found


def post_disclose(side: Side) -> View:
    """Let an organisation read more of the post, or take that back."""

    @page("POST")
    def view(request: PageRequest, public_id: str) -> HttpResponse:
        post = side.find(request.actor, public_id)
        form = DiscloseForm(request.POST)
        if not form.is_valid():
            raise DomainError(_("请填写单位名称，并选择它可以看到什么。"), field="organisation")
        organisation = _organisation(request, form.cleaned_data["organisation"])
        level = Disclosure(form.cleaned_data["level"])
        disclose_to(
            actor=request.actor,
            post=post,
            organisation=organisation,
            level=level,
            now=timezone.now(),
        )
        if level == Disclosure.SUMMARY:
            say(request, _("已收回，“%(name)s”只能看到公开摘要。") % {"name": organisation.name})
        else:
            say(
                request,
                _("“%(name)s”现在可以看到：%(level)s。")
                % {"name": organisation.name, "level": level.label},
            )
        return HttpResponseRedirect(side.page(post) + "#sharing")

    return view


def post_exclude(side: Side) -> View:
    """Add one organisation to those that must never see the post, or take one off."""

    @page("POST")
    def view(request: PageRequest, public_id: str) -> HttpResponse:
        post = side.find(request.actor, public_id)
        require(can_control_disclosure(request.actor, post))
        chosen = [row.organisation for row in post.exclusions.select_related("organisation")]
        remove = request.POST.get("remove", "")
        if remove:
            chosen = [each for each in chosen if each.public_id != remove]
        else:
            chosen.append(_organisation(request, request.POST.get("organisation", "")))
        set_exclusions(actor=request.actor, post=post, organisations=chosen, now=timezone.now())
        say(
            request,
            _("已移出保密名单。")
            if remove
            else _("已加入保密名单：它看不到这条内容，也不会被推荐。"),
        )
        return HttpResponseRedirect(side.page(post) + "#sharing")

    return view


def post_attach(side: Side) -> View:
    """Add a document, or remove one."""

    @page("POST")
    def view(request: PageRequest, public_id: str) -> HttpResponse:
        post = side.find(request.actor, public_id)
        remove = request.POST.get("remove", "")
        if remove:
            remove_attachment(actor=request.actor, post=post, public_id=remove, now=timezone.now())
            say(request, _("附件已删除。"))
        else:
            upload = request.FILES.get("file")
            if upload is None or isinstance(upload, list):
                raise DomainError(_("请先选择要上传的文件。"), field="file")
            stored = attach_file(actor=request.actor, post=post, upload=upload, now=timezone.now())
            say(request, _("已上传“%(name)s”。") % {"name": stored.name})
        return HttpResponseRedirect(side.page(post) + "#files")

    return view
