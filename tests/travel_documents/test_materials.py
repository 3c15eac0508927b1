"""What is asked for, and what an officer may ask for besides."""

import pytest
from django.utils import translation

from apps.cases import services
from apps.kernel.workflow import Actor, By
from apps.travel_documents import materials
from apps.travel_documents.reasons import CONCERNS, DEFICIENCIES, GROUNDS
from tests.cases.factories import AT, applicant_of, make_case, make_file
from tests.journeys.people import Phone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("reason", sorted(CONCERNS))
def test_whatever_an_officer_asks_for_can_be_sent(reason):
    case = make_case("preliminary_review")
    clerk, material = Actor(By.OFFICER, case.officer), CONCERNS[reason]
    services.move(case=case, name="ask", actor=clerk, at=AT, reasons=[reason], note="请补充")
    file = make_file(case.applicant, kind="photo" if material == "photo" else "paper")

    sent = Phone(case.applicant).post(f"/api/v1/cases/{case.pk}/attachments", material=material, file=str(file.pk))

    assert sent.status_code == 201
    listed = next(asked for asked in sent.parsed["materials"] if asked["code"] == material)
    assert str(file.pk) in [paper["file"] for paper in listed["attachments"]]


def test_what_was_asked_for_stays_on_the_list_and_holds_back_nobody_who_has_none():
    case = make_case("preliminary_review")
    clerk = Actor(By.OFFICER, case.officer)
    services.move(case=case, name="ask", actor=clerk, at=AT, reasons=["residence_missing"], note="请补充")

    answered = services.move(case=case, name="answer", actor=applicant_of(case), at=AT)

    assert "residence_permit" in [asked.code for asked in materials.materials(answered)]


def test_every_paper_has_a_deficiency_of_its_own():
    fixed = [materials.PHOTO, materials.IDENTITY, materials.PRESENCE, materials.POLICE]
    papers = {material.code for material in [*fixed, *materials.ON_REQUEST]}

    assert set(CONCERNS.values()) == papers
    assert set(CONCERNS) <= set(DEFICIENCIES)


def test_the_grounds_of_refusal_are_those_of_the_law():
    """R31: Passport Law article 13 (1)-(7) and article 14 (1)-(2)."""
    with translation.override("en"):
        named = "".join(str(words) for words in GROUNDS.values())

    articles = [("13", range(1, 8)), ("14", range(1, 3))]
    assert [named.count(f"article {article} ({number})") for article, numbers in articles for number in numbers] == [
        1
    ] * 9


def test_no_reason_says_that_a_post_needs_a_police_report_when_none_does():
    assert not materials.POLICE.required
    with translation.override("en"):
        assert "if the police gave you one" in str(DEFICIENCIES["police_report_missing"])
