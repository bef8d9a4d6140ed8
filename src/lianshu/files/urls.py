"""Addresses of stored files, under /files/."""

from django.urls import path

from lianshu.files import views

app_name = "files"

urlpatterns = [path("<slug:public_id>/", views.download, name="download")]
