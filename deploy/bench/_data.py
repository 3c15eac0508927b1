"""Cases of many years, written by the database itself, in pieces: one hundredth of them still open.

Each citizen has 20 closed cases or an open one, an account and a signed-in phone; the names are made of common ones.
Everything follows from the number of the row, so that a load that was stopped goes on where it stood.
"""

import sys
from typing import Any

PER_CITIZEN = 20
LEAST_OPEN = 600
"""So many that every tab has a full page at any size."""
POST = "PAR"
CHUNK = 50_000

# Triggers and foreign keys sleep while the rows come in; constraints do not.
_BEGIN = "SET session_replication_role = replica"
_NOTES = """
CREATE SCHEMA IF NOT EXISTS bench;
GRANT USAGE ON SCHEMA bench TO PUBLIC;
CREATE TABLE IF NOT EXISTS bench.filled (what text, first bigint, PRIMARY KEY (what, first));
"""

# %(first)s to %(last)s are citizens
_PEOPLE = """
WITH person AS (
    SELECT n, md5('citizen' || n)::uuid AS citizen, md5('user' || n)::uuid AS account,
        substr('王王王王李李张张刘刘陈杨黄赵吴周徐孙马朱', 1 + n::int %% 20, 1) AS zh,
        (string_to_array('WANG WANG WANG WANG LI LI ZHANG ZHANG LIU LIU CHEN YANG HUANG ZHAO WU ZHOU XU SUN MA '
            || 'ZHU', ' '))[1 + n %% 20] AS surname,
        substr('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平', 1 + (n::int / 20) %% 20, 1) ||
        substr('国华文海春玉建红新晓志云永金家庆东宏立成', 1 + (n::int / 400) %% 20, 1) AS given_zh,
        (string_to_array('WEI FANG NA MIN JING LI QIANG LEI JUN YANG', ' '))[1 + (n / 20) %% 10] || 'X' ||
            upper(substr(translate(md5(n::text), '0123456789', ''), 1, 3)) AS given
    FROM generate_series(%(first)s::bigint, %(last)s) AS n
), accounts AS (
    INSERT INTO accounts_user (id, password, is_superuser, email, language, time_zone, is_active, is_staff, created_at)
    SELECT account, '!', false, 'person-' || n || '@bench.example', 'zh-hans', 'Asia/Shanghai', true, false, now()
    FROM person
), citizens AS (
    INSERT INTO accounts_citizen (id, created_at, updated_at, version, name, surname, given_names, born_on, sex,
        place_of_birth, nationality)
    SELECT citizen, now(), now(), 1, zh || given_zh, surname, given, date '1960-01-01' + (n %% 15000)::int, 'F',
        'BEIJING', 'CHN' FROM person
), phones AS (
    INSERT INTO accounts_device (id, token_sha256, name, language, created_at, last_seen_at, expires_at, user_id,
        channel, trusted_at, trusted_by)
    SELECT md5('device' || n)::uuid, encode(sha256(convert_to('cc_' || lpad(n::text, 43, '0'), 'UTF8')), 'hex'),
        'phone', 'zh-hans', now(), now(), now() + interval '10 years', account, 'email', now(), 'first' FROM person
)
INSERT INTO accounts_relation (kind, created_at, citizen_id, user_id)
SELECT 'self', now(), citizen, account FROM person
"""

