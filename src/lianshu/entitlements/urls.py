"""Addresses of entitlements."""

from lianshu.entitlements import urls_diagnosis, urls_ladders, urls_library

urlpatterns = [
    *urls_diagnosis.urlpatterns,
    *urls_library.urlpatterns,
    *urls_ladders.urlpatterns,
]
