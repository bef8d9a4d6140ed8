"""Addresses of webhooks."""

from django.urls import path

from lianshu.notices import views_webhooks as views

ONE = "<slug:public_id>/"

urlpatterns = [
    path("", views.webhooks, name="webhooks"),
    path("new/", views.webhook_new, name="webhook-new"),
    path(ONE, views.webhook, name="webhook"),
    path(f"{ONE}edit/", views.webhook_edit, name="webhook-edit"),
    path(f"{ONE}pause/", views.webhook_pause, name="webhook-pause"),
    path(f"{ONE}resume/", views.webhook_resume, name="webhook-resume"),
    path(f"{ONE}rotate/", views.webhook_rotate, name="webhook-rotate"),
    path(f"{ONE}test/", views.webhook_test, name="webhook-test"),
    path(f"{ONE}retry/", views.webhook_retry, name="webhook-retry"),
    path(f"{ONE}remove/", views.webhook_remove, name="webhook-remove"),
]
