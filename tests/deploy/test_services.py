import contextlib
import os
import smtplib
import stat
import time
import urllib.request
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import psycopg2
import pytest
import redis
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from redis.backoff import NoBackoff
from redis.retry import Retry

from deploy.local import contract
from deploy.local.console import LaunchError
from deploy.local.services import NOWHERE
from deploy.local.stack import ALL, Stack, unreached


def query(stack: Stack, sql: str) -> object:
    with contextlib.closing(psycopg2.connect(stack.settings["DATABASE_URL"])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None


def bucket(stack: Stack, **other: str) -> BaseClient:
    account = {
        "aws_access_key_id": stack.settings["S3_ACCESS_KEY_ID"],
        "aws_secret_access_key": stack.settings["S3_SECRET_ACCESS_KEY"],
    }
    where = {"endpoint_url": stack.settings["S3_ENDPOINT_URL"], "region_name": stack.settings["S3_REGION"]}
    return boto3.client("s3", **where, **(account | other))


def mail_server(stack: Stack) -> smtplib.SMTP:
    address = urlsplit(stack.settings["EMAIL_URL"])
    return smtplib.SMTP(str(address.hostname), address.port or 0, timeout=5)


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "post@consular.example", "citizen@example.com"
    message["Subject"] = "您的旅行证已签发"
    message.set_content("请持本人照片前来领取。\n")
    return message


def test_the_products_account_answers_and_is_no_superuser(stack: Stack) -> None:
    assert query(stack, "SELECT current_user || current_setting('is_superuser')") == "consularoff"


def test_the_products_account_may_make_the_test_database(stack: Stack) -> None:
    query(stack, "CREATE DATABASE made_by_a_test")
    assert query(stack, "SELECT count(*) FROM pg_database WHERE datname = 'made_by_a_test'") == 1
    query(stack, "DROP DATABASE made_by_a_test")


def test_exclusion_constraints_and_chinese_similarity_are_there(stack: Stack) -> None:
    query(stack, "CREATE EXTENSION IF NOT EXISTS btree_gist")
    query(stack, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert query(stack, "SELECT similarity('北京市朝阳区', '北京市海淀区') > 0") is True


def test_a_wrong_database_password_is_refused(stack: Stack) -> None:
    address = urlsplit(stack.settings["DATABASE_URL"])
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(f"postgres://consular:wrong@127.0.0.1:{address.port}/consular")


def test_valkey_answers_with_the_password_and_refuses_without(stack: Stack) -> None:
    address = urlsplit(stack.settings["REDIS_URL"])
    with redis.Redis.from_url(stack.settings["REDIS_URL"]) as line:
        assert line.ping()
    with (
        redis.Redis(host="127.0.0.1", port=address.port or 0, retry=Retry(NoBackoff(), 0)) as line,
        pytest.raises(redis.AuthenticationError),
    ):
        line.ping()


def test_the_object_store_gives_back_what_was_put(stack: Stack) -> None:
    client = bucket(stack)
    client.put_object(Bucket=stack.settings["S3_BUCKET"], Key="papers/照片.jpg", Body=b"\xff\xd8photo")
    found = client.get_object(Bucket=stack.settings["S3_BUCKET"], Key="papers/照片.jpg")
    assert found["Body"].read() == b"\xff\xd8photo"


def test_the_object_store_refuses_a_wrong_secret(stack: Stack) -> None:
    with pytest.raises(ClientError) as refused:
        bucket(stack, aws_secret_access_key="wrong").list_buckets()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_object_store_refuses_an_unsigned_request(stack: Stack) -> None:
    address = f"{stack.settings['S3_ENDPOINT_URL']}/{stack.settings['S3_BUCKET']}"
    with pytest.raises(urllib.request.HTTPError, match=r"40[03]") as refused:
        urllib.request.urlopen(address, timeout=5)
    refused.value.close()


def test_a_message_lands_as_a_file_with_its_envelope(stack: Stack) -> None:
    address = urlsplit(stack.settings["EMAIL_URL"])
    with mail_server(stack) as server:
        server.login(str(address.username), str(address.password))
        server.send_message(letter(), to_addrs=["hidden@example.com"])
    (file,) = (stack.profile.mail_dir / "new").glob("*.eml")
    kept = BytesParser().parsebytes(file.read_bytes())
    assert kept["X-Envelope-To"] == "hidden@example.com"
    assert kept.get_payload(decode=True).decode().splitlines() == ["请持本人照片前来领取。"]
    assert list((stack.profile.mail_dir / "tmp").iterdir()) == []


@pytest.mark.parametrize("account", [("consular", "wrong"), ("someone", "wrong")])
def test_bad_mail_credentials_are_refused(stack: Stack, account: tuple[str, str]) -> None:
    with mail_server(stack) as server, pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        server.login(*account)
    assert refused.value.smtp_code == 535


def test_mail_without_signing_in_is_refused(stack: Stack) -> None:
    with mail_server(stack) as server, pytest.raises(smtplib.SMTPSenderRefused) as refused:
        server.send_message(letter())
    assert refused.value.smtp_code == 530


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's table of sockets")
def test_no_service_listens_beyond_this_machine(stack: Stack) -> None:
    urls = [stack.settings[contract.ADDRESSES[name]] for name in ALL]
    ports = {f"{urlsplit(url).port or 0:04X}" for url in urls}
    tables = [path for name in ("tcp", "tcp6") if (path := Path(f"/proc/net/{name}")).exists()]
    rows = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    listening = {row[1] for row in rows if row[3] == "0A" and row[1].partition(":")[2] in ports}
    assert listening == {f"0100007F:{port}" for port in ports}


def test_files_with_secrets_are_for_their_owner_only(stack: Stack) -> None:
    stack.publish()
    files = [stack.profile.dir / name for name in ("secrets.json", "state.json", "valkey/valkey.conf")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_every_variable_of_the_contract_has_a_value_before_anything_runs(stack: Stack) -> None:
    names = {variable.name for variable in contract.CONTRACT}
    assert set(unreached(stack.profile)) == set(stack.settings) == names
    # what is switched off by being empty may be
    assert all(value for name, value in unreached(stack.profile).items() if name not in contract.SILENT)


def test_the_address_of_what_does_not_run_refuses_at_once(stack: Stack) -> None:
    begun = time.monotonic()
    with pytest.raises(psycopg2.OperationalError, match="refused"):
        psycopg2.connect(unreached(stack.profile)["DATABASE_URL"])
    assert time.monotonic() - begun < 1
    assert urlsplit(unreached(stack.profile)["REDIS_URL"]).port == NOWHERE


def test_every_made_secret_says_that_it_is_not_for_production(stack: Stack) -> None:
    assert {value[:8] for value in stack.profile.secrets().values()} == {"sandbox-"}
    assert len(stack.settings["SECRET_KEY"]) >= 50


@pytest.mark.usefixtures("bare_environ")
def test_a_service_that_the_person_brought_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere:6379/0")
    assert contract.missing(ALL) == ["postgres", "s3", "mail"]


@pytest.mark.usefixtures("bare_environ")
def test_half_a_service_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_ENDPOINT_URL", "https://s3.example.com")
    monkeypatch.setenv("S3_BUCKET", "papers")
    with pytest.raises(LaunchError, match="S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY is not"):
        contract.missing(ALL)


@pytest.mark.usefixtures("bare_environ")
def test_what_is_set_already_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_BUCKET", "papers")
    monkeypatch.setenv("S3_REGION", "")
    made = contract.product_environ({"S3_BUCKET": "consular", "S3_REGION": "us-east-1"})
    assert (made["S3_BUCKET"], made["S3_REGION"], made["PATH"]) == ("papers", "us-east-1", os.environ["PATH"])


@pytest.mark.usefixtures("bare_environ")
def test_each_kind_of_process_gets_its_own_account_and_only_the_auditor_the_key_of_seals(stack: Stack) -> None:
    given = {kind: contract.process_environ(stack.settings, kind) for kind in ("api", "staff", "worker", "auditor")}
    for kind, environ in given.items():
        assert urlsplit(environ["DATABASE_URL"]).username == f"consular_{kind}"
        assert environ["PROCESS"] == kind
        assert not [name for name in environ if name.startswith("DATABASE_URL_")]
    assert [kind for kind, environ in given.items() if "AUDIT_KEYS_PASSPHRASE" in environ] == ["auditor"]


@pytest.mark.usefixtures("bare_environ")
def test_a_database_that_the_person_brought_may_have_roles_or_not(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://me:pw@elsewhere/mine")
    assert not contract.has_roles()
    assert contract.process_environ(stack.settings, "api")["DATABASE_URL"] == "postgres://me:pw@elsewhere/mine"
    for kind in ("API", "STAFF", "WORKER", "AUDITOR"):
        monkeypatch.setenv(f"DATABASE_URL_{kind}", f"postgres://{kind}:pw@elsewhere/mine")
    assert contract.process_environ(stack.settings, "api")["DATABASE_URL"] == "postgres://API:pw@elsewhere/mine"
