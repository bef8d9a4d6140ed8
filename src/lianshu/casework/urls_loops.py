"""Addresses of the board and of loops."""

from django.urls import path

from lianshu.casework import views_loops, views_migrating
from lianshu.casework.lists_loops import LOOPS
from lianshu.ui.lists.views import list_urls

urlpatterns = [
    *list_urls("loops/", LOOPS),
    path("loops/<slug:loop>/", views_loops.loop, name="loop"),
    path("loops/<slug:loop>/migrate/", views_migrating.loop_migrate, name="loop-migrate"),
    path("board/", views_loops.case_board, name="case-board"),
]
