"""The only way a stored file leaves the server."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lianshu.files.queries import readable_file
from lianshu.files.services import note_download
from lianshu.records.http import actor_of


@never_cache
@login_required
@require_GET
def download(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The file as an attachment, never shown inside a page of this site."""
    actor = actor_of(request)
    stored = readable_file(actor, public_id)
    content = stored.content.open("rb")
    note_download(actor=actor, stored=stored, now=timezone.now())
    return FileResponse(
        content,
        as_attachment=True,
        filename=stored.name,
        content_type=stored.content_type,
        headers={"X-Content-Type-Options": "nosniff"},
    )
