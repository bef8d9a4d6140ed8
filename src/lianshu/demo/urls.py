"""Addresses of the demo."""

from __future__ import annotations

from django.urls import path

from lianshu.demo.views import about_demo

urlpatterns = [path("demo/about/", about_demo, name="about-demo")]
