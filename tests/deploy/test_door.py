"""What is too large, too slow or too much ends at nginx; the attacks U1 and I5, against the real programs."""

import contextlib
import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.deploy.door import NGINX, PUBLIC, STAFF, TOKEN, answer, exchange, opened
from tests.processes import wait_until

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian package nginx-light)"),
]
ME = "GET /api/v1/me HTTP/1.1"
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("door")) as running:
        yield running


def problem(said):
    return json.loads(said.partition("\r\n\r\n")[2])


def test_the_product_answers_through_it_and_every_safety_header_is_said_once(door):
    status, said = door.ask(ME)

    assert (status, problem(said)["code"]) == (401, "not_signed_in")
    head = said.partition("\r\n\r\n")[0].lower()
    for name in ("x-content-type-options", "referrer-policy", "strict-transport-security", "x-request-id"):
        assert head.count(f"\r\n{name}:") == 1, name
    assert "nginx/" not in head


@pytest.mark.parametrize("length", ["Content-Length: 1073741824", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", ["/api/v1/gigabyte", "/api/v1/uploads/gigabyte"])
def test_a_gigabyte_is_refused_within_a_second(door, path, length):
    begun = time.monotonic()
    with door.connect(source="127.0.0.9") as line:
        line.sendall(f"PUT {path} HTTP/1.1\r\nHost: {PUBLIC}\r\n{length}\r\n\r\n".encode())
        line.settimeout(0.001)
        sent, status, piece = 0, 0, b"100000\r\n" + b"x" * MEGABYTE + b"\r\n"
        while not status and sent < 64 * MEGABYTE:
            with contextlib.suppress(TimeoutError, OSError):
                status = int(line.recv(4096).split()[1])
                break
            with contextlib.suppress(OSError):
                line.settimeout(5)
                line.sendall(piece)
                sent += MEGABYTE
            line.settimeout(0.001)

    assert status == (413 if "Length" in length else 411)
    assert time.monotonic() - begun <= 1
    assert sent <= 20 * MEGABYTE
    assert "gigabyte" not in door.product_said()


@pytest.mark.parametrize(
    ("path", "size"), [("/api/v1/uploads/too-large", 13 * MEGABYTE), ("/api/v1/me/too-large", MEGABYTE + 1)]
)
def test_what_is_too_large_for_its_address_never_reaches_the_product(door, path, size):
    found, said = door.ask(f"PUT {path} HTTP/1.1\r\nContent-Length: {size}", body=b"x" * size)

    assert (found, problem(said)["code"]) == (413, "too_large")
    assert "too-large" not in door.product_said()


def test_an_upload_may_be_large(door):
    """The product refuses it unread, and its answer may be lost on the way: what counts is that it was asked."""
    size = 11 * MEGABYTE
    found, _said = door.ask(f"PUT /api/v1/uploads/large HTTP/1.1\r\nContent-Length: {size}", body=b"x" * size)

    assert found in {401, 502}
    wait_until(lambda: "uploads/large" in door.product_said())


def test_headers_beyond_the_limit_are_refused(door):
    assert door.ask(f"{ME}\r\nX-Long: {'x' * 9000}")[0] == 400
    assert door.ask("\r\n".join([ME, *(f"X-{number}: {'x' * 4000}" for number in range(12))]))[0] == 400


@pytest.mark.parametrize("host", [PUBLIC, STAFF])
@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/livez", "/readyz"])
def test_what_is_for_the_operator_is_not_on_the_public_side(door, host, path):
    assert door.ask(f"GET {path} HTTP/1.1", host=host)[0] == 404


def test_the_staff_screens_have_a_host_of_their_own(door):
    assert door.ask("GET /admin/ HTTP/1.1")[0] == 404
    assert door.ask("GET /ADMIN/ HTTP/1.1")[0] == 404
    assert door.ask("GET /admin/ HTTP/1.1", host=STAFF)[0] == 302
    assert door.ask(ME, host="unknown.example") == (0, "")


@pytest.mark.parametrize(
    "head",
    [
        "POST /api/v1/me HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked",
        "POST /api/v1/me HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5",
        "POST /api/v1/me HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "POST /api/v1/me HTTP/1.1\r\nTransfer-Encoding: xchunked",
        "POST /api/v1/me HTTP/1.1\r\nContent-Length : 4",
        "POST /api/v1/me HTTP/1.1\r\nContent-Length: +4",
        "GET /api/v1/me HTTP/1.1\r\n X-Folded: 1",
        "GET http://elsewhere.example/ HTTP/1.1\r\nHost: other.example",
    ],
)
def test_a_request_that_two_servers_could_read_differently_reaches_no_second_one(door, head):
    status, said = door.ask(head, body=b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")

    assert status in {400, 501}
    assert said.count("HTTP/1.1 ") == 1
    assert "smuggled" not in door.product_said()


def test_who_asks_too_often_is_told_to_wait_and_nobody_else(door):
    def burst(_number):
        return door.ask(ME, source="127.0.0.7")

    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(burst, range(200)))

    refused = [said for status, said in found if status == 429]
    assert len(refused) > 20
    assert {status for status, _ in found} == {401, 429}
    assert problem(refused[0])["code"] == "too_many_requests"
    assert "\r\nRetry-After: 5\r\n" in refused[0]
    assert door.ask(ME, source="127.0.0.8")[0] == 401


def test_two_processes_behind_one_port_count_together(door):
    def counted():
        head = {"Authorization": f"Bearer {TOKEN}"}
        answered = httpx.get(f"http://127.0.0.1:{door.back}/metrics", headers=head, trust_env=False, timeout=20)
        families = text_string_to_metric_families(answered.text)
        samples = [
            sample for family in families if family.name == "consular_http_requests" for sample in family.samples
        ]
        return sum(sample.value for sample in samples if sample.labels["route"] == "api/v1/me")

    before = counted()
    for _ in range(20):
        door.ask(ME, source="127.0.0.11")

    assert {counted() for _ in range(6)} == {before + 20}


@pytest.mark.timeout(120)
def test_slow_clients_hold_no_one_up_and_are_cut(door):
    """200 that never finish their headers, one that never finishes its body; meanwhile others come and go."""
    slow = [door.connect(source="127.0.0.5", timeout=20) for _ in range(200)]
    for line in slow:
        line.sendall(f"GET /api/v1/me HTTP/1.1\r\nHost: {PUBLIC}\r\nX-Slow: ".encode())
    body = door.connect(source="127.0.0.6", timeout=45)
    body.sendall(f"PUT /api/v1/uploads/slow HTTP/1.1\r\nHost: {PUBLIC}\r\nContent-Length: 999\r\n\r\nx".encode())
    begun = time.monotonic()

    others = 0
    while time.monotonic() - begun < 5:
        assert door.ask(ME, source="127.0.0.8")[0] == 401
        others += 1
        time.sleep(0.05)
    assert others > 5
    assert time.monotonic() - begun < 9, "nobody waits until the slow ones are cut"

    for line in slow:
        assert answer(line)[0] in {0, 408}
        line.close()
    assert 9 <= time.monotonic() - begun <= 20
    assert answer(body)[0] in {0, 408}
    assert time.monotonic() - begun <= 40
    body.close()
    assert "uploads/slow" not in door.product_said()


def test_a_slow_body_that_does_arrive_is_handed_over_whole(door):
    with door.connect() as line:
        head = f"PUT /api/v1/uploads/whole HTTP/1.1\r\nHost: {PUBLIC}\r\nConnection: close\r\nContent-Length: 3\r\n\r\n"
        line.sendall(f"{head}ab".encode())
        time.sleep(0.5)
        assert "uploads/whole" not in door.product_said()
        assert exchange(line, b"c")[0] == 401

    assert "uploads/whole" in door.product_said()
