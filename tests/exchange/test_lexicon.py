"""The lexicon: who keeps it, what it does to matching and search, its effect, history and undo."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianshu.authority import Refusal
from lianshu.exchange.lexicon import current_lexicon, search_posts
from lianshu.exchange.matching import partners_of
from lianshu.exchange.models import LexiconEntry
from lianshu.exchange.queries import demand_by_id, demands_for
from lianshu.exchange.services.lexicon import (
    add_lexicon_entry,
    edit_lexicon_entry,
    set_lexicon_active,
    undo_lexicon_change,
)
from lianshu.records.errors import Conflict, DomainError
from tests.cast import NOW, Cast


def teach(cast: Cast, *words: str, kind: str = "synonyms") -> LexiconEntry:
    return add_lexicon_entry(actor=cast.actor("officer"), kind=kind, words=words, now=NOW)


def found(cast: Cast, demand: object) -> list[int]:
    row = demand_by_id(cast.actor("officer"), demand.public_id)  # type: ignore[attr-defined]
    assert row is not None
    return [pk for pk, _one in partners_of(cast.actor("officer"), row, now=NOW).ranked]


def test_synonyms_are_used_by_matching_and_search_at_once(cast: Cast) -> None:
    demand = cast.demand("主轴抱死")
    resource = cast.resource("心轴修复")
    before = found(cast, demand)
    entry = teach(cast, "主轴", "心轴")
    assert found(cast, demand)[0] == resource.pk
    officer = cast.actor("officer")
    assert list(search_posts(demands_for(officer), "心轴")) == [demand]
    set_lexicon_active(actor=officer, entry=entry, active=False, now=NOW)
    assert found(cast, demand) == before
    assert list(search_posts(demands_for(officer), "心轴")) == []


def test_history_and_undo(cast: Cast) -> None:
    officer = cast.actor("officer")
    entry = teach(cast, "磁钢", "永磁体")
    changed = edit_lexicon_entry(
        actor=officer, entry=entry, kind="synonyms", words=["磁钢", "磁铁"], version=1, now=NOW
    )
    with pytest.raises(Conflict):
        edit_lexicon_entry(
            actor=officer, entry=entry, kind="synonyms", words=["a1", "b1"], version=1, now=NOW
        )
    back = undo_lexicon_change(actor=officer, entry=changed, now=NOW)
    assert back.words == ["磁钢", "永磁体"]
    assert [each.number for each in back.revisions.all()] == [3, 2, 1]
    fresh = teach(cast, "热等静压", kind="term")
    assert undo_lexicon_change(actor=officer, entry=fresh, now=NOW).active is False
    assert current_lexicon().terms == ()


@pytest.mark.parametrize(
    ("kind", "words", "field"),
    [
        ("synonyms", ["磁钢"], "words"),
        ("synonyms", ["磁钢", "磁钢"], "words"),
        ("term", [], "words"),
        ("term", ["磁"], "words"),
        ("term", ["长" * 31], "words"),
        ("term", [f"词语{n}" for n in range(21)], "words"),
        ("other", ["磁钢"], "kind"),
    ],
)
def test_what_cannot_be_an_entry_is_refused(
    cast: Cast, kind: str, words: list[str], field: str
) -> None:
    with pytest.raises(DomainError) as caught:
        teach(cast, *words, kind=kind)
    assert caught.value.field == field


def test_a_word_stands_in_one_entry(cast: Cast) -> None:
    teach(cast, "磁钢", "永磁体")
    with pytest.raises(DomainError, match="已经在"):
        teach(cast, "磁钢", "磁铁")


@pytest.mark.parametrize("who", ["alice", "carol", "eve", "admin"])
def test_only_chain_offices_keep_it(client: Client, cast: Cast, who: str) -> None:
    entry = teach(cast, "磁钢", "永磁体")
    with pytest.raises(Refusal):
        add_lexicon_entry(actor=cast.actor(who), kind="term", words=["热压"], now=NOW)
    client.force_login(cast.users[who])
    assert client.get(reverse("lexicon-new")).status_code == 403
    assert client.get(reverse("lexicon-entry", args=[entry.public_id])).status_code == 403
    assert client.post(reverse("lexicon-undo", args=[entry.public_id])).status_code == 403
    assert entry.public_id not in client.get(reverse("lexicon")).content.decode()


def test_pages_work_and_methods_are_kept(client: Client, cast: Cast) -> None:
    entry = teach(cast, "磁钢", "永磁体")
    addresses = [
        reverse("lexicon"),
        reverse("lexicon-new"),
        reverse("lexicon-entry", args=[entry.public_id]),
    ]
    deeds = [reverse(name, args=[entry.public_id]) for name in ("lexicon-undo", "lexicon-toggle")]
    for address in addresses:
        assert client.get(address).status_code == 302
    for deed in deeds:
        assert client.post(deed).status_code == 302
    client.force_login(cast.users["officer"])
    for address in addresses:
        assert "词" in client.get(address).content.decode()
    for deed in deeds:
        assert client.get(deed).status_code == 405
        assert client.post(deed).status_code == 302
    assert client.get(reverse("lexicon-entry", args=["nothing"])).status_code == 404


def test_the_effect_is_seen_before_it_is_saved(client: Client, cast: Cast) -> None:
    demand = cast.demand("主轴抱死")
    cast.resource("心轴修复")
    client.force_login(cast.users["officer"])
    typed = {"kind": "synonyms", "words": "主轴、心轴", "demand": demand.public_id}
    html = client.post(reverse("lexicon-new"), {**typed, "then": "preview"}).content.decode()
    assert "心轴修复" in html
    assert "保存前后的推荐" in html
    assert not LexiconEntry.objects.exists()
    response = client.post(reverse("lexicon-new"), {**typed, "then": "save"})
    assert response.status_code == 302
    assert LexiconEntry.objects.get().words == ["主轴", "心轴"]
    wrong = client.post(reverse("lexicon-new"), {**typed, "demand": "", "then": "preview"})
    assert "请选择一条需求来预览" in wrong.content.decode()


def test_the_list_asks_as_much_for_three_as_for_one(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["officer"])
    teach(cast, "磁钢", "永磁体")
    counts = []
    for more in (["主轴", "心轴"], ["氧化锆", "锆瓷"]):
        with CaptureQueriesContext(connection) as counted:
            client.get(reverse("lexicon"))
        counts.append(len(counted))
        teach(cast, *more)
    assert counts[0] == counts[1]
