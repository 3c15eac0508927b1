"""Everything the project and its theme can say is said in Chinese too, and the catalogue is what its tool writes."""

import re
from gettext import GNUTranslations
from string import Formatter

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext

from apps.cases.statuses import Status
from consular.locale import catalogue
from consular.locale.__main__ import update
from consular.locale.texts import Text, all_texts, in_python, in_template, of_the_theme, ours

SOURCE = catalogue.FOLDER / catalogue.SOURCE
PLACES = all_texts()
TRANSLATIONS = catalogue.read(SOURCE)

PUBLISHED = {
    "draft": "草稿",
    "submitted": "已提交",
    "preliminary_review": "初审中",
    "info_requested": "待补充材料",
    "payment_due": "待缴费",
    "production": "待制证",
    "ready_to_collect": "待取证",
    "collected": "已领取",
    "returned": "退件",
    "refused": "不予签发",
    "withdrawn": "已撤回",
    "issuer_verification": "等待原发证机关核实",
    "final_review": "复审中",
    "ready_to_ship": "待邮寄",
    "shipped": "已寄出",
    "delivered": "已签收",
    "lost_in_mail": "邮寄遗失",
    "lapsed": "已失效",
}


def placeholders(text):
    named = re.findall(r"%\(\w+\)[a-z]|%[sd%]", text)
    return sorted(named + [f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name is not None])


def test_every_text_has_a_translation():
    missing = {text.one: PLACES[text] for text in PLACES if not TRANSLATIONS.get(text)}
    assert missing == {}


def test_the_catalogue_holds_nothing_that_is_no_longer_said():
    assert sorted(set(TRANSLATIONS) - set(PLACES)) == []


def test_translations_keep_every_placeholder():
    changed = [text.one for text, said in TRANSLATIONS.items() if placeholders(said) != placeholders(text.one)]
    assert changed == []


def test_translations_are_chinese():
    """Except what is the same in every language: an amount, a name of a model."""
    same = {text.one for text, said in TRANSLATIONS.items() if not re.search(r"[\u3400-\u9fff]", said)}
    assert {one for one in same if re.search(r"[A-Za-z]{2}", re.sub(r"%\(\w+\)s", "", one))} == set()


def test_the_catalogue_is_as_its_tool_writes_it():
    assert SOURCE.read_text(encoding="utf-8") == catalogue.write(TRANSLATIONS, PLACES)


def test_what_django_reads_was_compiled_from_what_people_edit():
    assert (catalogue.FOLDER / catalogue.COMPILED).read_bytes() == catalogue.compiled(SOURCE)


def test_the_published_names_of_the_statuses_are_used():
    with translation.override("zh-hans"):
        assert {status.value: str(status.label) for status in Status} == PUBLISHED


def test_django_speaks_our_words_and_the_theme_s():
    with translation.override("zh-hans"):
        assert gettext("This case is finished.") == "该办件已办结。"
        assert gettext("Filters") == "筛选"
        assert ngettext("%d day", "%d days", 3) % 3 == "3 天"
    with translation.override("en"):
        assert gettext("This case is finished.") == "This case is finished."
        assert ngettext("%d day", "%d days", 1) % 1 == "1 day"


def test_the_theme_and_the_project_are_both_read():
    assert Text("Search apps and models...") in of_the_theme()
    assert "apps/cases/statuses.py" in ours()[Text("Under preliminary review")]
    assert any(place.endswith(".html") for places in ours().values() for place in places)


# The extractor


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('from django.utils.translation import gettext_lazy as _\nx = _("a")', [Text("a")]),
        ('from django.utils.translation import gettext\nx = gettext("a" "b")', [Text("ab")]),
        ('from django.utils.translation import ngettext as n\nx = n("%d a", "%d b", 2)', [Text("%d a", "%d b")]),
        ('from django.utils.translation import pgettext\nx = pgettext("c", "a")', [Text("a", context="c")]),
        ('from django.utils import translation\nx = translation.gettext("a")', [Text("a")]),
        ('x = _("not imported, so no translation")', []),
        ("from django.utils.translation import gettext as _\nx = _(variable)", []),
    ],
)
def test_texts_are_found_in_python(source, found):
    assert list(in_python(source)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% translate "It\'s a" %}', [Text("It's a")]),
        ("{% trans 'a \"b\"' as c %}", [Text('a "b"')]),
        ('{% translate "a" context "c" %}', [Text("a", context="c")]),
        ('{{ title|default:_("a") }}', [Text("a")]),
        ('{% include "x.html" with title=_("a") %}', [Text("a")]),
        ("{% blocktranslate trimmed %}\n  a\n  {{ b }}\n{% endblocktranslate %}", [Text("a %(b)s")]),
        (
            "{% blocktranslate count n=m %}{{ n }} a{% plural %}{{ n }} b{% endblocktranslate %}",
            [Text("%(n)s a", "%(n)s b")],
        ),
        ("{# a #}{% comment %}{% translate 'b' %}{% endcomment %}gettext without a call", []),
    ],
)
def test_texts_are_found_in_templates(source, found):
    assert list(in_template(source)) == found


# The tool


def test_the_tool_adds_what_is_new_and_drops_what_is_gone(tmp_path):
    old, gone, new = Text("%d old", "%d olds"), Text("gone"), Text("new")
    source = tmp_path / "django.po"
    source.write_text(catalogue.write({old: "%d 个", gone: "已无"}, {old: ["b.py"], gone: ["b.py"]}), encoding="utf-8")

    missing = update(tmp_path, {new: ["a.py"], old: ["b.py"]})

    assert missing == ["new"]
    assert catalogue.read(source) == {new: "", old: "%d 个"}
    with (tmp_path / "django.mo").open("rb") as compiled:
        assert GNUTranslations(compiled).ngettext("%d old", "%d olds", 2) == "%d 个"


def test_a_fuzzy_translation_counts_as_none(tmp_path):
    source = tmp_path / "django.po"
    written = catalogue.write({Text("new"): "新"}, {Text("new"): ["a.py"]})
    source.write_text(written.replace("#: a.py", "#: a.py\n#, fuzzy"), encoding="utf-8")

    assert catalogue.read(source) == {Text("new"): ""}
