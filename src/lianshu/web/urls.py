"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

from lianshu.jobs.views import healthz

urlpatterns = [
    path("files/", include("lianshu.files.urls")),
    path("healthz", healthz, name="healthz"),
    path("inbox/", include("lianshu.notices.urls")),
    path("jobs/", include("lianshu.jobs.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
