"""Guessing as fast as threads can: codes (C4) and passwords (C5), before and after the broker forgets everything."""

import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import redis

from deploy.demo.desk import Desk
from deploy.drills import _people as people
from deploy.drills._site import Found, Site

THREADS, GUESSES = 32, 313
"""Ten thousand guesses in all."""
PASSWORD_THREADS, PASSWORD_GUESSES, MOST_PASSWORDS = 30, 4, 10
MOST_CODES = 5


def codes(site: Site) -> Found:
    """C4: of all guesses at one code five are compared; and a code is not sent again because a cache was flushed."""
    challenge = _challenge(site.http, f"{uuid.uuid4().hex}@example.com")
    ask = _asker(site, "/api/v1/auth/tokens")
    first = _at_once(THREADS, lambda turn: [ask(challenge, number) for number in _numbers(turn)])
    forget(site)
    second = _at_once(THREADS, lambda turn: [ask(challenge, number) for number in _numbers(turn)][:5])
    again = _sent_again(site)
    compared = first["wrong_code"] + second["wrong_code"]
    counted = site.ask("SELECT attempts FROM accounts_challenge WHERE id = %s", challenge)[0][0]
    in_all = sum(first.values()) + sum(second.values())
    good = compared <= MOST_CODES and counted <= MOST_CODES and "" not in first + second and again == 429  # noqa: PLR2004
    told = f"{in_all} guesses by {THREADS} threads: {compared} compared, {counted} counted"
    return Found("C4", good, f"{told}; after FLUSHALL a new code: {again}; {dict(first + second)}")


def _sent_again(site: Site) -> int:
    """The answer to a second wish for a code at once, when the broker has forgotten the first."""
    address = f"{uuid.uuid4().hex}@example.com"
    _challenge(site.http, address)
    forget(site)
    return people.Caller(site.http).send("POST", "/api/v1/auth/challenges", {"to": address}).status_code


def _numbers(turn: int) -> range:
    return range(turn * GUESSES, (turn + 1) * GUESSES)


def _challenge(http: httpx.Client, address: str) -> str:
    return str(people.Caller(http).made("POST", "/api/v1/auth/challenges", to=address)["challenge"])


def _asker(site: Site, path: str) -> Callable[[str, int], str]:
    """One guess; answers the problem's code, or nothing when it was let in."""

    def ask(challenge: str, number: int) -> str:
        body = {"challenge": challenge, "code": f"{number:06d}", "device_name": "guesser"}
        answer = site.http.post(path, json=body)
        return "" if answer.is_success else str(answer.json()["code"])

    return ask


def _at_once(threads: int, work: Callable[[int], list[str]]) -> Counter[str]:
    """Everybody waits for everybody, then all go."""
    gate = threading.Barrier(threads)

    def run(turn: int) -> list[str]:
        gate.wait()
        return work(turn)

    with ThreadPoolExecutor(threads) as pool:
        return Counter(said for answers in pool.map(run, range(threads)) for said in answers)


def forget(site: Site) -> None:
    """FLUSHALL."""
    redis.Redis.from_url(site.stack.environ["REDIS_URL"]).flushall()


def passwords(site: Site) -> Found:
    """C5: ten checks per account and quarter of an hour, whoever asks and whatever the broker remembers.

    Each guess comes from an address of its own. The owner, who has been at work, is not disturbed; that a passkey still
    opens the door is a test of its own: it needs an authenticator.
    """
    officer = site.officers("BSB")[0]
    with _browser(site) as own:
        Desk(own).sign_in(officer["username"], officer["password"])
        before = _checked(site)
        first = _at_once(PASSWORD_THREADS, lambda turn: _some(site, officer["username"], turn, PASSWORD_GUESSES))
        forget(site)
        second = _at_once(PASSWORD_THREADS, lambda turn: _some(site, officer["username"], turn, 1))
        made = _checked(site) - before
        works = own.get("/admin/cases/case/").status_code
    with _browser(site) as browser:
        try:
            Desk(browser).sign_in(officer["username"], officer["password"])
            waits = False
        except LookupError:
            waits = True
    in_all = sum((first + second).values())
    good = 0 < made <= MOST_PASSWORDS and waits and works == httpx.codes.OK and set(first + second) == {"refused"}
    told = f"{in_all} guesses from {PASSWORD_THREADS * PASSWORD_GUESSES} addresses, FLUSHALL between: {made} checked"
    told += f"; the right password must wait: {waits}; the owner's open desk: {works}"
    return Found("C5", good, f"{told}; {dict(first + second)}")


def _some(site: Site, username: str, turn: int, times: int) -> list[str]:
    return [_try(site, username, f"127.0.4.{1 + turn * PASSWORD_GUESSES + number}") for number in range(times)]


def _browser(site: Site, source: str = "") -> httpx.Client:
    """As somebody at that address of this machine."""
    way = httpx.HTTPTransport(local_address=source) if source else None
    return httpx.Client(base_url=site.staff_url, timeout=60, trust_env=False, transport=way)


def _checked(site: Site) -> int:
    """Guesses that were let through to a comparison; one above the limit says that it was reached."""
    found = site.ask(
        "SELECT coalesce(sum(least(count, %s)), 0) FROM accounts_tally WHERE key LIKE 'password%%'", MOST_PASSWORDS
    )
    return int(found[0][0])


def _try(site: Site, username: str, source: str) -> str:
    with _browser(site, source) as browser:
        page = browser.get("/admin/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        fields = {
            "csrfmiddlewaretoken": token[1] if token else "",
            "username": username,
            "password": f"wrong-{source}-{time.time()}",
        }
        answer = browser.post("/admin/login/", data=fields, headers={"Referer": str(browser.base_url)})
    place = urlsplit(answer.headers.get("location", "")).path
    return "refused" if answer.status_code == httpx.codes.OK else f"{answer.status_code} {place}"
