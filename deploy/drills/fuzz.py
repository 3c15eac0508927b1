"""`./dev drill fuzz [--examples N]`: the whole schema against the running server, as four kinds of callers.

schemathesis with every check and seeds 1–5, then a list of nasty values in every place. No 5xx, no answer that the
schema does not promise; an error of the tool fails as well. N is the most cases per operation, caller and seed.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import httpx

from deploy.demo.contract import Contract
from deploy.drills import _nasty as nasty
from deploy.drills import _people as people
from deploy.drills._site import Site, site
from deploy.local.console import LaunchError, say
from deploy.local.profile import ROOT

SEEDS = (1, 2, 3, 4, 5)
EXAMPLES = 3
LEAST = 5000
CONFIG = Path(__file__).with_name("schemathesis.toml")
LEFT_OUT = ("auth_sign_out", "devices_sign_out_others", "devices_sign_out")
"""They end the caller's own session: nasty values reach them, generated calls would only meet 401 afterwards."""
COUNTED = re.compile(r"(\d+) generated")


class Run(NamedTuple):
    """One table row; ``said`` is what failed."""

    role: str
    tool: str
    cases: int
    failures: list[str]


def run(arguments: Sequence[str]) -> int:
    """1 when any answer was wrong, or fewer than 5,000 cases were made."""
    examples = _examples(arguments)
    with site() as target:
        callers = _callers(target)
        runs = [_generated(target, role, caller, seed, examples) for role, caller in callers.items() for seed in SEEDS]
        runs += [_nasty(target, role, caller) for role, caller in callers.items()]
    cases, failures = sum(one.cases for one in runs), [fault for one in runs for fault in one.failures]
    generated = sum(one.cases for one in runs if one.tool != "nasty values")
    print("\n".join(f"{one.role:<10} {one.tool:<22} {one.cases:>6} cases {len(one.failures):>4} wrong" for one in runs))
    print(f"{cases} cases ({generated} generated, at least {LEAST} wanted), {len(failures)} wrong")
    print("\n".join(failures[:60]))
    return 0 if not failures and generated >= LEAST else 1


def _examples(arguments: Sequence[str]) -> int:
    if not arguments:
        return EXAMPLES
    if len(arguments) != 2 or arguments[0] != "--examples" or not arguments[1].isdecimal():  # noqa: PLR2004
        raise LaunchError("drill fuzz takes one option: --examples N")
    return int(arguments[1])


def _callers(target: Site) -> dict[str, people.Caller]:
    """Nobody, a citizen with a submitted application, a helper who may see it, and the phone of a thief."""
    citizen, _case = people.submitted(target.http)
    helper = people.helper_of(citizen, "view")
    helper.ids = citizen.ids
    robbed = people.newcomer(target.http)
    thief = people.sign_in(target.http, robbed.address)
    thief.ids = robbed.ids
    return {"anonymous": people.Caller(target.http), "citizen": citizen, "helper": helper, "probation": thief}


def _generated(target: Site, role: str, caller: people.Caller, seed: int, examples: int) -> Run:
    """One run of schemathesis; its report is kept beside the logs."""
    say(f"schemathesis as {role}, seed {seed}")
    left_out = [word for name in LEFT_OUT for word in ("--exclude-operation-id", name)]
    token = ["-H", f"Authorization: Bearer {caller.token}"] if caller.token else []
    report = target.stack.profile.log_dir / f"fuzz-{role}-{seed}.txt"
    phases = "examples,coverage,fuzzing" if seed == SEEDS[0] else "fuzzing"  # coverage is the same for every seed
    words = ["--seed", str(seed), "--max-examples", str(examples), "--phases", phases]
    words += ["--checks", "all", "--continue-on-failure", "--no-color", "--no-shrink", "--generation-database", "none"]
    place = ["run", f"{target.stack.environ['PUBLIC_URL']}/api/v1/schema"]
    argv = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file",
        str(CONFIG),
        *place,
        *token,
        *left_out,
        *words,
    ]
    environ = os.environ | {"FUZZ_IDS": json.dumps(caller.ids), "PYTHONPATH": str(ROOT)}
    environ["SCHEMATHESIS_HOOKS"] = "deploy.drills._fuzz_hooks"
    ran = subprocess.run(argv, env=environ, cwd=target.stack.profile.dir, capture_output=True, text=True, check=False)
    report.write_text(ran.stdout + ran.stderr)
    counted = COUNTED.search(ran.stdout)
    failures = [] if ran.returncode == 0 and counted else [f"{role}, seed {seed}: exit {ran.returncode}, see {report}"]
    return Run(role, f"schemathesis seed {seed}", int(counted[1]) if counted else 0, failures)


def _nasty(target: Site, role: str, caller: people.Caller) -> Run:
    """Every value in every place; who signs the caller out is tried with a phone of its own."""
    say(f"nasty values as {role}")
    schema = target.http.get("/api/v1/schema", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    contract, wrong, cases = Contract(schema), [], 0
    for shot in nasty.shots(schema, caller.ids):
        if (shot.method == "DELETE" and "/devices" in shot.path) or shot.path.startswith("/api/v1/auth/tokens/current"):
            continue
        given = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
        given |= {"Content-Type": shot.content_type, "Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1.en"'}
        answer = _answer(target, shot, given)
        cases += 1
        if answer is None:
            wrong.append(f"{role}: {shot.method} {shot.path}: the server hung up twice")
        elif fault := nasty.judge(contract, shot, answer):
            wrong.append(f"{role}: {fault}")
    return Run(role, "nasty values", cases, wrong)


def _answer(target: Site, shot: nasty.Shot, headers: dict[str, str]) -> httpx.Response | None:
    """None when nothing came, also over a new connection: an idle one may be closed while we write to it."""
    for _ in range(2):
        with contextlib.suppress(httpx.RemoteProtocolError):
            return target.http.request(shot.method, shot.path, content=shot.content, headers=headers)
    return None
