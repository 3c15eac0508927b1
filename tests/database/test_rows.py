"""Own post only, for the role itself: no filter of ours stands between these statements and the rows."""

import random
import re
from contextlib import closing, suppress
from datetime import timedelta
from queue import SimpleQueue
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from apps.accounts.models import Relation, User
from apps.audit.models import Entry
from apps.cases import services
from apps.cases.models import Case
from apps.documents.models import Issue
from apps.kernel.sight import keep_in_sight
from apps.notifications.models import Message
from apps.payments.models import Payment
from apps.posts.models import Post
from consular.database import grants, rows
from consular.database.desk import tell_database
from tests.cases.factories import make_case, make_officer, make_post
from tests.database.conftest import asked, refused
from tests.payments.merchants import make_merchant

pytestmark = pytest.mark.django_db(transaction=True)

# joins, counts and searches as the desk makes them, with nothing said about the post
READS = {
    "cases": "SELECT id FROM cases_case",
    "by number": "SELECT id FROM cases_case WHERE number = %(number)s",
    "steps": "SELECT case_id FROM cases_step",
    "papers": "SELECT case_id FROM cases_attachment",
    "answers": "SELECT case_id FROM travel_documents_traveldocument",
    "people": "SELECT c.id FROM accounts_citizen p JOIN cases_case c ON c.citizen_id = p.id WHERE p.name LIKE '李%%'",
    "losses": "SELECT c.id FROM losses_lossreport l RIGHT JOIN cases_case c ON c.citizen_id = l.citizen_id",
    "files": "SELECT a.case_id FROM documents_file f JOIN cases_attachment a ON a.file_id = f.id",
    "documents": "SELECT consular_case(subject) FROM documents_issue",
    "quotes": "SELECT consular_case(payable) FROM payments_quote",
    "payments": "SELECT consular_case(payable) FROM payments_payment",
    "messages": "SELECT consular_case(subject) FROM notifications_message",
}


def attach_everything(case):
    """What hangs on a case only by its key."""
    at = now()
    quote = services.quote(case=case, at=at)
    Payment.objects.create(
        quote=quote,
        payable=case.payable,
        payer=case.applicant,
        provider="sandbox",
        merchant=make_merchant(),
        amount_minor=quote.total_minor,
        currency=quote.currency,
        expires_at=at,
    )
    Message.objects.create(
        user=case.applicant,
        template="x",
        subject=case.payable,
        dedupe="x",
        language="en",
        title="",
        body="",
        sent_at=at,
    )
    holder = {"owner": case.applicant, "subject": case.payable, "number": f"L{Issue.objects.count():08d}"}
    Issue.objects.create(**_known(Issue, holder, at))


def _known(model, given, at):
    """Whatever else the row needs, made up by type."""
    made = dict(given)
    for field in model._meta.concrete_fields:
        if field.name in made or field.has_default() or field.null or field.primary_key or field.auto_created:
            continue
        kind = field.get_internal_type()
        if kind == "DateField":
            made[field.name] = at.date() + timedelta(days=len(made))
        elif (
            kind == "DateTimeField"
            and not getattr(field, "auto_now", False)
            and not getattr(field, "auto_now_add", False)
        ):
            made[field.name] = at
        elif kind == "BinaryField":
            made[field.name] = b""
        elif kind == "ForeignKey" and field.name == "citizen":
            made[field.name] = Case.objects.get(pk=given["subject"].partition(":")[2]).citizen
    return made


@pytest.fixture
def two_posts(secured):
    """An officer and a case with everything on it, at each of two posts."""
    found = {}
    for code in ("PAR", "KBL"):
        post = make_post(code)
        officer = make_officer(post)
        case = make_case("submitted", post=post, officer=officer)
        attach_everything(case)
        found[code] = (officer, case)
    return found


def test_without_an_officer_there_are_no_rows_at_all(two_posts, enter):
    staff = enter("staff")
    readable = [table for table in rows.conditions() if "r" in grants.tables()[table].staff]
    shown = {table: asked(staff, f"SELECT count(*) FROM {table}")[0][0] for table in readable}

    assert shown.pop("accounts_user") == User.objects.filter(is_staff=True).count()
    assert set(shown.values()) == {0}
    with connection.cursor() as cursor:
        filled = [
            table for table in shown if cursor.execute(f"SELECT FROM {table} LIMIT 1") or cursor.fetchone() is not None
        ]
    assert {"cases_case", "cases_step", "documents_issue", "payments_payment", "accounts_citizen"} <= set(filled)


