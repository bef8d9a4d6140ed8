"""The first page after log-in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from lianshu.ui.requests import PageRequest, page


@page()
def home(request: PageRequest) -> HttpResponse:
    """What waits for this person."""
    return render(request, "web/home.html")
