"""JSON lines in, JSON lines out: what outside programs speak with us."""

import base64
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.seals.batch import verification, zones
from apps.seals.batch.lines import LONGEST, converse, moment
from tests.seals.factories import AT, LINES, ZHANG, authority, seal, signer

CSCA = authority()
SIGNER = signer(CSCA)
SEAL = seal(SIGNER)
CERTIFICATES = [base64.b64encode(each.certificate_der).decode() for each in (SIGNER, CSCA)]
REQUEST = {"id": "a1", "format": "vds", "data": SEAL.hex(), "certificates": CERTIFICATES, "at": AT.isoformat()}


def answers(module, *lines):
    incoming = io.BytesIO(
        b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
    )
    outgoing = io.StringIO()
    converse(incoming, outgoing, answer=module.answer, refuse=module.refuse)
    return [json.loads(line) for line in outgoing.getvalue().splitlines()]


def verified(*lines):
    return answers(verification, *lines)


def test_a_seal_is_verified_offline():
    (answer,) = verified(REQUEST)

    assert (answer["id"], answer["verdict"], answer["code"]) == ("a1", "VALID", "VALID")
    assert answer["content"]["mrz"] == LINES


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"certificates": []}, "UNKNOWN_CERTIFICATE"),
        ({"certificates": None}, "UNKNOWN_CERTIFICATE"),
        ({"certificates": [base64.b64encode(b"no certificate").decode(), *CERTIFICATES]}, "VALID"),
        ({"at": "2026-11-23T10:00:00Z"}, "VALID"),
        ({"at": "2026-11-23"}, "VALID"),
        ({"at": "2031-11-23"}, "UNTRUSTED_CERTIFICATE"),
        ({"certificates": CERTIFICATES[:1], "at": "2031-11-23"}, "EXPIRED_CERTIFICATE"),
        ({"format": None}, "VALID"),
        ({"format": "hcert"}, "UNSUPPORTED"),
        ({"format": "pdf"}, "WRONG_FORMAT"),
        ({"format": "image"}, "READ_ERROR"),
        ({"data": "HC1:6BF", "format": "auto"}, "UNSUPPORTED"),
        ({"printed_mrz": LINES}, "VALID"),
        ({"printed_mrz": LINES[:1]}, "INVALID_PRINTED_MRZ"),
    ],
)
def test_each_request_has_its_code(change, code):
    (answer,) = verified(REQUEST | change)

    assert (answer["id"], answer["code"]) == ("a1", code)
    assert answer["verdict"] == ("VALID" if code == "VALID" else "INVALID")


MALFORMED = {
    "no data": {**REQUEST, "data": None},
    "data of another type": {**REQUEST, "data": 7},
    "format of another type": {**REQUEST, "format": ["vds"]},
    "certificates of another type": {**REQUEST, "certificates": "MIIB"},
    "certificates in another list": {**REQUEST, "certificates": [1]},
    "certificates not in base64": {**REQUEST, "certificates": ["%%%"]},
    "no such time": {**REQUEST, "at": "yesterday"},
    "time of another type": {**REQUEST, "at": 1},
    "time before the calendar": {**REQUEST, "at": "0001-01-01T00:00:00+14:00"},
    "a list": [REQUEST],
    "a number": 1,
    "null": None,
    "text": b"verify this\n",
    "blank": b"\n",
    "broken utf-8": b'{"id": "\xff\xfe", "data": ""}\n',
    "utf-16": json.dumps(REQUEST).encode("utf-16") + b"\n",
    "very deep": b"[" * 100_000 + b"\n",
    "deep in an object": b'{"data":' * 50_000 + b"1" + b"}" * 50_000 + b"\n",
    "a huge number": b'{"data": ' + b"9" * 10_000 + b"}\n",
    "half a line": json.dumps(REQUEST).encode()[:40] + b"\n",
}