def test_the_accounts_of_who_may_read_about_a_citizen_are_in_sight_of_that_citizens_post_alone(two_posts, enter):
    staff, (_officer, case) = enter("staff"), two_posts["PAR"]
    mother = User.objects.create_user(email="mother@sandbox.example")
    Relation.objects.create(user=mother, citizen=case.citizen, kind="parent")
    seen = {
        code: asked(staff, "SELECT 1 FROM accounts_user WHERE id = %s", [str(mother.pk)], officer=officer.pk)
        for code, (officer, _case) in two_posts.items()
    }
    assert seen == {"PAR": [(1,)], "KBL": []}


@pytest.mark.parametrize("read", READS)
def test_an_officer_sees_the_rows_of_the_own_post_and_none_of_another(two_posts, enter, read):
    staff = enter("staff")
    numbers = [case.number for _officer, case in two_posts.values()]
    for officer, case in two_posts.values():
        seen = {
            str(found)
            for number in numbers
            for (found,) in asked(staff, READS[read], {"number": number}, officer=officer.pk)
        }
        assert seen == {str(case.pk)}, read


def test_counts_and_facets_are_of_the_own_post_too(two_posts, enter):
    staff = enter("staff")
    officer, _case = two_posts["PAR"]

    assert asked(staff, "SELECT count(*) FROM cases_case", officer=officer.pk) == [(1,)]
    assert asked(staff, "SELECT post_id, count(*) FROM cases_case GROUP BY 1", officer=officer.pk) == [("PAR", 1)]
    assert asked(staff, "SELECT DISTINCT status FROM payments_payment", officer=officer.pk) == [("created",)]


def test_a_superuser_sees_every_post_because_the_database_knows_the_account(two_posts, enter):
    boss = User.objects.create_superuser("boss", "a-long-password")
    closed = User.objects.create_superuser("closed", "a-long-password", is_active=False)
    nobody = User.objects.create_user("nobody", "a-long-password", is_staff=True)
    staff = enter("staff")

    def seen(who):
        return asked(staff, "SELECT count(*) FROM cases_case", officer=who.pk)[0][0]

    assert (seen(boss), seen(closed), seen(nobody)) == (2, 0, 0)


def test_an_officer_writes_nothing_into_another_post(two_posts, enter):
    staff = enter("staff")
    officer, own = two_posts["PAR"]
    _other, foreign = two_posts["KBL"]

    for sql in (
        f"UPDATE cases_case SET officer_id = '{officer.pk}' WHERE id = '{foreign.pk}' RETURNING id",
        f"UPDATE losses_lossreport SET status = 'frozen' WHERE citizen_id = '{foreign.citizen_id}' RETURNING id",
    ):
        assert asked(staff, sql, officer=officer.pk) == []
    step = "INSERT INTO cases_step (case_id, move, source, target, by, reasons, note, at) VALUES ('{}', 'x', 'submitted', 'submitted', 'officer', '[]', '', now())"
    named = f"SELECT set_config('consular.officer', '{officer.pk}', true); "
    assert refused(staff, named + step.format(foreign.pk))
    assert not refused(staff, named + step.format(own.pk))


def test_a_case_goes_to_another_post_only_when_it_is_named_as_handed_over(two_posts, enter):
    staff = enter("staff")
    officer, case = two_posts["PAR"]
    named = f"SELECT set_config('consular.officer', '{officer.pk}', true); "
    move = f"UPDATE cases_case SET post_id = 'KBL' WHERE id = '{case.pk}'"

    assert refused(staff, named + move)
    assert not refused(staff, f"{named} SELECT set_config('consular.handed_over', '{case.pk}', true); {move}")
    assert asked(staff, "SELECT id FROM cases_case", officer=officer.pk) == []


def test_the_service_that_hands_a_case_over_may_finish_its_work(two_posts, acting):
    officer, case = two_posts["PAR"]
    with acting("staff"), transaction.atomic():
        tell_database(officer)
        keep_in_sight(case.pk)
        own = Case.objects.get(pk=case.pk)
        own.post_id = "KBL"
        own.save(update_fields=["post"])
        own.history.create(
            move="transfer", source="submitted", target="submitted", by="officer", actor=officer, at=now()
        )
    with acting("staff"), transaction.atomic():
        tell_database(officer)
        assert not Case.objects.filter(pk=case.pk).exists()

    assert Case.objects.get(pk=case.pk).history.last().move == "transfer"


def test_the_phones_and_the_workers_see_every_post(two_posts, enter):
    for kind in ("api", "worker"):
        assert asked(enter(kind), "SELECT count(*) FROM cases_case") == [(2,)]
        assert asked(enter(kind), "SELECT count(*) FROM cases_step")[0][0] >= 2


