"""The officer's page of a lost passport: own post only, one form per act, everything written down."""

import re

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.audit.models import Entry
from apps.kernel.workflow import Actor, By
from apps.losses import services
from apps.losses.models import FoundReport, LossReport
from apps.seals import services as seals
from tests.accounts.factories import AT, make_citizen, make_user
from tests.cases.factories import make_case
from tests.losses.factories import RIGHTS, authority, make_officer, make_post, make_report, notified

pytestmark = pytest.mark.django_db
LIST = "/admin/losses/lossreport/"


@pytest.fixture(autouse=True)
def paris():
    return make_post()


@pytest.fixture
def report():
    return make_report()


@pytest.fixture
def officer():
    return make_officer()


def screen(user, language="en"):
    client = Client(headers={"Accept-Language": language}, enforce_csrf_checks=False)
    client.force_login(user)
    return client


def page(report):
    return f"{LIST}{report.pk}/change/"


def acts_on(response):
    return re.findall(r'name="move" value="(\w+)"', response.content.decode())


def press(client, report, move, **fields):
    report.refresh_from_db()
    return client.post(page(report), {"move": move, "version": report.version, **fields})


def actions(report):
    return set(Entry.objects.filter(subject=report.subject).values_list("action", flat=True))


def test_an_officer_takes_a_passport_from_frozen_to_void(officer, report):
    desk = screen(officer)
    assert acts_on(desk.get(page(report))) == ["notify_issuer", "report_found"]

    done = press(desk, report, "notify_issuer", authority="NIA", sent="letter", reference="RR1")
    assert (done.status_code, done["Location"]) == (302, page(report))
    assert acts_on(desk.get(page(report))) == ["notify_issuer", "declare_void", "report_found"]
    assert press(desk, report, "declare_void", reference="88").status_code == 302
    assert press(desk, report, "report_found").status_code == 302
    assert acts_on(desk.get(page(report))) == ["hand_in"]
    assert press(desk, report, "hand_in").status_code == 302

    shown = desk.get(page(report)).content.decode()
    assert "There is nothing to do for you now." in shown
    assert "Declared void by the issuing authority" in shown
    assert "It stays void all the same" in shown
    assert FoundReport.objects.get().handed_in_to == officer
    assert {
        "issuer_notified",
        "void_declared",
        "passport_found",
        "passport_handed_in",
        "loss_report_viewed",
    } <= actions(report)


def test_what_was_typed_is_kept_when_it_is_wrong(officer, report):
    answer = press(screen(officer), report, "notify_issuer", authority="NIA", sent="email", reference="RR<1")
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "No e-mail address of this authority is known." in shown
    assert 'value="RR&lt;1"' in shown
    report.refresh_from_db()
    assert report.status == "frozen"


@pytest.mark.parametrize(
    ("move", "fields"),
    [
        ("declare_void", {"reference": "88"}),
        ("hand_in", {}),
        ("notify_issuer", {"authority": "NIA", "sent": "pigeon", "reference": "1"}),
        ("notify_issuer", {"authority": "XXX", "sent": "letter", "reference": "1"}),
        ("notify_issuer", {"authority": "NIA", "sent": "letter", "reference": ""}),
        ("report_found", {"found_on": "1999-01-01"}),
        ("thaw", {}),
        ("", {}),
    ],
)
def test_what_is_not_possible_is_refused_and_leaves_no_trace(officer, report, move, fields):
    assert press(screen(officer), report, move, **fields).status_code == 409
    report.refresh_from_db()
    assert (report.status, report.notices.count(), FoundReport.objects.count()) == ("frozen", 0, 0)
    assert actions(report) == {"passport_frozen"}


def test_two_officers_at_once_do_not_pass_each_other(officer, report):
    desk, seen = screen(officer), report.version
    notified(report, make_officer())
    answer = desk.post(
        page(report), {"move": "notify_issuer", "version": seen, "authority": "NIA", "sent": "letter", "reference": "2"}
    )
    assert answer.status_code == 409
    assert report.notices.count() == 1


