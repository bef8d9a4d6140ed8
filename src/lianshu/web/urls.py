"""Every address of the site."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from lianshu.accounts.throttling import too_many_requests
from lianshu.jobs.views import healthz
from lianshu.web.views.chains import chain
from lianshu.web.views.exports import export_file
from lianshu.web.views.home import home
from lianshu.web.views.organisations import organisation

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("", include("lianshu.accounts.urls_standing")),
    path("accounts/", include("lianshu.accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("inbox/", include("lianshu.notices.urls")),
    path("webhooks/", include("lianshu.notices.urls_webhooks")),
    path("jobs/", include("lianshu.jobs.urls")),
    path("files/", include("lianshu.files.urls")),
    path("exports/<slug:key>/", export_file, name="export-file"),
    path("api/", include("lianshu.api.urls")),
    path("", include("lianshu.accounts.urls_outside")),
    path("", include("lianshu.imports.urls")),
    path("", include("lianshu.registry.urls")),
    path("", include("lianshu.exchange.urls")),
    path("", include("lianshu.casework.urls")),
    path("", include("lianshu.rounds.urls")),
    path("", include("lianshu.chainmap.urls")),
    path("", include("lianshu.coverage.urls")),
    path("", include("lianshu.entitlements.urls")),
    path("", include("lianshu.demo.urls")),
    path("organisations/<slug:public_id>/", organisation, name="organisation"),
    path("chains/<slug:code>/", chain, name="chain"),
]
handler429 = too_many_requests
if settings.DEBUG:
    from lianshu.web.admin import readonly_site

    urlpatterns.append(path("admin/", readonly_site.urls))
