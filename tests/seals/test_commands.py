"""The commands as a partner runs them: another process, no database anywhere."""

import base64
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.seals import services
from apps.seals.batch.lines import to_json
from apps.seals.trust import load
from apps.seals.verification import verify
from tests.seals.factories import AT, LINES, TODAY, ZHANG, authority, seal, signer

ROOT = Path(__file__).resolve().parents[2]
CSCA = authority()
SIGNER = signer(CSCA)
SEAL = seal(SIGNER)
AT_TEXT = AT.isoformat()
NOWHERE = {
    "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:1/nowhere",
    "REDIS_URL": "redis://:nothing@127.0.0.1:1/0",
}
"""Port 1 refuses every connection: whoever tries one, fails."""


@pytest.fixture
def trusted(tmp_path):
    folder = tmp_path / "trust"
    folder.mkdir()
    for name, party in (("csca", CSCA), ("signer", SIGNER)):
        (folder / f"{name}.cer").write_bytes(party.certificate_der)
    (folder / "README.txt").write_text("not a certificate")
    return folder


def manage(*arguments):
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **NOWHERE},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(*arguments, given=b""):
    process = manage(*arguments)
    out, err = process.communicate(given, timeout=50)
    return process.returncode, out, err.decode()


def test_a_process_converses_without_a_database():
    """Each answer comes before the next question is asked."""
    certificates = [base64.b64encode(each.certificate_der).decode() for each in (SIGNER, CSCA)]
    request = {"format": "vds", "data": SEAL.hex(), "certificates": certificates, "at": AT_TEXT}
    process = manage("verify", "--batch")
    verdicts = []
    for number, data in enumerate([SEAL.hex(), SEAL.hex()[:-2], SEAL.hex()]):
        process.stdin.write(to_json(request | {"id": number, "data": data}).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        verdicts.append((answer["id"], answer["verdict"]))
    out, err = process.communicate(timeout=50)

    assert verdicts == [(0, "VALID"), (1, "INVALID"), (2, "VALID")]
    assert (process.returncode, out, err) == (0, b"", b"")


def test_zones_are_written_and_read_without_a_database():
    lines = [{"profile": "ETD_SHEET", **ZHANG}, {"lines": LINES}, "rubbish"]

    code, out, err = run("mrz", given="".join(json.dumps(line) + "\n" for line in lines).encode())

    written, read, refused = (json.loads(line) for line in out.splitlines())
    assert (code, err) == (0, "")
    assert written["lines"] == LINES
    assert all(read["checks"].values())
    assert refused["code"] == "malformed_request"


def test_the_exit_code_says_valid(trusted):
    code, out, err = run("verify", "-", "--trust", str(trusted), "--at", AT_TEXT, given=SEAL)

    assert (code, json.loads(out)["verdict"], err) == (0, "VALID", "")


def test_the_exit_code_says_wrong_usage():
    code, out, err = run("verify", "/no/such/file")

    assert (code, out) == (2, b"")
    assert "Traceback" not in err


def judged(path, *arguments):
    """In this process: exit code and answer."""
    out = io.StringIO()
    try:
        call_command("verify", str(path), *arguments, stdout=out)
    except SystemExit as end:
        return end.code, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.mark.parametrize(
    ("content", "arguments", "expected"),
    [
        (SEAL, [], (0, "VALID")),
        (SEAL.hex().encode() + b"\n", ["--format", "vds"], (0, "VALID")),
        (SEAL[:-1], [], (1, "WRONG_FORMAT")),
        (b"", [], (1, "UNSUPPORTED")),
        (SEAL, ["--format", "hcert"], (1, "UNSUPPORTED")),
        (b"%PDF-1.7", [], (1, "WRONG_FORMAT")),
    ],
)
def test_a_file_is_judged(tmp_path, trusted, content, arguments, expected):
    file = tmp_path / "document"
    file.write_bytes(content)

    code, answer = judged(file, "--trust", str(trusted), "--at", AT_TEXT, *arguments)

    assert (code, answer["code"]) == expected


def test_nobody_is_believed_unless_named(tmp_path):
    (tmp_path / "seal").write_bytes(SEAL)

    assert judged(tmp_path / "seal")[1]["code"] == "UNKNOWN_CERTIFICATE"


def test_one_file_may_name_several_in_pem(tmp_path):
    pem = "".join(
        f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(each.certificate_der).decode()}-----END CERTIFICATE-----\n"
        for each in (CSCA, SIGNER)
    )
    (tmp_path / "all.pem").write_text(pem)

    assert verify(SEAL, trust=load(tmp_path / "all.pem"), at=AT).is_valid


WRONG_USAGE = [
    [],
    ["-", "--batch"],
    ["manage.py", "--trust", "/no/such/folder"],
    ["manage.py", "--trust", "manage.py"],
    ["manage.py", "--at", "tomorrow"],
    ["."],
]


@pytest.mark.parametrize("arguments", WRONG_USAGE, ids=map(str, WRONG_USAGE))
def test_wrong_usage_is_an_error_of_the_caller(arguments):
    with pytest.raises(CommandError) as refused:
        call_command("verify", *arguments)

    assert refused.value.returncode == 2


@pytest.mark.django_db
def test_the_certificates_that_are_exported_are_enough_to_verify(key_folder, tmp_path):
    out = io.StringIO()
    call_command("seal_keys", "--export", str(tmp_path / "trust"), stdout=out)
    call_command("seal_keys", "--export", str(tmp_path / "trust"), stdout=io.StringIO())
    later = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=services.create_keys(at=AT)[1].use_from)

    assert len(list((tmp_path / "trust").iterdir())) == 3
    assert out.getvalue().count("signs until") == 3
    (tmp_path / "seal").write_bytes(later)
    assert judged(tmp_path / "seal", "--trust", str(tmp_path / "trust"))[0] == 0