# The open ones are the newest, each of somebody else, every second one at the post where the bench sits.
_CASES = """
WITH posts AS (SELECT array_agg(code ORDER BY code) AS codes FROM posts_post),
officers AS (SELECT post_id, min(user_id::text)::uuid AS officer FROM posts_officer GROUP BY post_id),
numbered AS (
    SELECT i, i > %(closed)s AS is_open, abs(hashint8(i)) AS chance,
        CASE WHEN i > %(closed)s THEN %(regulars)s + i - %(closed)s - 1 ELSE i %% %(regulars)s END AS n
    FROM generate_series(%(first)s::bigint, %(last)s) AS i
), planned AS (
    SELECT i, n, citizen.*, now() - interval '5 years' * ((%(cases)s - i) / %(cases)s::float) AS at,
        CASE WHEN is_open AND i %% 2 = 0 THEN %(post)s ELSE codes[1 + chance %% array_length(codes, 1)] END AS post,
        CASE WHEN is_open THEN
            (string_to_array('submitted submitted submitted submitted preliminary_review '
                || 'preliminary_review final_review final_review info_requested payment_due', ' '))[1 + chance %% 10]
        ELSE (string_to_array('collected collected collected collected collected collected collected withdrawn '
                || 'refused lapsed', ' '))[1 + chance %% 10] END AS status
    FROM numbered CROSS JOIN posts JOIN accounts_citizen AS citizen ON citizen.id = md5('citizen' || n)::uuid
), cases AS (
    INSERT INTO cases_case (id, created_at, updated_at, version, number, kind, service, status, person, urgency,
        particulars, charge_policy, submitted_at, due_on, expected_on, applicant_id, citizen_id, officer_id, post_id,
        answer_by, proposed_by_id)
    SELECT md5('case' || i)::uuid, at, at, 3,
        regexp_replace(translate(upper(substr(md5('number' || i), 1, 12)), '01', 'GH'), '(.{4})(.{4})', '\\1-\\2-'),
        'travel_document', 'TRAVEL_DOC_EMERGENCY', status, replace(planned.id::text, '-', ''), 'normal',
        jsonb_build_object('name', name, 'surname', surname, 'given_names', given_names, 'born_on', born_on,
            'sex', sex, 'place_of_birth', place_of_birth, 'nationality', nationality, 'identity_number', NULL),
        'on_approval', at, at::date + 4, at::date + 4, md5('user' || n)::uuid, planned.id,
        CASE WHEN status IN ('preliminary_review', 'final_review') THEN officer END, post,
        CASE WHEN status IN ('info_requested', 'payment_due') THEN now()::date + 60 END,
        CASE WHEN status = 'final_review' THEN officer END
    FROM planned LEFT JOIN officers ON post_id = post
)
INSERT INTO cases_step (move, source, target, by, reasons, note, at, actor_id, case_id)
SELECT 'submit', 'draft', 'submitted', 'applicant', '[]', '', at, md5('user' || n)::uuid, md5('case' || i)::uuid
FROM planned
"""


def closed_of(cases: int) -> int:
    """How many of so many are closed; each regular citizen has ``PER_CITIZEN`` of those."""
    return cases - max(cases // 100, LEAST_OPEN)


def is_current(cursor: Any, tables: str) -> bool:
    """Whether the database was last brought up to date for these tables."""
    cursor.execute(_NOTES)
    cursor.execute("SELECT 1 FROM bench.filled WHERE what = %s", [tables])
    return cursor.fetchone() is not None


def note_current(cursor: Any, tables: str) -> None:
    cursor.execute("DELETE FROM bench.filled WHERE first < 0")
    cursor.execute("INSERT INTO bench.filled VALUES (%s, -1)", [tables])


def fill(cursor: Any, cases: int) -> None:
    """What is still missing of that many cases. ``cursor`` is the administrator's, committing by itself."""
    cursor.execute("SELECT what, first FROM bench.filled")
    done = set(cursor.fetchall())
    closed = closed_of(cases)
    regulars = closed // PER_CITIZEN
    people = regulars + cases - closed
    parts = [("people", first, people) for first in range(0, people, CHUNK)]
    parts += [("cases", first, cases + 1) for first in range(1, cases + 1, CHUNK)]
    missing = [part for part in parts if part[:2] not in done]
    cursor.execute(_BEGIN)
    for count, (what, first, end) in enumerate(missing, start=1):
        given = {"first": first, "last": min(first + CHUNK, end) - 1, "cases": cases, "post": POST}
        given |= {"closed": closed, "regulars": regulars}
        cursor.execute("BEGIN")
        cursor.execute(_PEOPLE if what == "people" else _CASES, given)
        cursor.execute("INSERT INTO bench.filled VALUES (%s, %s)", [what, first])
        cursor.execute("COMMIT")
        _progress(count, len(missing))
    if missing:
        cursor.execute("VACUUM (ANALYZE)")


def _progress(done: int, of: int) -> None:
    end = "\n" if done == of else "\r"
    print(f"       filling [{'#' * (40 * done // of):<40}] {done}/{of}", end=end, file=sys.stderr, flush=True)
