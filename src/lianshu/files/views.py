"""The only way a stored file leaves the server."""

from __future__ import annotations

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache

from lianshu.files.queries import readable_file
from lianshu.files.services import note_download
from lianshu.ui.requests import PageRequest, page


@never_cache
@page()
def download(request: PageRequest, public_id: str) -> HttpResponseBase:
    """The file as an attachment, never shown inside a page of this site."""
    actor = request.actor
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
