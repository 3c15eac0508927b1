"""Applications that lack nothing but their submission, written by the database itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from deploy.bench._data import POST

_PLAN = """
DROP TABLE IF EXISTS bench.draft;
CREATE TABLE bench.draft AS
SELECT n, gen_random_uuid() AS account, gen_random_uuid() AS citizen, gen_random_uuid() AS "case",
    gen_random_uuid() AS consent, gen_random_uuid() AS report, 'cc_draft' || lpad(n::text, 38, '0') AS token
FROM generate_series(1, %s) AS n;
INSERT INTO accounts_user (id, password, is_superuser, email, language, time_zone, is_active, is_staff, created_at)
SELECT account, '!', false, account || '@bench.example', 'en', 'Europe/Paris', true, false, now() FROM bench.draft;
INSERT INTO accounts_citizen (id, created_at, updated_at, version, name, surname, given_names, born_on, sex,
    place_of_birth, nationality)
SELECT citizen, now(), now(), 1, '李' || substr('伟芳娜敏静丽强磊军洋', 1 + n %% 10, 1), 'LI',
    'NA' || chr(65 + n %% 26) || chr(65 + n / 26 %% 26), '1990-01-01', 'F', 'BEIJING', 'CHN' FROM bench.draft;
INSERT INTO accounts_relation (kind, created_at, citizen_id, user_id)
SELECT 'self', now(), citizen, account FROM bench.draft;
INSERT INTO accounts_device (id, token_sha256, name, language, created_at, last_seen_at, expires_at, user_id, channel,
    trusted_at, trusted_by)
SELECT gen_random_uuid(), encode(sha256(convert_to(token, 'UTF8')), 'hex'), 'phone', 'en', now(), now(),
    now() + interval '1 day', account, 'email', now(), 'first' FROM bench.draft;
INSERT INTO accounts_consent (id, created_at, updated_at, version, purpose, text_version, text_sha256, language,
    device, at, citizen_id, user_id)
SELECT consent, now(), now(), 1, 'loss_declaration', '1', repeat('0', 64), 'en', 'phone', now(), citizen, account
FROM bench.draft;
INSERT INTO losses_lossreport (id, created_at, updated_at, version, passport_number, passport_issued_by, lost_on,
    place, country, circumstances, status, device, language, citizen_id, consent_id, reported_by_id)
SELECT report, now(), now(), 1, 'E' || lpad(n::text, 8, '0'), '', now()::date, 'Gare du Nord', 'FR', '', 'frozen',
    'phone', 'en', citizen, consent, account FROM bench.draft;
INSERT INTO cases_case (id, created_at, updated_at, version, number, kind, service, status, person, urgency,
    particulars, charge_policy, applicant_id, citizen_id, post_id)
SELECT "case", now(), now(), 1, 'D' || lpad(n::text, 15, '0'), 'travel_document', 'TRAVEL_DOC_EMERGENCY', 'draft',
    replace(citizen::text, '-', ''), 'normal', '{}', '', account, citizen, %s FROM bench.draft;
INSERT INTO travel_documents_traveldocument (case_id, stay, reason, urgent, nationality_conflict,
    declares_nationality, destination, transit, travel_on, arrived_on, address, home_address, employer, phone,
    loss_report_id)
SELECT "case", 'short_stay', 'lost', false, false, true, '上海', '[]', now()::date + 7, now()::date - 20,
    '12 rue de Paris', '北京市朝阳区', '', '+33123456789', report FROM bench.draft;
WITH file AS (
    INSERT INTO documents_file (id, created_at, updated_at, version, kind, content_type, size, status, reason, sha256,
        clean_key, clean_type, owner_id, citizen_id, remarks)
    SELECT md5(material || "case")::uuid, now(), now(), 1, kind, 'image/jpeg', 1000, 'clean', '', repeat('0', 64),
        'files/' || md5(material || "case")::uuid || '/clean', 'image/jpeg', account, citizen, '[]'
    FROM bench.draft, (VALUES ('photo', 'photo'), ('identity_proof', 'paper'), ('presence_proof', 'paper'))
        AS asked (material, kind)
)
INSERT INTO cases_attachment (material, attached_at, file_id, case_id)
SELECT material, now(), md5(material || "case")::uuid, "case"
FROM bench.draft, (VALUES ('photo'), ('identity_proof'), ('presence_proof')) AS asked (material);
ANALYZE bench.draft;
"""

# What hangs on them, and what was written on the way; the audit keeps what it has.
_BY_CASE = ("cases_attachment", "cases_step", "cases_presence", "travel_documents_traveldocument")
_BY_CITIZEN = (
    "losses_lossreport", "accounts_consent", "documents_file", "documents_issue", "documents_citizenkey",
    "cases_change", "cases_case", "accounts_relation",
)  # fmt: skip
_BY_ACCOUNT = ("accounts_device", "notifications_message")


class Draft(NamedTuple):
    case: str
    citizen: str
    account: str
    token: str


@contextmanager
def drafts(cursor: Any, count: int) -> Iterator[list[Draft]]:
    """That many; gone afterwards with all that came of them, so that the data set keeps its size."""
    _remove(cursor)
    cursor.execute(_PLAN, [count, POST])
    cursor.execute('SELECT "case"::text, citizen::text, account::text, token FROM bench.draft ORDER BY n')
    try:
        yield [Draft(*found) for found in cursor.fetchall()]
    finally:
        _remove(cursor)


def _remove(cursor: Any) -> None:
    cursor.execute("SELECT to_regclass('bench.draft')")
    if cursor.fetchone()[0] is None:
        return
    for tables, column, name in (
        (_BY_CASE, "case", "case_id"),
        (_BY_CITIZEN, "citizen", "citizen_id"),
        (_BY_ACCOUNT, "account", "user_id"),
    ):
        for table in tables:
            cursor.execute(f'DELETE FROM {table} WHERE {name} IN (SELECT "{column}" FROM bench.draft)')  # noqa: S608
    for table, column in (("accounts_citizen", "citizen"), ("accounts_user", "account")):
        cursor.execute(f"DELETE FROM {table} WHERE id IN (SELECT {column} FROM bench.draft)")  # noqa: S608
    cursor.execute("TRUNCATE outbox_delivery, kernel_answer; DROP TABLE bench.draft")
    # what they leave behind would make the next bench look for rows among the dead
    cursor.execute(f"VACUUM (ANALYZE) {', '.join((*_BY_CASE, *_BY_CITIZEN, *_BY_ACCOUNT))}")
