"""The officer's desk: what is on it, in which order, and that buttons do what the workflow table says."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.timezone import now

from apps.accounts.models import User
from apps.audit.models import Entry
from apps.cases import services
from apps.cases.admin import desk
from apps.cases.admin.clock import clock, pressure, waiting
from apps.cases.admin.queue import CappedPaginator
from apps.cases.models import Case
from apps.documents import services as documents
from apps.documents.statuses import FileStatus
from apps.kernel.workflow import Actor, By
from apps.posts.models import Post
from tests.cases.factories import (
    AT,
    applicant_of,
    make_case,
    make_draft,
    make_file,
    make_loss_report,
    make_officer,
    make_post,
)
from tests.documents.factories import cleaned

pytestmark = pytest.mark.django_db

QUEUE = "/admin/cases/case/"


@pytest.fixture(autouse=True)
def plain_static_files(settings, tmp_path):
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}
    settings.STATIC_ROOT = tmp_path


def screen(user, language="en"):
    client = Client(headers={"Accept-Language": language})
    client.force_login(user)
    return client


def page_of(case):
    return f"{QUEUE}{case.pk}/change/"


def numbers(response):
    """The case numbers of a list, in the order of the rows."""
    return re.findall(r'class="field-number[^>]*>.*?<a[^>]*>([^<]+)</a>', response.content.decode(), re.DOTALL)


def moves_on(response):
    return set(re.findall(r'name="move" value="(\w+)"', response.content.decode()))


def press(client, case, move, **fields):
    return client.post(page_of(case), {"move": move, "version": case.version, **fields})


@pytest.fixture
def post():
    return make_post()


@pytest.fixture
def officer(post):
    return make_officer(post)


# What is on the desk


def test_officers_see_the_cases_of_their_own_post_only(post, officer):
    mine, other = make_case(post=post), make_case(post=make_post("LON"))

    assert numbers(screen(officer).get(QUEUE)) == [mine.number]
    assert numbers(screen(officer).get(f"{QUEUE}?tab=all")) == [mine.number]
    answer = screen(officer).get(page_of(other), follow=True)
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert "There is no such case at your post." in answer.content.decode()


def test_a_superuser_sees_every_post(post):
    here, there = make_case(post=post), make_case(post=make_post("LON"))
    boss = User.objects.create_superuser("boss", "a-long-password-for-her")

    answer = screen(boss).get(QUEUE)
    assert set(numbers(answer)) == {here.number, there.number}
    assert 'class="field-post' in answer.content.decode()
    assert 'class="field-post' not in screen(make_officer(post)).get(QUEUE).content.decode()


def test_nobody_sees_a_draft(post, officer):
    draft = make_draft(post=post)

    assert numbers(screen(officer).get(f"{QUEUE}?tab=all")) == []
    assert screen(officer).get(page_of(draft)).status_code == 302


def test_without_the_permission_there_is_no_desk(post):
    clerk = make_officer(post)
    clerk.user_permissions.clear()
    case = make_case(post=post)

    assert screen(clerk).get(QUEUE).status_code == 403
    assert screen(clerk).get(page_of(case)).status_code == 302
    start = screen(clerk).get("/admin/").content.decode()
    assert "no cases to work on yet" in start
    assert case.number not in start


def test_the_queue_starts_with_what_is_due_first(post, officer):
    late, early = make_case(post=post), make_case(post=post)
    Case.objects.filter(pk=late.pk).update(due_on=date(2026, 12, 9))
    Case.objects.filter(pk=early.pk).update(due_on=date(2026, 12, 1))

    assert numbers(screen(officer).get(QUEUE)) == [early.number, late.number]


def test_each_tab_shows_its_cases(post, officer):
    waiting_case = make_case("submitted", post=post)
    mine = make_case("preliminary_review", post=post, officer=officer)
    asked = make_case("info_requested", post=post, officer=officer)
    client = screen(officer)

    assert set(numbers(client.get(QUEUE))) == {waiting_case.number, mine.number}
    assert set(numbers(client.get(f"{QUEUE}?tab=mine"))) == {mine.number, asked.number}
    assert numbers(client.get(f"{QUEUE}?tab=citizen")) == [asked.number]
    assert set(numbers(client.get(f"{QUEUE}?tab=all"))) == {waiting_case.number, mine.number, asked.number}
    assert set(numbers(client.get(f"{QUEUE}?tab=nonsense"))) == {waiting_case.number, mine.number}


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "bare"])
def test_a_case_is_found_by_its_number_however_it_is_typed(post, officer, typed):
    case = make_case("info_requested", post=post)
    make_case(post=post)
    forms = {"lower": case.number.lower(), "bare": case.number.replace("-", "")}

    answer = screen(officer).get(QUEUE, {"q": forms.get(typed, typed.format(case.number))})

    assert numbers(answer) == [case.number]


def test_a_number_of_another_post_is_not_found(post, officer):
    other = make_case(post=make_post("LON"))

    assert numbers(screen(officer).get(QUEUE, {"q": other.number})) == []


def test_live_cases_are_found_by_name_or_spelling(post, officer):
    case, closed = make_case(post=post), make_case(post=post)
    services.move(case=closed, name="withdraw", actor=applicant_of(closed), at=AT)
    client = screen(officer)

    for words in ("李", "李娜", "l", "li", "LI N", " Li  Na "):
        assert numbers(client.get(QUEUE, {"q": words})) == [case.number], words
    for words in ("娜", "WANG", "%", "I", "NA", "李娜娜"):
        assert numbers(client.get(QUEUE, {"q": words})) == [], words
    assert client.get(QUEUE, {"q": "李\0"}).status_code == 200


def test_the_list_never_counts_without_a_limit(post, officer):
    make_case(post=post)
    client = screen(officer)

    with CaptureQueriesContext(connection) as queries:
        client.get(f"{QUEUE}?tab=all")

    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counts
    assert [sql for sql in counts if "LIMIT" not in sql] == []


def test_the_list_asks_as_often_for_ten_cases_as_for_one(post, officer):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            screen(officer).get(QUEUE)
        return len(queries)

    make_case(post=post)
    asked()
    once = asked()
    for _ in range(9):
        make_case(post=post)
    assert asked() == once


@pytest.mark.parametrize(("tab", "index"), [("waiting", "queue_of_a_post"), ("all", "cases_of_a_post")])
def test_a_list_comes_in_order_from_the_index_of_the_post(post, officer, tab, index):
    """Whatever the planner thinks of a few rows: with the index alone it needs neither a scan nor a full sort."""
    make_case(post=post)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")

    plan = desk.on(tab, desk.in_sight(officer), officer).order_by(*desk.order(tab))[:50].explain()

    assert f"using {index} on cases_case" in plan
    assert "Seq Scan on cases_case" not in plan


def test_paging_stops_where_nobody_would_go(post, officer, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "MOST", 2)
    for _ in range(3):
        make_case(post=post)

    answer = screen(officer).get(QUEUE).content.decode()

    assert "The first 2 cases are listed." in answer


def test_a_count_says_when_there_are_many(post, officer, monkeypatch):
    monkeypatch.setattr(desk, "MANY", 1)
    for _ in range(2):
        make_case(post=post)

    assert desk.count(Case.objects.all()) == "1+"
    assert "1+" in screen(officer).get("/admin/").content.decode()


# Time


def case_due(on, *, zone="Europe/Paris", status="submitted"):
    post = Post(city_zh="巴黎", city_en="Paris", time_zone=zone)
    return Case(post=post, status=status, due_on=on, submitted_at=datetime(2026, 11, 20, 9, tzinfo=UTC))


def test_times_are_on_the_clock_of_the_post_and_say_so():
    post = Post(city_zh="巴黎", city_en="Paris", time_zone="Europe/Paris")
    at = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    with translation.override("zh-hans"):
        assert clock(at, post) == "2026-11-24 00:30 (巴黎)"
    with translation.override("en"):
        assert clock(at, post) == "2026-11-24 00:30 (Paris)"
        assert clock(None, post) == "–"


def test_a_deadline_presses_by_the_calendar_of_the_post():
    """At 12:00 UTC on the 23rd it is the 24th in Auckland already."""
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)

    assert pressure(case_due(date(2026, 11, 23), zone="Pacific/Auckland"), at) == "overdue"
    assert pressure(case_due(date(2026, 11, 23)), at) == "soon"
    assert pressure(case_due(date(2026, 11, 24)), at) == "soon"
    assert pressure(case_due(date(2026, 11, 25)), at) is None


def test_no_deadline_presses_while_the_citizen_has_to_act():
    at = datetime(2026, 12, 24, tzinfo=UTC)

    assert pressure(case_due(date(2026, 11, 23), status="info_requested"), at) is None
    assert pressure(case_due(date(2026, 11, 23), status="refused"), at) is None


def test_days_of_waiting_are_days_of_the_calendar():
    with translation.override("en"):
        assert waiting(case_due(None), datetime(2026, 11, 21, 1, tzinfo=UTC)) == "1 day"
        assert waiting(case_due(None), datetime(2026, 11, 29, 1, tzinfo=UTC)) == "9 days"
        assert waiting(case_due(None, status="collected"), AT) == "–"


# One case


def test_the_page_offers_exactly_the_moves_of_the_table(post, officer):
    for status in ("submitted", "preliminary_review", "info_requested", "payment_due", "production"):
        case = make_case(status, post=post, officer=officer)
        rows = case.procedure.workflow.open_to(Actor(By.OFFICER, officer), status=case.status, subject=case)

        offered = moves_on(screen(officer).get(page_of(case)))

        assert offered == {row.name for row in rows} - {"take_over"}, status  # nobody takes over from oneself


def test_an_officer_without_the_power_to_decide_gets_no_button(post):
    reader = make_officer(post)
    reader.user_permissions.set(Permission.objects.filter(codename="view_case"))
    case = make_case(post=post)

    answer = screen(reader).get(page_of(case))
    assert answer.status_code == 200
    assert moves_on(answer) == set()
    assert press(screen(reader), case, "claim").status_code == 409
    case.refresh_from_db()
    assert case.status == "submitted"


def test_a_button_makes_the_move_and_leads_back_to_the_case(post, officer):
    case = make_case(post=post)

    answer = press(screen(officer), case, "claim")

    assert (answer.status_code, answer["Location"]) == (302, page_of(case))
    case.refresh_from_db()
    assert (case.status, case.officer) == ("preliminary_review", officer)


def test_reasons_and_words_reach_the_history(post, officer):
    case = make_case("preliminary_review", post=post, officer=officer)

    press(screen(officer), case, "ask", reasons=["photo_unsuitable", "loss_unclear"], note="Please be precise.")

    step = case.history.last()
    assert (step.move, step.reasons, step.note) == ("ask", ["photo_unsuitable", "loss_unclear"], "Please be precise.")
    shown = screen(officer).get(page_of(case)).content.decode()
    assert "Please be precise." in shown
    assert "The photo does not meet the rules" in shown


def test_a_page_that_is_out_of_date_decides_nothing_and_keeps_the_words(post, officer):
    case = make_case("preliminary_review", post=post, officer=officer)
    Case.objects.get(pk=case.pk).save(update_fields=[])

    answer = press(screen(officer), case, "ask", reasons=["loss_unclear"], note="Where exactly was it?")

    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody changed this case after you opened the page." in shown
    assert "Where exactly was it?" in shown
    assert re.search(r'value="loss_unclear"[^>]* checked', shown)
    assert f'name="version" value="{case.version + 1}"' in shown
    case.refresh_from_db()
    assert case.status == "preliminary_review"


@pytest.mark.parametrize(
    "fields",
    [
        {"reasons": [], "note": "No reason chosen."},
        {"reasons": ["photo_unsuitable"], "note": ""},
        {"reasons": ["no_such_reason"], "note": "A made-up one."},
        {"reasons": ["nul\0"], "note": "A byte that PostgreSQL refuses."},
        {"reasons": ["photo_unsuitable"], "note": "nul \0 in a word"},
        {"reasons": ["photo_unsuitable"], "note": "x" * 4001},
        {"reasons": ["photo_unsuitable"], "note": "x", "version": "9" * 400},
        {"reasons": ["photo_unsuitable"], "note": "x", "version": "one"},
        {"reasons": ["photo_unsuitable"], "note": "x", "version": "-1"},
        {"reasons": ["photo_unsuitable"], "note": "x", "move": "no\0move"},
        {"reasons": ["photo_unsuitable"], "note": "x", "move": "hand_over"},
        {"reasons": ["photo_unsuitable"], "note": "x", "move": ""},
    ],
    ids=lambda fields: " ".join(f"{key}={str(value)[:20]!r}" for key, value in fields.items()),
)
def test_what_cannot_be_meant_is_answered_with_a_reason(post, officer, fields):
    case = make_case("preliminary_review", post=post, officer=officer)

    answer = press(screen(officer), case, **{"move": "ask", **fields})

    assert answer.status_code == 409
    assert "errornote" in answer.content.decode()
    case.refresh_from_db()
    assert case.status == "preliminary_review"


def test_nobody_decides_at_another_post(post):
    stranger = make_officer(make_post("LON"))
    case = make_case(post=post)

    assert press(screen(stranger), case, "claim").status_code == 302
    case.refresh_from_db()
    assert (case.status, case.officer) == ("submitted", None)


def test_a_colleague_at_work_is_named(post, officer):
    colleague = make_officer(post)
    case = make_case("preliminary_review", post=post, officer=colleague)
    sentence = f"{colleague.username} is working on this case."

    assert sentence in screen(officer).get(page_of(case)).content.decode()
    assert sentence not in screen(colleague).get(page_of(case)).content.decode()


def test_a_move_that_lacks_something_says_what_and_has_no_button(post, officer):
    case = make_case("preliminary_review", post=post, officer=officer)
    photo = make_file(case.applicant, kind="photo", status=FileStatus.REJECTED)
    case.attachments.filter(material="photo").update(file=photo)

    shown = screen(officer).get(page_of(case)).content.decode()

    assert "This is not possible yet:" in shown
    assert "The application is not complete." in shown
    assert press(screen(officer), case, "approve").status_code == 409


def test_there_is_nothing_to_edit_add_or_delete(post, officer):
    case = make_case(post=post)
    client = screen(officer)
    before = Case.objects.filter(pk=case.pk).values().get()

    assert client.get(f"{QUEUE}add/").status_code == 403
    assert client.get(f"{QUEUE}{case.pk}/delete/").status_code == 403
    assert client.post(f"{QUEUE}{case.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(page_of(case), {"status": "collected", "due_on": "2030-01-01"})
    assert Case.objects.filter(pk=case.pk).values().get() == before


def test_opening_a_case_is_written_down(post, officer):
    case = make_case(post=post)

    screen(officer).get(page_of(case))

    assert Entry.objects.filter(action="case_viewed", subject=case.payable, actor=f"officer:{officer.pk}").count() == 1


def test_the_page_is_not_kept_by_the_browser(post, officer):
    assert "no-store" in screen(officer).get(page_of(make_case(post=post)))["Cache-Control"]


def test_an_earlier_loss_is_pointed_out(post, officer):
    case = make_case(post=post)
    assert "2 reports" not in screen(officer).get(page_of(case)).content.decode()

    make_loss_report(case.citizen, case.applicant)
    assert "2 reports" in screen(officer).get(page_of(case)).content.decode()


def test_the_price_and_the_payment_stand_on_the_page(post, officer):
    case = make_case("payment_due", post=post, officer=officer)
    assert "No price has been shown yet." in screen(officer).get(page_of(case)).content.decode()

    services.quote(case=case, at=now())
    services.pay(case=case, provider="sandbox", actor=applicant_of(case), at=now())

    assert "EUR 16.00" in screen(officer).get(page_of(case)).content.decode()
    shown = screen(officer, "zh-hans").get(page_of(case)).content.decode()
    assert "16.00 欧元" in shown
    assert "准备" in shown


def test_an_issued_document_opens_from_the_case(post, officer):
    case = make_case("production", post=post, officer=officer)
    made = documents.reserve(
        kind=case.kind,
        subject=case.payable,
        holder=str(case.citizen_id),
        owner=case.applicant,
        citizen=case.citizen,
        issued_on=date(2026, 11, 23),
        expires_on=date(2026, 12, 15),
    )
    assert made.number in screen(officer).get(page_of(case)).content.decode()
    address = f"{QUEUE}{case.pk}/documents/{made.pk}/"
    assert address not in screen(officer).get(page_of(case)).content.decode()
    assert screen(officer).get(address).status_code == 404

    documents.mark_issued(issue=made, sha256="a" * 64, seal=b"seal", at=now())

    assert address in screen(officer).get(page_of(case)).content.decode()
    answer = screen(officer).get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/content/")
    assert screen(make_officer(make_post("LON"))).get(address).status_code == 404


# Papers


def paper_of(case, attached):
    return f"{QUEUE}{case.pk}/papers/{attached.pk}/"


def test_a_paper_opens_for_a_minute_and_is_written_down(post, officer):
    case = make_case(post=post)
    attached = case.attachments.first()
    attached.file = cleaned(case.applicant, citizen=case.citizen)
    attached.save(update_fields=["file"])

    answer = screen(officer).get(paper_of(case, attached))

    assert answer.status_code == 302
    assert "no-store" in answer["Cache-Control"]
    client = screen(officer)
    followed = client.get(client.get(paper_of(case, attached))["Location"])
    assert b"".join(followed.streaming_content).startswith(b"\xff\xd8")
    assert Entry.objects.filter(action="file_read", subject=f"file:{attached.file_id}").count() == 1


def test_a_paper_of_another_post_does_not_exist(post):
    stranger = make_officer(make_post("LON"))
    case = make_case(post=post)

    assert screen(stranger).get(paper_of(case, case.attachments.first())).status_code == 404
    assert Entry.objects.filter(action="file_read").count() == 0


def test_a_paper_belongs_to_the_case_it_is_asked_for(post, officer):
    case, other = make_case(post=post), make_case(post=post)

    assert screen(officer).get(paper_of(case, other.attachments.first())).status_code == 404


@pytest.mark.parametrize("status", [FileStatus.EXPECTED, FileStatus.RECEIVED, FileStatus.REJECTED])
def test_a_paper_that_was_not_cleaned_is_described_instead_of_shown(post, officer, status):
    case = make_case(post=post)
    attached = case.attachments.get(material="identity_proof")
    attached.file = make_file(case.applicant, status=status)
    attached.save(update_fields=["file"])

    shown = screen(officer).get(page_of(case)).content.decode()

    assert paper_of(case, attached) not in shown
    assert str(status.label) in shown
    assert screen(officer).get(paper_of(case, attached)).status_code == 404


# On to the next


def test_the_next_case_is_the_one_due_first_that_is_free(post, officer):
    colleague = make_officer(post)
    taken = make_case("preliminary_review", post=post, officer=colleague)
    later, sooner = make_case(post=post), make_case(post=post)
    Case.objects.filter(pk=taken.pk).update(due_on=date(2026, 11, 1), held_until=now() + timedelta(hours=1))
    Case.objects.filter(pk=sooner.pk).update(due_on=date(2026, 11, 2))
    client = screen(officer)

    assert [client.post(f"{QUEUE}next/")["Location"] for _ in range(2)] == [page_of(sooner), page_of(later)]
    assert {Case.objects.get(pk=case.pk).officer for case in (sooner, later)} == {officer}
    assert client.get(f"{QUEUE}next/").status_code == 405


def test_an_empty_queue_leads_back_to_the_list(post, officer):
    make_case(post=make_post("LON"))

    answer = screen(officer).post(f"{QUEUE}next/", follow=True)

    assert answer.redirect_chain == [(QUEUE, 302)]
    assert "Nothing is waiting for review." in answer.content.decode()


# The start page


def test_the_start_page_leads_to_what_is_due_first(post, officer):
    case = make_case(post=post)
    Case.objects.filter(pk=case.pk).update(due_on=now().date() - timedelta(days=3))
    make_case("info_requested", post=post)

    shown = screen(officer).get("/admin/").content.decode()

    assert case.number in shown
    assert "Overdue" in shown
    assert "Embassy of China in France" in shown
    assert page_of(case) in shown


def test_the_menu_shows_only_what_may_be_opened(post, officer):
    boss = User.objects.create_superuser("boss", "a-long-password-for-her")

    assert "/admin/audit/entry/" not in screen(officer).get("/admin/").content.decode()
    assert "/admin/audit/entry/" in screen(boss).get("/admin/").content.decode()


def test_a_closed_door_is_explained_in_the_language_of_the_officer(post, officer):
    officer.user_permissions.clear()

    answer = screen(officer, "zh-hans").get(QUEUE)

    assert answer.status_code == 403
    assert "没有权限" in answer.content.decode()


def test_a_page_that_was_open_too_long_says_that_nothing_happened(post, officer):
    case = make_case(post=post)
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
    client.force_login(officer)

    answer = press(client, case, "claim")

    assert answer.status_code == 403
    assert "Nothing was changed." in answer.content.decode()
    case.refresh_from_db()
    assert case.status == "submitted"


# Not alone


def test_the_preview_is_the_message_the_citizen_will_get(post, officer):
    case = make_case("preliminary_review", post=post, officer=officer)
    Case.objects.filter(pk=case.pk).update(held_until=now() + timedelta(hours=1))

    answer = press(screen(officer), case, "ask", reasons=["photo_unsuitable"], note="请在白墙前拍", preview="1")

    assert "请在白墙前拍" in answer.content.decode()
    assert answer.context["preview"].title
    assert Case.objects.get(pk=case.pk).status == "preliminary_review"


def test_two_officers_with_one_case_open_are_told(post, officer):
    case = make_case("preliminary_review", post=post, officer=officer)
    colleague = make_officer(post)
    screen(colleague).get(page_of(case))

    seen = screen(officer).post(f"{QUEUE}{case.pk}/presence/").json()

    assert seen == {"others": [colleague.username], "version": case.version}
    assert screen(make_officer(make_post("LON"))).post(f"{QUEUE}{case.pk}/presence/").status_code == 404


def test_a_proposed_refusal_waits_in_its_own_list_for_another_officer(post):
    case = make_case("final_review", post=post)
    proposer, second = case.proposed_by, make_officer(post)

    own = screen(proposer).get(page_of(case))
    other = screen(second).get(page_of(case))

    assert "refuse" not in [choice.name for choice in own.context["choices"]]
    assert "refuse" in [choice.name for choice in other.context["choices"]]
    assert case.number in screen(second).get(f"{QUEUE}?tab=second").content.decode()
