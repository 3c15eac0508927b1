"""Every template, in every language, as a person would get it."""

import re

import pytest
from django.template import TemplateDoesNotExist
from django.template.base import VariableNode
from django.template.defaulttags import IfNode

from apps.notifications.rendering import ENGINE, TEXTS, MissingFact, render
from apps.notifications.wording import say
from tests.notifications.people import AT, FACTS

LANGUAGES = ("zh-hans", "en")
NAMES = sorted({path.stem for path in TEXTS.glob("*/*.txt")} - {"_close"})
PROMISED = {
    "loss_reported", "application_submitted", "review_started", "materials_requested", "approved",
    "payment_received", "ready_to_collect",
    "refused", "returned", "withdrawn", "collected", "new_device", "device_waiting", "made",
    "mandate_accepted", "mandate_revoked",
    "lapsing_soon", "lapsed", "issuer_asked", "issuer_replied", "transferred",
    "shipped", "delivered", "missing_noted", "lost_in_mail", "reissued", "certificate_ready", "export_ready", "erasure_done",
    "passport_void", "passport_found",
}  # fmt: skip
CALLED_BY_SOMEONE_IN_TROUBLE = (
    "refused", "materials_requested", "approved", "loss_reported", "new_device", "lapsing_soon", "mandate_accepted",
    "export_ready",
)  # fmt: skip

every = pytest.mark.parametrize(("name", "language"), [(name, language) for name in NAMES for language in LANGUAGES])


def facts(language, **changed):
    return say(facts={**FACTS, **changed}, language=language, time_zone="Europe/Paris", at=AT)


def written(name, language, **changed):
    return render(template=name, language=language, facts=facts(language, **changed))


def nodes(name, language):
    return ENGINE.get_template(f"{language}/{name}.txt").nodelist


def said_always(name, language):
    """Facts that stand outside every condition."""
    inside = {node for choice in nodes(name, language).get_nodes_by_type(IfNode) for node in within(choice)}
    every_node = nodes(name, language).get_nodes_by_type(VariableNode)
    return {node.filter_expression.var.var for node in every_node if node not in inside}


def within(choice):
    return [node for _, branch in choice.conditions_nodelists for node in branch.get_nodes_by_type(VariableNode)]


def all_names(name, language):
    said = {node.filter_expression.var.var for node in nodes(name, language).get_nodes_by_type(VariableNode)}
    return said | set(re.findall(r"{% if (\w+) %}", (TEXTS / language / f"{name}.txt").read_text()))


def test_every_promised_template_is_there_in_every_language():
    for language in LANGUAGES:
        there = {path.stem for path in (TEXTS / language).glob("*.txt")}
        assert there == PROMISED | {"_close"}, language


@every
def test_a_full_set_of_facts_makes_a_whole_message(name, language):
    text = written(name, language)

    assert text.title
    assert "\n" not in text.title
    assert len(text.title) <= 60
    assert 3 <= len(text.body.split("\n\n")) <= 12
    assert not re.search(r"[{}%]|None|\n{3,}|^\s|\s$", text.body)
    assert not re.search(r"[{}%]|None", text.title)


@every
def test_the_fewest_facts_make_a_whole_message_too(name, language):
    few = {key: value for key, value in facts(language).items() if key in said_always(name, language)}

    text = render(template=name, language=language, facts=few)

    assert not re.search(r"[{}%]|\n{3,}|  |^\s|\s$|[，。：] ?[，。：]", text.body)
    assert "Paris" not in text.body or "added_at" in few


@every
def test_a_missing_fact_stops_the_message(name, language):
    for fact in said_always(name, language):
        for nothing in ({fact: ""}, {fact: None}):
            with pytest.raises(MissingFact, match=fact):
                written(name, language, **nothing)
        rest = {key: value for key, value in facts(language).items() if key != fact}
        with pytest.raises(MissingFact, match=fact):
            render(template=name, language=language, facts=rest)


@every
def test_a_template_says_only_facts_that_exist(name, language):
    assert all_names(name, language) <= set(FACTS)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_the_same_facts(name):
    chinese, english = (written(name, language) for language in LANGUAGES)

    assert all_names(name, "zh-hans") == all_names(name, "en")
    assert said_always(name, "zh-hans") == said_always(name, "en")
    assert len(chinese.body.split("\n\n")) == len(english.body.split("\n\n"))


@every
def test_a_message_tells_where_to_look_that_we_never_phone_for_money_and_who_wrote(name, language):
    paragraphs = written(name, language).body.split("\n\n")

    assert FACTS["link"] in paragraphs[-3]
    assert "12308" in paragraphs[-2]
    assert paragraphs[-1] == FACTS["post"]


@every
def test_chinese_is_written_with_chinese_marks_and_english_without(name, language):
    source = re.sub(r"{[{%].*?[%}]}", "", (TEXTS / language / f"{name}.txt").read_text())

    strange = r"[,;:!?()]|[A-Za-z]{2}" if language == "zh-hans" else r"[\u3000-\u9fff\uff00-\uffef]"
    assert re.findall(strange, source) == []


@pytest.mark.parametrize("name", CALLED_BY_SOMEONE_IN_TROUBLE)
def test_who_must_act_reads_what_happens_otherwise(name):
    otherwise = r"\bafter that\b|\bif it was not\b|\bif you did not\b|\bas a rule too late\b"
    assert re.search(otherwise, written(name, "en").body, re.IGNORECASE)


@pytest.mark.parametrize("name", ["refused", "materials_requested", "returned"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_are_listed_one_a_line_with_the_explanation(name, language):
    body = written(name, language).body

    assert "\n\n- 照片不清楚\n- 缺少国籍声明\n\n" in body
    assert FACTS["note"] in body


def test_money_is_asked_for_only_where_some_is_due():
    """``amount`` is what was paid: whoever paid is not asked again."""
    for name in ("application_submitted", "approved", "ready_to_collect"):
        assert "EUR 16.00" in written(name, "en").body
        assert "16.00 欧元" in written(name, "zh-hans").body
        assert "pay" not in written(name, "en", amount_due="").body.lower()


def test_a_refusal_tells_how_to_appeal():
    """R31: written, with review and lawsuit information."""
    assert re.search(r"60日.*行政复议.*6个月.*行政诉讼", written("refused", "zh-hans").body)
    assert re.search(r"review within 60 days .* six months", written("refused", "en").body)


def test_what_people_test_with_is_what_texts_say():
    said = {fact for name in NAMES for language in LANGUAGES for fact in all_names(name, language)}

    assert said | {"status", "currency", "post", "link"} == set(FACTS)


def test_there_is_no_template_and_no_language_by_accident():
    for missing in ({"template": "nothing", "language": "en"}, {"template": "refused", "language": "fr"}):
        with pytest.raises(TemplateDoesNotExist):
            render(facts=facts("en"), **missing)


def test_facts_are_text_and_never_template():
    text = written("refused", "en", note="{{ link }}{% include 'x' %}<b>&amp;")

    assert "{{ link }}{% include 'x' %}<b>&amp;" in text.body
