"""Addresses of entitlements."""

from lianshu.entitlements import urls_diagnosis

urlpatterns = [*urls_diagnosis.urlpatterns]
