import json

import pytest
from rest_framework.test import APIClient

pytestmark = [pytest.mark.urls("tests.kernel.urls")]

MEGABYTE = 1024 * 1024


def post(body, address="/api/v1/anything", content_type="application/json"):
    return APIClient().post(address, body, content_type=content_type)


def nested(levels, inside=""):
    return "[" * levels + inside + "]" * levels


MALFORMED = {
    "no JSON at all": b"hello",
    "cut off": b'{"a": ',
    "two documents": b"{} {}",
    "single quotes": b"{'a': 1}",
    "a trailing comma": b'{"a": 1,}',
    "a comment": b'{"a": 1 /* one */}',
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "an escaped NUL": rb'{"a": "\u0000"}',
    "an escaped NUL in a name": rb'{"\u0000": 1}',
    "a raw NUL": b'{"a": "\x00"}',
    "a lone high surrogate": rb'{"a": "\ud800"}',
    "a lone low surrogate": rb'{"a": "\udc00"}',
    "a lone surrogate in a name": rb'{"\ud800": 1}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": Infinity}',
    "minus Infinity": b'{"a": -Infinity}',
    "a number beyond floats": b'{"a": 1e999}',
    "a number beyond 64 bits": b'{"a": 9223372036854775808}',
    "a number of 5,000 digits": b'{"a": ' + b"9" * 5_000 + b"}",
    "a name twice": b'{"a": 1, "a": 2}',
    "a name twice, deep inside": b'{"x": [{"a": 1, "a": 2}]}',
    "33 levels": nested(33).encode(),
    "33 levels of objects": ('{"a":' * 33 + "1" + "}" * 33).encode(),
    "100,000 levels": nested(100_000).encode(),
    "Latin-1": '{"a": "é"}'.encode("latin-1"),
    "GBK": '{"a": "领事"}'.encode("gbk"),
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "overlong UTF-8": b'{"a": "\xc0\x80"}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_strange_json_is_refused(body):
    answer = post(body)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_charset_in_the_header_changes_nothing():
    """RFC 8259 §8.1: JSON is UTF-8, whatever the header says."""
    body = '{"a": "领事"}'

    assert post(body.encode("gbk"), content_type="application/json; charset=gbk").status_code == 400
    assert post(body.encode(), content_type="application/json; charset=gbk").json() == {"a": "领事"}
    assert post(body.encode(), content_type="application/json; charset=nonsense").json() == {"a": "领事"}


SOUND = ["{}", "[]", "0", "1", '"x"', nested(32), '{"a": 1.5}', '{"a": -9223372036854775808}', '{"a": "𠮷䶮·"}']


@pytest.mark.parametrize("body", [*SOUND, r'{"a": "\ud842\udfb7"}'])
def test_sound_json_is_read_as_it_is(body):
    answer = post(body.encode())

    assert answer.status_code == 200
    assert json.loads(answer.content) == json.loads(body)


def test_one_megabyte_is_read_and_a_byte_more_is_not():
    frame = len('{"a": ""}')

    assert post(json.dumps({"a": "x" * (MEGABYTE - frame)})).status_code == 200
    answer = post(json.dumps({"a": "x" * (MEGABYTE - frame + 1)}))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_chinese_is_answered_as_characters_without_a_charset():
    answer = post('{"a": "领事"}'.encode())

    assert "领事".encode() in answer.content
    assert answer["Content-Type"] == "application/json"


def faults(body):
    answer = post(json.dumps(body), address="/api/v1/echo")
    assert answer.status_code == 400
    return {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}


def test_a_field_nobody_knows_is_pointed_at():
    assert faults({"text": "x", "stauts": 1}) == {("/stauts", "unknown_field")}
    assert faults({"text": "x", "a/b~c": 1}) == {("/a~1b~0c", "unknown_field")}
    assert faults({"text": "x", "address": {"city": "巴黎", "zip": 1}}) == {("/address/zip", "unknown_field")}


def test_every_fault_is_pointed_at_in_one_answer():
    assert faults({"text": "x" * 21, "address": {}}) == {("/text", "max_length"), ("/address/city", "required")}


@pytest.mark.parametrize("body", [[], "text", 1, None, [{"text": "x"}]])
def test_something_else_than_an_object_is_a_fault_of_the_whole(body):
    assert {pointer for pointer, _ in faults(body)} == {""}


def test_no_body_is_an_empty_one():
    answer = APIClient().post("/api/v1/echo", content_type="application/json")

    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/text"}


@pytest.mark.parametrize("wrong", [5, True, 1.5, ["x"], {"x": 1}])
def test_a_value_of_another_type_is_pointed_at_and_not_converted(wrong):
    assert faults({"text": wrong}) == {("/text", "invalid")}
