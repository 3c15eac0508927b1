import json
import logging
from io import StringIO

import pytest
import structlog
from django.conf import settings
from django.contrib.auth import get_user_model

from apps.kernel.redaction import HIDDEN, redact

PRIVATE = {
    "a mainland identity number": "110101199003070134",
    "one that ends in X": "11010119900307013X",
    "a residence permit": "810000199408230021",
    "a passport number": "E12345678",
    "a new passport number": "EJ1234567",
    "a travel document number": "L1234567",
    "an e-mail address": "li.na+home@mail.example.com",
    "an escaped e-mail address": "li.na%40example.com",
    "a foreign phone": "+33 6 12 34 56 78",
    "a foreign phone in brackets": "+1 (415) 555-0132",
    "an escaped phone": "%2B33612345678",
    "a mainland phone": "+8613800138000",
    "a mainland phone at home": "13800138000",
}
SETTINGS = ["{}", "for {} at", "证件{}已挂失", "key={}&x=1", '{{"deep": ["{}"]}}', "/v1/{}/x"]


def cleaned(**entry):
    return redact(None, "info", entry)


@pytest.fixture
def lines():
    """Logs as in production, into memory: what was written, parsed."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    factory = dict(settings.LOGGING["formatters"]["json"])
    handler.setFormatter(factory.pop("()")(**factory))
    logger = logging.getLogger("tests.redaction")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logger.removeHandler(handler)


@pytest.mark.parametrize("around", SETTINGS)
@pytest.mark.parametrize("secret", PRIVATE.values(), ids=PRIVATE.keys())
def test_personal_data_is_known_by_its_shape_wherever_it_stands(secret, around):
    assert secret not in str(cleaned(event=around.format(secret)))


@pytest.mark.parametrize(
    "harmless",
    [
        "request_finished",
        "2026-11-23T11:30:53.357384Z",
        "8c15bd34-ec80-4202-8890-8be8cf719a67",
        "PAR20261123000017",
        "GET /api/v1/cases/8c15bd34-ec80-4202-8890-8be8cf719a67",
        "took 1795432441 ns",
        "delivery-1234567",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ],
)
def test_what_an_operator_needs_stays_readable(harmless):
    assert cleaned(event=harmless) == {"event": harmless}


@pytest.mark.parametrize("name", ["name", "surname", "Email", "PHONE", "identity_number", "token", "code", "body"])
def test_personal_data_is_known_by_its_name(name):
    assert cleaned(**{name: "娜"}) == {name: HIDDEN}
    assert cleaned(form={name: ["娜"]}) == {"form": {name: HIDDEN}}


def test_the_status_of_an_answer_is_not_a_secret_code():
    assert cleaned(code=404) == {"code": 404}


def test_rows_and_other_things_do_not_print_what_they_hold():
    user = get_user_model()(email="na@example.com", username="李娜")

    assert cleaned(user=user, also={user}) == {"user": f"User {user.pk}", "also": [f"User {user.pk}"]}
    assert cleaned(error=ValueError("na@example.com")) == {"error": f"ValueError('{HIDDEN}')"}


def test_what_postgresql_explains_a_refused_row_with_is_hidden():
    explained = "DETAIL:  Failing row contains (17, 李娜, 1990-03-07, null)."
    clash = "DETAIL:  Key (name, born_on)=(李娜, 1990-03-07) already exists."

    assert cleaned(event=explained)["event"] == f"DETAIL:  Failing row contains {HIDDEN}"
    assert cleaned(event=clash)["event"] == f"DETAIL:  Key (name, born_on)={HIDDEN} already exists."


def test_a_log_line_is_one_json_object_with_its_context(lines):
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger("tests.redaction").info("told", channel="email", phone="+33612345678")

    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("told", "info", "tests.redaction")
    assert (line["request_id"], line["channel"], line["phone"]) == ("r1", "email", HIDDEN)
    assert line["timestamp"].endswith("Z")


def test_plain_logging_is_cleaned_too(lines):
    logger = logging.getLogger("tests.redaction")
    logger.warning("of %s", "na@example.com", extra={"passport_number": "E12345678", "note": "tel +33612345678"})

    (line,) = lines()
    assert line["event"] == f"of {HIDDEN}"
    assert (line["passport_number"], line["note"]) == (HIDDEN, f"tel {HIDDEN}")


@pytest.mark.parametrize("logger", [logging.getLogger("tests.redaction"), structlog.get_logger("tests.redaction")])
def test_exceptions_are_cleaned_in_message_cause_and_trace(lines, logger):
    try:
        try:
            raise KeyError("110101199003070134")
        except KeyError as cause:
            raise ValueError("na@example.com") from cause
    except ValueError:
        logger.exception("failed for %s", "E12345678")

    (line,) = lines()
    text = json.dumps(line)
    assert "Traceback" in line["exception"]
    assert "test_redaction.py" in line["exception"]
    assert not [secret for secret in ("110101199003070134\\n", "E12345678", "na@example.com\\n") if secret in text]


def test_a_very_long_line_is_cleaned_in_linear_time():
    """Quadratic shapes would need hours for these."""
    assert cleaned(event="x" * 200_000)["event"] == "x" * 200_000
    assert HIDDEN in cleaned(event="+1" + " 1" * 100_000)["event"]