@pytest.mark.parametrize("line", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_no_request_is_answered_and_the_next_line_too(line):
    answer, following = verified(line, REQUEST)

    assert (answer["verdict"], answer["code"]) == ("INVALID", "MALFORMED_REQUEST")
    assert following["verdict"] == "VALID"


def test_a_line_without_its_end_is_answered():
    assert verified(json.dumps(REQUEST).encode())[0]["verdict"] == "VALID"


def test_a_line_too_long_to_keep_is_one_answer(monkeypatch):
    monkeypatch.setattr("apps.seals.batch.lines.LONGEST", 1000)
    short = {"data": "00", "at": AT.isoformat()}

    codes = [answer["code"] for answer in verified(b"x" * 5000 + b"\n", short, b"y" * 1000 + b"\n", short)]

    assert LONGEST > 1_000_000
    assert codes == ["MALFORMED_REQUEST", "UNSUPPORTED"] * 2


@pytest.mark.parametrize(
    ("sent", "returned"),
    [("x", "x"), (7, 7), ([1], None), ({}, None), (1.5, 1.5), (float("inf"), None), ("\ud800", "\ud800")],
)
def test_an_id_comes_back_if_it_is_a_name_or_a_number(sent, returned):
    assert verified(REQUEST | {"id": sent})[0]["id"] == returned


def test_answers_go_out_one_by_one():
    """So that another process may wait for each before it asks on."""
    flushed = []

    class Pipe(io.StringIO):
        def flush(self):
            flushed.append(self.getvalue().count("\n"))

    lines = io.BytesIO((json.dumps(REQUEST) + "\n").encode() * 3)
    converse(lines, Pipe(), answer=verification.answer, refuse=verification.refuse)

    assert flushed == [1, 2, 3]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from([*REQUEST, "printed_mrz", "lines", "profile", "on", *ZHANG])


@given(st.binary(max_size=200))
def test_any_line_has_one_answer(data):
    line = data.replace(b"\n", b" ") + b"\n"

    assert [each["verdict"] for each in verified(line)] == ["INVALID"]
    assert [set(each) for each in answers(zones, line)] == [{"id", "code", "detail"}]


@given(st.dictionaries(names, json_values | st.sampled_from([SEAL.hex(), "vds", "pdf", CERTIFICATES]), max_size=6))
def test_any_object_has_one_answer(request_):
    assert len(verified(request_)) == 1
    assert len(answers(zones, request_)) == 1


def test_fields_become_lines_and_lines_fields():
    (written,) = answers(zones, {"id": 1, "profile": "ETD_SHEET", **ZHANG})
    (read,) = answers(zones, {"id": 2, "lines": written["lines"], "on": "2026-11-23"})

    assert written == {"id": 1, "lines": LINES}
    assert (read["id"], read["surname"], read["birth"], read["valid"]) == (2, "ZHANG", "1990-01-01", True)
    assert read["checks"] == {"number": True, "birth": True, "expiry": True, "composite": True}


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"profile": "ETD_SHEET", **ZHANG, "number": 12}, "malformed_request"),
        ({"profile": "ETD_SHEET", **ZHANG, "number": None}, "mrz_number"),
        ({"profile": "ETD_SHEET", **ZHANG, "surname": "张"}, "mrz_name_character"),
        ({**ZHANG}, "mrz_profile"),
        ({}, "mrz_profile"),
        ({"lines": LINES[:1]}, "mrz_size"),
        ({"lines": None}, "mrz_size"),
        ({"lines": "PU"}, "malformed_request"),
        ({"lines": [1, 2]}, "malformed_request"),
        ({"lines": LINES, "on": "someday"}, "malformed_request"),
        ({"lines": ["\ud800" * 36] * 2}, "mrz_character"),
    ],
)
def test_what_is_no_zone_has_a_code(request_, code):
    (answer,) = answers(zones, request_)

    assert answer["code"] == code
    assert answer["detail"]


def test_a_time_without_a_zone_is_that_of_greenwich():
    assert moment("2026-11-23T10:00:00") == moment("2026-11-23T18:00:00+08:00") == AT
