"""Addresses of receipts, answers without an account, call-backs and seals."""

from django.urls import path

from lianshu.casework import views_answer, views_receipts

CASE = "cases/<slug:public_id>/"

urlpatterns = [
    path(f"{CASE}receipt/", views_receipts.case_receipt, name="case-receipt"),
    path(f"{CASE}answer-link/", views_answer.case_answer_link, name="case-answer-link"),
    path("answer/<slug:secret>/", views_answer.answer, name="answer"),
    path(f"{CASE}receipt.json", views_receipts.case_receipt_file, name="case-receipt-file"),
]
