"""axe finds nothing serious on any page of staff; what people write stays text.

What it judges (contrast, roles, order, names) is the same in both languages; that every name is there in both is
proven by ``Desk.check``, on every page that ``test_officer`` opens.
"""

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from apps.accounts.models import Citizen, User
from apps.audit.services import record
from apps.cases import services
from apps.cases.models import Case
from apps.kernel.workflow import SYSTEM
from apps.losses.models import LossReport
from apps.payments.models import Payment
from apps.travel_documents.models import TravelDocument
from tests.browser.barriers import barriers
from tests.browser.conftest import PASSWORD
from tests.cases.factories import applicant_of, make_case, make_draft
from tests.payments.factories import make_payment, make_priced_post, make_quote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

BEFORE = {"sign-in": "/admin/login/", "enrolment": "/admin/enrol/"}


@pytest.fixture
def boss(transactional_db):
    return User.objects.create_superuser("officer-boss-1", PASSWORD)


def lists():
    return {
        "start": "/admin/",
        "queue": "/admin/cases/case/",
        "loss reports": "/admin/losses/lossreport/",
        "payments": "/admin/payments/payment/",
        "audit": "/admin/audit/entry/",
        "accounts of staff": "/admin/accounts/officeruser/",
        "passkeys": "/admin/passkeys/passkey/",
        "my passkeys": "/admin/my-passkeys/",
        "change password": "/admin/password_change/",
        "posts": "/admin/posts/post/",
    }


def found_on(desk, pages):
    found = {}
    for name, address in pages.items():
        desk.open(address)
        desk.page.wait_for_load_state("load")
        if wrong := barriers(desk.page):
            found[name] = wrong
    return found


def test_axe_finds_nothing_serious_before_and_behind_the_door(desks, boss):
    assert make_payment(make_quote(post=make_priced_post("ROM")), provider="sandbox")
    make_case()
    assert LossReport.objects.exists()
    assert Payment.objects.exists()
    desk = desks("zh-hans")

    found = found_on(desk, BEFORE)
    desk.come_in(boss)
    found |= found_on(desk, lists())

    assert found == {}


def test_axe_finds_nothing_serious_on_a_case(desks, officer, with_papers):
    case = with_papers(make_case("preliminary_review", post=officer.officer.post, officer=officer))
    desk = desks("en")
    desk.come_in(officer)
    desk.open(f"/admin/cases/case/{case.pk}/change/")
    assert barriers(desk.page) == []
    for move in desk.page.locator(".cc-move summary").all():
        move.click()
        assert barriers(desk.page) == []
    desk.open("/admin/cases/case/")
    assert barriers(desk.page) == []


def test_axe_finds_nothing_serious_on_a_refusal(desks, officer):
    desk = desks("en")
    desk.come_in(officer)
    desk.open("/admin/audit/entry/")
    expect(desk.page.locator("h1")).to_have_text("Not allowed")
    assert barriers(desk.page) == []
    desk.faults.clear()


def test_the_checker_sees_a_barrier(desks):
    """Or the tests above would prove nothing."""
    desk = desks("en")
    desk.open("/admin/login/")
    desk.page.evaluate("document.querySelector('label[for=id_username]').remove()")

    assert [wrong for wrong in barriers(desk.page) if wrong.startswith("label")]


# Stored XSS (security I7)

NASTY = "<script>alert(1)</script>{{7*7}}\"><img src=x onerror=alert(2)>' x-data x-init=alert(3) =cmd()"


def test_what_people_write_stays_text_everywhere(desks, boss, with_papers):
    case = with_papers(make_draft())
    Citizen.objects.filter(pk=case.citizen_id).update(name=NASTY[:60], surname=NASTY[:60])
    TravelDocument.objects.filter(case=case).update(destination=NASTY[:60], address=NASTY)
    case = services.move(
        case=Case.objects.get(pk=case.pk), name="submit", actor=applicant_of(case), at=now(), note=NASTY
    )
    LossReport.objects.update(place=NASTY[:100])
    record(actor=SYSTEM, action=NASTY[:64], subject=NASTY[:100], at=now())
    desk, dialogs = desks("en"), []
    desk.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    desk.come_in(boss)

    pages = {**lists(), "case": f"/admin/cases/case/{case.pk}/change/"}
    shown = {}
    for name, address in pages.items():
        desk.open(address)
        desk.page.wait_for_load_state("networkidle")
        shown[name] = desk.page.locator("body").inner_text()
        assert desk.page.locator("img[src=x], [x-init='alert(3)']").count() == 0, name

    assert dialogs == []
    written = NASTY[:25].casefold()
    assert {name for name, text in shown.items() if written in text.casefold()} >= {"case", "audit", "queue"}
    assert "49" not in shown["audit"].partition("<script>")[2][:60]
