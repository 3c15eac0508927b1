"""`./dev drill erase`: somebody plays the whole journey, is erased, and is then looked for everywhere (security D4).

Looked at: a copy of every table, every object in the store (as it lies there, and opened where a key still exists: in
scans the codes are read), every key of the broker, every log of every process. The same search before the erasure has
to find something in each place; where the product leaves nothing, the drill leaves it for as long.
"""

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

import httpx
import psycopg2  # type: ignore[import-untyped]
from redis import Redis

from deploy.demo.contract import Broken, Contract
from deploy.demo.desk import Desk
from deploy.demo.phone import Phone, Refused
from deploy.drills import _traces
from deploy.drills._canary import Canary, live
from deploy.drills._planted import bucket as store
from deploy.drills._planted import planted, read
from deploy.local.console import LaunchError, say
from deploy.local.product import bring_up, web_ports
from deploy.local.profile import ROOT, Profile
from deploy.local.stack import Stack

ALLOWED: dict[str, str] = {}
"""Tables that may still name somebody, and by which law: none does. What is kept is kept without who it was."""
PATIENCE = 60.0
SCANS = "files/"
"""How the product names what somebody has sent."""

Place = Callable[[], Iterator[tuple[str, bytes]]]


class Line(NamedTuple):
    where: str
    looked_at: int
    before: int
    after: tuple[str, ...]


def run(arguments: Sequence[str]) -> int:
    """Print the table; 1 for any trace that no law wants kept."""
    if arguments:
        raise LaunchError(f"drill erase takes no arguments ({' '.join(arguments)})")
    with Stack(Profile("drill-erase"), *web_ports()) as stack:
        bring_up(stack)
        try:
            lines = rehearse(stack, Canary.new(secrets.token_hex(4)))
        except (Refused, Broken, TimeoutError, LookupError, httpx.HTTPError) as reason:
            raise LaunchError(f"the journey stopped: {type(reason).__name__}: {reason}") from reason
    return told(lines)


def rehearse(stack: Stack, canary: Canary) -> list[Line]:
    places = {
        "tables": lambda: tables(stack),
        "objects as they lie there": lambda: objects(stack),
        "scans opened with their keys": lambda: opened(stack, scans=True),
        "all else opened with its key": lambda: opened(stack, scans=False),
        "keys and values of the broker": lambda: broker(stack),
        "logs": lambda: _traces.in_files(stack.profile.log_dir),
    }
    with httpx.Client(base_url=stack.environ["PUBLIC_URL"], timeout=30) as http:
        schema = http.get("/api/v1/schema", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
        phone = Phone(http, Contract(schema), language="zh-Hans")
        with httpx.Client(base_url=stack.environ["STAFF_URL"], timeout=30) as browser:
            citizen = live(phone, Desk(browser), canary, json.loads(stack.profile.logins.read_text()))
        say("looking for her before she is erased")
        with planted(stack, canary.mark):
            before = {name: look(place, canary) for name, place in places.items()}
        say("erasing her")
        phone.post(f"/api/v1/citizens/{citizen}/erasure", printed_name=canary.printed)
        wait_for_the_end(stack, citizen)
    say("looking for her again")
    after = {name: look(place, canary) for name, place in places.items()}
    return [
        Line(name, after[name][0], sum(map(len, before[name][1].values())), _hits(after[name][1])) for name in places
    ]


def look(place: Place, canary: Canary) -> tuple[int, dict[str, set[str]]]:
    """How many things were looked at, and what was found in which."""
    count, found = 0, {}
    for name, content in place():
        count += 1
        if hits := _traces.found_in(content, canary.words):
            found[name] = hits
    return count, found


def tables(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """As the owner, whom no row security holds back."""
    with closing(psycopg2.connect(stack.environ["DATABASE_URL"])) as connection:
        yield from _traces.in_tables(connection)


def objects(stack: Stack) -> Iterator[tuple[str, bytes]]:
    client, bucket = store(stack)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for one in page.get("Contents", []):
            content = client.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
            yield one["Key"], one["Key"].encode() + b"\n" + content


def opened(stack: Stack, *, scans: bool) -> Iterator[tuple[str, bytes]]:
    """What the product itself can still open, with the database as it is: of scans what a scanner reads in them.

    Their own words are cleaned away on arrival, so that only what is drawn can be found.
    """
    argv = [sys.executable, str(ROOT / "manage.py"), "shell", "--no-imports", "-c", _OPEN]
    ran = subprocess.run(argv, env=stack.environ, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise LaunchError(f"opening what is stored failed: {(ran.stderr.strip().splitlines() or ['?'])[-1]}")
    for name, content in json.loads(ran.stdout.splitlines()[-1]).items():
        if name.startswith(SCANS) is scans:
            yield name, read(bytes.fromhex(content)) if scans else bytes.fromhex(content)


def broker(stack: Stack) -> Iterator[tuple[str, bytes]]:
    with closing(Redis.from_url(stack.environ["REDIS_URL"])) as connection:
        yield from _traces.in_broker(connection)


def wait_for_the_end(stack: Stack, citizen: str) -> None:
    until = time.monotonic() + PATIENCE
    with closing(psycopg2.connect(stack.environ["DATABASE_URL"])) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        while True:
            cursor.execute("SELECT done_at FROM privacy_erasure WHERE citizen_id = %s", [citizen])
            row = cursor.fetchone()
            if row and row[0]:
                return
            if time.monotonic() > until:
                raise TimeoutError(f"not erased after {PATIENCE:.0f} s")
            time.sleep(0.5)


def told(lines: Sequence[Line]) -> int:
    print(f"\n{'where':<32} {'looked at':>10} {'hits before':>12} {'hits after':>11}  allowed by")
    bad = 0
    for line in lines:
        forbidden = [hit for hit in line.after if hit.partition(":")[0] not in ALLOWED]
        bad += len(forbidden)
        basis = "; ".join(sorted({ALLOWED[name] for hit in line.after if (name := hit.partition(":")[0]) in ALLOWED}))
        print(f"{line.where:<32} {line.looked_at:>10} {line.before:>12} {len(line.after):>11}  {basis or '–'}")
        print("".join(f"      BAD {hit}\n" for hit in forbidden), end="")
    blind = [line.where for line in lines if not line.before]
    print("".join(f"nothing was found even before in {where}: this proves nothing\n" for where in blind), end="")
    print(f"{bad} traces that may not be there")
    return 1 if bad or blind else 0


def _hits(found: dict[str, set[str]]) -> tuple[str, ...]:
    return tuple(f"{name}: {word}" for name, words in sorted(found.items()) for word in sorted(words))


_OPEN = "from deploy.drills._opened import show; show()"
