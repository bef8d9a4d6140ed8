"""One list component: declare a `ListSpec`, mount it with `list_urls`.

Search, filters, order, paging, saved links, bulk actions with preview and undo, and export all
come from the declaration. See docs/decisions/0007-one-list-component.md.
"""

from lianshu.ui.lists.filters import (
    ChoiceFilter,
    DateFilter,
    Filter,
    MoneyFilter,
    Option,
    Text,
    TextFilter,
    YesNoFilter,
)
from lianshu.ui.lists.spec import Action, ActorForm, BulkAction, Channel, Column, ListSpec, Tile

__all__ = [
    "Action",
    "ActorForm",
    "BulkAction",
    "Channel",
    "ChoiceFilter",
    "Column",
    "DateFilter",
    "Filter",
    "ListSpec",
    "MoneyFilter",
    "Option",
    "Text",
    "TextFilter",
    "Tile",
    "YesNoFilter",
]