def _fail_in_the_middle(session, officer):
    with suppress(RuntimeError), session, closing(session.cursor()) as cursor:
        cursor.execute("SELECT set_config('consular.officer', %s, true)", [str(officer)])
        raise RuntimeError("in the middle of a request")


def test_two_thousand_requests_over_four_connections_never_show_a_foreign_row(two_posts, enter):
    """With some that fail in the middle, and some that nobody signed."""
    pool, foreign, counted = SimpleQueue(), [], []
    for _ in range(4):
        pool.put(enter("staff"))
    own = {None: set(), **{officer.pk: {str(case.pk)} for officer, case in two_posts.values()}}

    def serve(seed):
        chance = random.Random(seed)
        for _ in range(250):
            officer, session = chance.choice([*own]), pool.get()
            seen = {str(pk) for (pk,) in asked(session, "SELECT id FROM cases_case", officer=officer)}
            counted.append(officer)
            foreign.extend(seen - own[officer] or own[officer] - seen)
            if chance.random() < 0.3:
                _fail_in_the_middle(session, [*own][1])
            pool.put(session)

    threads = [Thread(target=serve, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(counted) == 2000
    assert foreign == []


@pytest.fixture
def many_cases(db):
    """Twenty thousand at two posts, named by their number; answers an officer of the smaller one."""
    post, other = make_post("PAR"), make_post("KBL")
    officer = make_officer(post)
    case = make_case("submitted", post=post)
    written = [field.column for field in Case._meta.concrete_fields if not field.generated]
    changed = {"id": "gen_random_uuid()", "number": "'N' || i", "person": "'p' || i", "kind": "'kind' || i"}
    changed |= {"post_id": f"CASE i %% 4 WHEN 0 THEN '{post.pk}' ELSE '{other.pk}' END", "due_on": "due_on + i %% 300"}
    changed |= {"particulars": "jsonb_build_object('name', '李' || i, 'surname', 'LI', 'given_names', 'NA' || i)"}
    columns, made = ", ".join(written), ", ".join(changed.get(column, column) for column in written)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO cases_case ({columns}) SELECT {made} FROM cases_case, generate_series(1, 20000) AS i WHERE id = %s",
            [case.pk],
        )
        cursor.execute("ANALYZE cases_case")
    return officer


@pytest.mark.parametrize(
    ("shown", "indexes"),
    [
        (lambda cases: cases.queue()[:50], {"queue_of_a_post"}),
        (lambda cases: cases.live().named("李77")[:50], {"live_cases_by_name", "live_cases_by_spelling"}),
    ],
    ids=["queue", "names"],
)
def test_what_the_desk_looks_up_still_follows_an_index(secured, enter, many_cases, shown, indexes):
    officer = many_cases
    cases = Case.objects.filter(post__in=Post.objects.of_officer(officer)).filter(post__in=["PAR"])
    with connection.cursor() as cursor:
        sql = cursor.mogrify(*shown(cases).query.sql_with_params()).decode()

    plan = "\n".join(line for (line,) in asked(enter("staff"), f"EXPLAIN {sql}", officer=officer.pk))

    assert set(re.findall(r"Index Scan (?:using|on) (\w+)", plan)) >= indexes, plan
    assert "Seq Scan on cases_case" not in plan
    assert Case.objects.count() == 20001


def test_every_table_that_leads_to_a_case_or_a_citizen_is_guarded(secured):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = ANY (%s::regclass[])",
            [list(rows.PARENTS)],
        )
        pointing = {table for (table,) in cursor.fetchall()}
        cursor.execute("SELECT relname::text FROM pg_class WHERE relrowsecurity")
        guarded = {table for (table,) in cursor.fetchall()}

    assert pointing <= guarded
    assert guarded == set(rows.conditions())


def test_whoever_changes_rights_is_on_record_however_it_was_done(two_posts, enter):
    officer, _case = two_posts["PAR"]
    boss = User.objects.create_superuser("boss", "a-long-password")
    grant = f"UPDATE accounts_user SET is_superuser = true WHERE id = '{officer.pk}'"
    asked(enter("staff"), grant, officer=boss.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_user SET password = 'x' WHERE id = '{officer.pk}'")
        cursor.execute(f"DELETE FROM posts_officer WHERE user_id = '{officer.pk}'")

    last = list(Entry.objects.filter(action="rights_changed", subject__endswith=str(officer.pk)).order_by("-pk")[:3])
    assert [entry.actor for entry in last] == ["consular", "consular", f"officer:{boss.pk}"]
    assert last[0].detail == {"how": "delete", "post": "PAR"}
    assert last[1].detail["password"] == "changed"
    assert last[2].detail["superuser"] is True
