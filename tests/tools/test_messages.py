"""tools/messages.py: texts are found, translated, compiled, and missed when they are missing."""

import gettext
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from tools import messages


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a text in Python, one in a template, and ones that are no texts."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "migrations").mkdir()
    (tmp_path / "models.py").write_text(
        'title = _("需求")\ncount = ngettext_lazy("%(n)s 条", "%(n)s 条", 2)\nplain = "x"\n',
        encoding="utf-8",
    )
    (tmp_path / "templates" / "page.html").write_text(
        "<p>{% translate '资源' %}{% blocktranslate %}共 {{ n }} 项{% endblocktranslate %}</p>",
        encoding="utf-8",
    )
    (tmp_path / "migrations" / "0001.py").write_text('_("旧")', encoding="utf-8")
    return tmp_path


def translate(package: Path, text: str, english: str | tuple[str, str]) -> None:
    """Fill one text in, as a translator does."""
    path = messages.po_path(package)
    with path.open("rb") as file:
        catalog = read_po(file, locale="en")
    found = catalog.get(text)
    assert found is not None
    found.string = english
    with path.open("wb") as file:
        write_po(file, catalog)


def test_texts_of_python_and_templates_are_collected(package: Path) -> None:
    messages.write_catalog(package)
    po = messages.po_path(package).read_text(encoding="utf-8")
    for text in ("需求", "资源", "共 %(n)s 项", "%(n)s 条"):
        assert f'"{text}"' in po
    assert "旧" not in po


def test_collecting_twice_changes_nothing_and_keeps_the_english(package: Path) -> None:
    messages.write_catalog(package)
    translate(package, "需求", "Demand")
    messages.write_catalog(package)
    first = messages.po_path(package).read_bytes()
    messages.write_catalog(package)
    assert messages.po_path(package).read_bytes() == first
    assert b"Demand" in first


def test_what_lacks_english_is_named_with_its_file(package: Path) -> None:
    messages.write_catalog(package)
    translate(package, "需求", "Demand")
    translate(package, "%(n)s 条", ("%(n)s item", ""))
    assert messages.untranslated(package) == [
        "models.py: %(n)s 条",
        "templates/page.html: 资源",
        "templates/page.html: 共 %(n)s 项",
    ]


def test_gettext_is_found_by_whatever_name_a_module_gives_it(package: Path) -> None:
    (package / "models.py").write_text(
        "from django.utils.translation import gettext_lazy as lazy\n"
        "from django.utils.translation import pgettext_lazy as _in\n"
        'a, b, c = lazy("项目"), _in("list", "单位"), other("无关")\n',
        encoding="utf-8",
    )
    messages.write_catalog(package)
    catalog = messages.read_catalog(package)
    assert catalog.get("项目") is not None
    assert catalog.get("单位", context="list") is not None
    assert catalog.get("无关") is None


def test_a_name_that_the_text_does_not_have_is_told(package: Path) -> None:
    messages.write_catalog(package)
    translate(package, "共 %(n)s 项", "%(n)s in total")
    assert messages.unfit(package) == []
    translate(package, "共 %(n)s 项", "%(total)s in total")
    assert len(messages.unfit(package)) == 1
    assert messages.unfit(package)[0].startswith("共 %(n)s 项: ")


@pytest.mark.parametrize(
    ("english", "status"), [("%(n)s in total", 0), ("", 1), ("%(total)s in total", 1)]
)
def test_the_check_fails_for_a_single_text(
    package: Path, monkeypatch: pytest.MonkeyPatch, english: str, status: int
) -> None:
    messages.write_catalog(package)
    translate(package, "需求", "Demand")
    translate(package, "%(n)s 条", ("%(n)s item", "%(n)s items"))
    translate(package, "资源", "Resource")
    translate(package, "共 %(n)s 项", english)
    monkeypatch.setattr(messages, "PACKAGE", package)
    assert messages.main(["check"]) == status


def test_a_new_text_is_missed_before_it_is_collected(package: Path) -> None:
    assert len(messages.untranslated(package)) == 4


def test_the_compiled_catalog_answers_in_english(package: Path) -> None:
    messages.write_catalog(package)
    translate(package, "需求", "Demand")
    messages.compile_catalog(package)
    with messages.po_path(package).with_suffix(".mo").open("rb") as file:
        catalog = gettext.GNUTranslations(file)
    assert catalog.gettext("需求") == "Demand"
    assert catalog.gettext("资源") == "资源"


def test_wrong_usage_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert messages.main(["translate"]) == 2
    assert "collect | compile | check" in capsys.readouterr().err
