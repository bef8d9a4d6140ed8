"""Which firm a list means by a code or a name: one of the register, or one elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.chainmap.models import OutsideMaker
from lianshu.engine.chains import code_key
from lianshu.registry.finding import OrganisationFinder
from lianshu.registry.models import Identifier, IdentifierKind, Organisation


class FirmFinder:
    """Finds by credit code or security code, then by name; reads the register once."""

    def __init__(self, actor: Actor, names: Mapping[str, int] | None = None) -> None:
        self._organisations = OrganisationFinder(actor, names or {})
        stocks = Identifier.objects.filter(kind=IdentifierKind.STOCK, valid_to__isnull=True)
        rows = stocks.filter(organisation__ended_on__isnull=True).select_related("organisation")
        self._stocks = {code_key(row.value): row.organisation for row in rows}
        self._outside = {row.code: row for row in OutsideMaker.objects.all()}

    def find(self, code: str, name: str) -> Organisation | OutsideMaker | str:
        """The firm, or the end of a sentence that says why there is none."""
        key = code_key(code)
        stock = self._stocks.get(key)
        if stock is not None:
            return stock
        outside = self._outside.get(key)
        if outside is not None:
            return outside
        reasons = []
        for text in filter(None, (key, name.strip())):
            found = self._organisations.find(text)
            if isinstance(found, Organisation):
                return found
            reasons.append(found)
        return reasons[0] if reasons else _("没有写企业代码或名称。")
