"""Addresses of receipts, answers without an account, call-backs and seals."""

from django.urls import path

from lianshu.casework import views_answer, views_callbacks, views_receipts, views_seals
from lianshu.casework.lists_callbacks import CALLBACKS
from lianshu.ui.lists.views import list_urls

CASE = "cases/<slug:public_id>/"

urlpatterns = [
    *list_urls("callbacks/", CALLBACKS),
    path("callbacks/<slug:public_id>/", views_callbacks.callback, name="callback"),
    path("ratings/", views_callbacks.ratings, name="ratings"),
    path(f"{CASE}receipt/", views_receipts.case_receipt, name="case-receipt"),
    path(f"{CASE}answer-link/", views_answer.case_answer_link, name="case-answer-link"),
    path(f"{CASE}seals/<slug:box>/<slug:role>/", views_seals.case_open_seal, name="case-open-seal"),
    path("answer/<slug:secret>/", views_answer.answer, name="answer"),
    path(f"{CASE}receipt.json", views_receipts.case_receipt_file, name="case-receipt-file"),
]
