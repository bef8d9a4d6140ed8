"""A case's receipt: as a page to print, and as the file that can be checked offline."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.casework.queries import case_by_id
from lianshu.casework.receipts import make_receipt, receipt_number, write_receipt
from lianshu.records.errors import NotFound
from lianshu.ui.requests import PageRequest, page


def _receipt(request: PageRequest, public_id: str) -> dict[str, object]:
    case = case_by_id(request.actor, public_id)
    if case is None:
        raise NotFound(_("没有这个办件，或者您的单位没有参与。"))
    return make_receipt(request.actor, case, now=timezone.now())


@page()
def case_receipt(request: PageRequest, public_id: str) -> HttpResponse:
    """What was asked, promised and done, to be read and printed."""
    receipt = _receipt(request, public_id)
    return render(
        request,
        "casework/receipt.html",
        {"receipt": _with_moments(receipt), "number": receipt_number(receipt)},
    )


@page()
def case_receipt_file(request: PageRequest, public_id: str) -> HttpResponse:
    """The file."""
    text = write_receipt(_receipt(request, public_id))
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{public_id}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _with_moments(value: object) -> object:
    """The receipt with its moments as moments, which the page says in the reader's way."""
    if isinstance(value, dict):
        return {
            name: datetime.fromisoformat(each)
            if (name in {"since", "until"} or name.endswith("at")) and _is_moment(each)
            else _with_moments(each)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_with_moments(each) for each in value]
    return value


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and "T" in value and value[:4].isdigit()
