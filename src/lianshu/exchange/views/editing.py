"""Writing a demand or a resource: a draft saves itself, nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import replace_url

from lianshu.authority import Refusal, require
from lianshu.exchange.forms import PostForm, form_class, initial_of
from lianshu.exchange.models import PostStatus
from lianshu.exchange.rules import can_edit_post
from lianshu.exchange.services.confidentiality import open_detail
from lianshu.exchange.services.posts import create_post, edit_post, publish_post
from lianshu.exchange.sides import Side
from lianshu.exchange.wording import field_label
from lianshu.records.errors import Conflict, DomainError
from lianshu.ui.feedback import say
from lianshu.ui.formats import money
from lianshu.ui.requests import PageRequest, page

View = Callable[..., Any]


def post_new(side: Side) -> View:
    """An empty form; its first save makes a draft."""

    @page("GET", "POST")
    def view(request: PageRequest) -> HttpResponse:
        form = form_class(side)(request.POST or None, actor=request.actor, post=None)
        if form.is_valid():
            post = _created(request, side, form, publish=request.POST.get("then") == "publish")
            if post is not None:
                return _saved(request, side, post)
        return _form_page(request, side, form)

    return view


def _created(request: PageRequest, side: Side, form: PostForm, *, publish: bool) -> Any:
    """The new post, or None when the service refused a field (now on the form)."""
    try:
        return create_post(
            actor=request.actor,
            model=side.model,
            owner=form.cleaned_data["owner"],
            values=form.values(),
            now=timezone.now(),
            publish=publish,
        )
    except Refusal as refusal:
        form.add_error("owner", refusal.reason)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    return None


def post_edit(side: Side) -> View:
    """The form of a stored post. A conflict keeps what was typed and shows what changed."""

    @page("GET", "POST")
    def view(request: PageRequest, public_id: str) -> HttpResponse:
        post = _editable(request, side, public_id)
        if request.method != "POST":
            form = form_class(side)(initial=initial_of(post), actor=request.actor, post=post)
            return _form_page(request, side, form, post=post)
        form = form_class(side)(request.POST, actor=request.actor, post=post)
        others: list[tuple[str, Any, Any]] = []
        if form.is_valid():
            try:
                done = _edited(request, form, post)
                return _saved(request, side, done)
            except Conflict as conflict:
                post = _editable(request, side, public_id)
                others = _differing(form, post)
                if not others:  # autosave was faster with the same words
                    return _saved(request, side, _then(request, post))
                form.add_error(None, conflict.message)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
        return _form_page(request, side, form, post=post, others=others)

    return view


def _editable(request: PageRequest, side: Side, public_id: str) -> Any:
    """The post, when the actor may both change it and read all of it; a form shows its detail."""
    post = side.find(request.actor, public_id)
    require(can_edit_post(request.actor, post))
    reading = open_detail(actor=request.actor, post=post, channel="page", now=timezone.now())
    if not reading.shows_detail:
        raise Refusal(_("您还不能阅读它的详情，所以不能修改。请联系发布单位。"))
    return post


def _edited(request: PageRequest, form: PostForm, post: Any) -> Any:
    done = edit_post(
        actor=request.actor,
        post=post,
        values=form.values(),
        version=_version(request),
        now=timezone.now(),
    )
    return _then(request, done)


def _then(request: PageRequest, post: Any) -> Any:
    """What the button asked for besides saving."""
    if request.POST.get("then") == "publish" and post.status != PostStatus.PUBLISHED:
        return publish_post(actor=request.actor, post=post, now=timezone.now())
    return post


def _version(request: PageRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _differing(form: PostForm, post: Any) -> list[tuple[str, Any, Any]]:
    """Where what was typed differs from what is stored now: (field, stored, typed)."""
    return [
        (field_label(name), _shown(name, stored), _shown(name, typed))
        for name, typed in form.values().items()
        if (stored := getattr(post, name)) != typed
    ]


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    return money(value) if name.startswith("budget_") else str(value)


def post_autosave(side: Side) -> View:
    """Save a draft while it is written. Without an address yet, the first save makes the draft
    and moves the form to it; a published post is saved by its button only."""

    @page("POST")
    def view(request: PageRequest, public_id: str = "") -> HttpResponse:
        post = _editable(request, side, public_id) if public_id else None
        data = request.POST.copy()
        if not data.get("title", "").strip():
            data["title"] = _("未命名%(noun)s") % {"noun": side.noun}
        form = form_class(side)(data, actor=request.actor, post=post)
        if not form.is_valid():
            return _note(request, side, post, _("有内容还不能保存，请看标红的地方。"), form=form)
        try:
            if post is None:
                post = create_post(
                    actor=request.actor,
                    model=side.model,
                    owner=form.cleaned_data["owner"],
                    values=form.values(),
                    now=timezone.now(),
                )
                response = _note(request, side, post, "")
                return replace_url(response, side.address("edit", post))
            if post.status != PostStatus.DRAFT:
                return _note(request, side, post, _("已发布的内容请点“保存”。"))
            post = edit_post(
                actor=request.actor,
                post=post,
                values=form.values(),
                version=_version(request),
                now=timezone.now(),
            )
        except (DomainError, Refusal) as error:
            return _note(request, side, post, str(error))
        return _note(request, side, post, "")

    return view


def _note(
    request: PageRequest, side: Side, post: Any, problem: str, *, form: PostForm | None = None
) -> HttpResponse:
    """The line that says what autosave did; it carries the next version and address."""
    bound = form.fields if form else {}
    wrong = [bound[name].label for name in (form.errors if form else ()) if name in bound]
    return render(
        request,
        "exchange/autosave.html",
        {"side": side, "post": post, "problem": problem, "wrong": wrong, "at": timezone.now()},
    )


def _saved(request: PageRequest, side: Side, post: Any) -> HttpResponse:
    if post.status == PostStatus.PUBLISHED and request.POST.get("then") == "publish":
        say(request, _("已发布。点“寻找合作方”就能看到推荐。"))
    else:
        say(request, _("已保存。"))
    return HttpResponseRedirect(side.page(post))


def _form_page(
    request: PageRequest,
    side: Side,
    form: PostForm,
    *,
    post: Any = None,
    others: list[tuple[str, Any, Any]] | None = None,
) -> HttpResponse:
    response = render(
        request,
        "exchange/post_form.html",
        {
            "side": side,
            "form": form,
            "post": post,
            "others": others or [],
            "version": post.version if post else 0,
            "draft": post is None or post.status == PostStatus.DRAFT,
        },
        status=409 if others else 422 if form.is_bound else 200,
    )
    response.headers["Cache-Control"] = "no-store"
    return response
