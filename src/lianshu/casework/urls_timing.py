"""Addresses of the clock, comments, colleagues and opening again."""

from django.urls import path

from lianshu.casework import views_timing as views

CASE = "cases/<slug:public_id>/"

urlpatterns = [
    path(f"{CASE}suspend/", views.case_suspend, name="case-suspend"),
    path(f"{CASE}resume/", views.case_resume, name="case-resume"),
    path(f"{CASE}extend/", views.case_extend, name="case-extend"),
    path(f"{CASE}comment/", views.case_comment, name="case-comment"),
    path(f"{CASE}hand-over/<int:task_id>/", views.case_hand_over, name="case-hand-over"),
    path(f"{CASE}reopen/", views.case_reopen, name="case-reopen"),
]