def test_another_post_sees_nothing_of_it(report):
    tokyo = make_post("TYO")
    tokyo.country = "JP"
    tokyo.save()
    desk = screen(make_officer(tokyo))

    assert str(report.pk) not in desk.get(LIST).content.decode()
    assert str(report.pk) not in desk.get(LIST, {"q": report.passport_number}).content.decode()
    assert desk.get(page(report))["Location"] == LIST
    assert press(desk, report, "notify_issuer", authority="NIA", sent="letter", reference="1")["Location"] == LIST
    for rest in ("notice/NIA/", "certificate/", "history/", "delete/"):
        assert desk.get(f"{LIST}{report.pk}/{rest}").status_code in {302, 403, 404}
    assert actions(report) == {"passport_frozen"}


def test_a_case_at_the_own_post_opens_the_citizens_reports(officer):
    case = make_case("submitted")
    elsewhere = make_report(case.citizen, country="KP", place="Pyongyang", passport_number="E99999999")
    draft = make_case("draft")
    unseen = make_report(draft.citizen, country="KP", place="Pyongyang", passport_number="E88888888")

    seen = LossReport.objects.in_sight(officer)
    assert elsewhere in seen
    assert unseen not in seen
    assert seen.count() == seen.distinct().count()


@pytest.mark.parametrize("right", RIGHTS)
def test_each_act_needs_its_right(report, right):
    notified(report, make_officer())
    services.report_found(report=report, actor=acting(make_officer()), at=AT)
    may = {
        "view_lossreport": [],
        "notify_issuer": ["notify_issuer"],
        "declare_void": ["declare_void"],
        "hand_in": ["hand_in"],
    }
    rights = {"view_lossreport", right}
    assert acts_on(screen(make_officer(rights=rights)).get(page(report))) == may[right]


def acting(officer):
    return Actor(By.OFFICER, officer)


def test_without_the_right_to_view_there_is_no_page(report):
    desk = screen(make_officer(rights=["notify_issuer"]))
    assert desk.get(LIST).status_code == 403
    assert press(desk, report, "notify_issuer", authority="NIA", sent="letter", reference="1").status_code == 302
    report.refresh_from_db()
    assert report.status == "frozen"


def test_a_form_without_its_token_is_refused(officer, report):
    desk = Client(enforce_csrf_checks=True)
    desk.force_login(officer)
    assert press(desk, report, "notify_issuer", authority="NIA", sent="letter", reference="1").status_code == 403


def test_a_repeated_loss_is_pointed_out(officer):
    citizen = make_citizen(make_user())
    make_report(citizen, passport_number="E1")
    shown = screen(officer).get(page(make_report(citizen))).content.decode()
    assert "This person has reported 1 other lost passport." in shown
    assert "2026-11-21" in shown


def test_every_field_has_a_label_and_every_id_is_there_once(officer, report):
    notified(report, officer)
    html = screen(officer).get(page(report)).content.decode()
    main = html[html.index('class="cl-page"') :]
    fields = re.findall(
        r'<(?:input|select)(?![^>]*type="hidden")[^>]*id="([^"]+)"',
        main[: main.index("</section>", main.index('id="act"'))],
    )
    assert len(fields) >= 5
    assert all(f'for="{field}"' in main for field in fields)
    ids = re.findall(r'\sid="([^"]+)"', main)
    assert len(ids) == len(set(ids))


def test_both_languages_have_the_page(officer, report):
    assert screen(officer, "zh-hans").get(page(report)).status_code == 200


def test_the_notice_can_be_printed_and_that_is_written_down(officer, report):
    seals.create_keys(at=AT)
    answer = screen(officer).get(f"{LIST}{report.pk}/notice/{authority().pk}/")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    assert "issuer_notice_read" in actions(report)
    assert screen(officer).get(f"{LIST}{report.pk}/notice/XXX/").status_code == 404


def test_a_superuser_sees_every_post(report):
    boss = User.objects.create_superuser("boss", "correct horse battery staple")
    assert str(report.pk) in screen(boss).get(LIST).content.decode()


def test_the_list_is_a_fixed_number_of_queries(officer, django_assert_max_num_queries):
    for number in range(5):
        make_report(passport_number=f"E{number}")
    desk = screen(officer)
    with django_assert_max_num_queries(12):
        desk.get(LIST)
