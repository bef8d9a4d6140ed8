"""Every table, read-only, for whoever develops. Mounted only with DEBUG."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Shows rows; writes go through services, which keep history and audit."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


readonly_site = admin.AdminSite(name="admin")
readonly_site.site_header = "链枢 · 数据（只读）"
for _model in apps.get_models():
    if not _model._meta.swapped:
        readonly_site.register(_model, ReadOnlyAdmin)
