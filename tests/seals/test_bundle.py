"""The published keys: what is in the bundle, who believes it, and what a border does with an old one."""

import base64
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import CommandError, call_command
from django.db import connection

from apps.kernel.errors import DomainError
from apps.kernel.withdrawn import withdrawn
from apps.seals import bundle, certificates, services, trust
from apps.seals.models import Purpose, RevocationList, TrustBundle
from apps.seals.tasks import publish
from apps.seals.verdicts import Code
from apps.seals.verification import verify
from tests.seals.factories import AT, LINES, TODAY
from tests.seals.test_page_verifier import ask

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def openssl(*arguments, given=b""):
    ran = subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def opened(jws, keys, *, at=AT, after=0):
    return bundle.opened(jws, authorities=[keys["csca"].certificate_der], at=at, after=after)


def refused(act):
    with pytest.raises(DomainError) as error:
        act()
    return error.value.code


def refusal(*args, **more):
    return refused(lambda: opened(*args, **more))


def test_it_holds_the_keys_and_an_authoritys_list(signing_keys):
    found = opened(services.publish_trust(at=AT).jws, signing_keys)

    assert set(found.certificates) == {key.certificate_der for key in signing_keys.values()}
    assert [each.is_signed_by(certificates.parse(signing_keys["csca"].certificate_der))
            for each in map(trust.revocation.parse, found.revocation_lists)] == [True]  # fmt: skip
    assert (found.sequence, found.generated_at) == (1, AT)
    assert AT < found.next_update < found.not_after


def test_a_stranger_with_a_jwt_library_believes_it(signing_keys):
    jws = services.publish_trust(at=AT).jws
    head = jwt.get_unverified_header(jws)
    leaf, issuer = (x509.load_der_x509_certificate(base64.b64decode(each)) for each in head["x5c"])

    leaf.verify_directly_issued_by(issuer)
    payload = json.loads(jwt.PyJWS().decode(jws, leaf.public_key(), algorithms=["ES256"]))

    assert issuer.public_bytes(Encoding.DER) == signing_keys["csca"].certificate_der
    assert payload["sequence"] == 1


def test_openssl_believes_the_signer_and_reads_the_lists(signing_keys, tmp_path):
    folder = tmp_path / "trust"
    services.publish_trust(at=AT)
    services.revoke(serial=signing_keys["vds"].serial, at=AT + HOUR)
    (tmp_path / "csca.der").write_bytes(signing_keys["csca"].certificate_der)
    openssl("x509", "-in", str(tmp_path / "csca.der"), "-out", str(tmp_path / "csca.pem"))
    (tmp_path / "pdf.der").write_bytes(signing_keys["pdf"].certificate_der)
    (tmp_path / "vds.der").write_bytes(signing_keys["vds"].certificate_der)
    (tmp_path / "list.crl").write_bytes(bytes(RevocationList.objects.order_by("number").last().der))
    folder.mkdir()

    openssl("crl", "-inform", "DER", "-in", str(tmp_path / "list.crl"), "-out", str(tmp_path / "crl.pem"))
    chain = ["verify", "-CAfile", str(tmp_path / "csca.pem"), "-CRLfile", str(tmp_path / "crl.pem"), "-crl_check",
             "-attime", str(int((AT + 2 * HOUR).timestamp()))]  # fmt: skip
    good, _said = openssl(*chain, str(tmp_path / "pdf.der"))
    _code, said = openssl(*chain, str(tmp_path / "vds.der"))

    assert good == 0
    assert b"certificate revoked" in said
    assert b"X509v3 CRL Number" in openssl("crl", "-in", str(tmp_path / "crl.pem"), "-noout", "-text")[1]


def test_the_same_keys_keep_the_same_bundle_for_half_a_day(signing_keys):
    first = services.publish_trust(at=AT)

    assert services.publish_trust(at=AT + 11 * HOUR).pk == first.pk
    assert services.publish_trust(at=AT + 12 * HOUR).sequence == 2
    assert RevocationList.objects.count() == 1
    assert services.publish_trust(at=AT + 8 * DAY).sequence == 3
    assert RevocationList.objects.count() == 2


def test_a_new_key_is_told_at_once(signing_keys):
    services.publish_trust(at=AT)
    new = services.rotate(purpose=Purpose.VDS, at=AT + HOUR)

    assert new.certificate_der in opened(services.publish_trust(at=AT + HOUR).jws, signing_keys).certificates


def test_what_a_revoked_key_has_sealed_is_believed_no_more(signing_keys):
    seal = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    before = opened(services.publish_trust(at=AT).jws, signing_keys)

    services.revoke(serial=signing_keys["vds"].serial.lower(), at=AT + HOUR)
    services.revoke(serial=signing_keys["vds"].serial, at=AT + 2 * HOUR)
    after = opened(services.published_trust().jws, signing_keys, at=AT + HOUR)

    def judged(found):
        return verify(seal, trust=found.trust, at=AT + 3 * HOUR).code

    assert judged(before) is Code.VALID
    assert judged(after) is Code.REVOKED_CERTIFICATE
    assert TrustBundle.objects.count() == 2, "revoking again changes nothing"
    again = refused(lambda: services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT + 3 * HOUR))
    assert again == "signing_key_missing"


@pytest.fixture
def void(monkeypatch):
    """Numbers that were declared void; may be changed."""
    numbers = []
    monkeypatch.setitem(withdrawn._items, "documents", lambda at: list(numbers))
    return numbers


def test_a_void_document_is_told_at_once_and_judged_void(signing_keys, void):
    seal = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    before = opened(services.publish_trust(at=AT).jws, signing_keys)
    void.extend(["L12345678", "C00000007"])

    after = opened(services.publish_trust(at=AT + HOUR).jws, signing_keys)

    assert (before.void, after.void, after.sequence) == ([], ["C00000007", "L12345678"], 2)
    assert verify(seal, trust=before.trust, at=AT).code is Code.VALID
    verdict = verify(seal, trust=after.trust, at=AT)
    assert (verdict.code, verdict.is_valid, verdict.document_status) == (Code.VOID_DOCUMENT, False, "void")
    assert services.publish_trust(at=AT + HOUR).sequence == 2


def test_a_list_of_void_documents_names_numbers_and_nobody(signing_keys, void):
    void.extend(["L12345678", "C00000007"])

    told = json.loads(bundle.payload(services.publish_trust(at=AT).jws))

    assert told["void_documents"] == ["C00000007", "L12345678"]
    assert (told["version"], set(told) - {"void_documents"}) == (
        1, {"version", "sequence", "generated_at", "next_update", "not_after", "certificates", "revocation_lists"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("member", "code"),
    [({}, "good"), ({"void_documents": []}, "good"), ({"void_documents": "L12345678"}, "bundle_unreadable")],
)
def test_a_bundle_without_the_list_names_none_and_a_broken_list_is_no_bundle(signing_keys, monkeypatch, member, code):
    found = opened(services.publish_trust(at=AT).jws, signing_keys)
    said = {name: value for name, value in found.as_json().items() if name != "void_documents"} | member
    monkeypatch.setattr(bundle.Bundle, "as_json", lambda self: said)
    jws = bundle.sign(found, signer=signing_keys["pdf"].signer, chain=[])
    csca = base64.b64encode(signing_keys["csca"].certificate_der).decode()

    there = ask({"ask": "open", "text": jws, "authorities": [csca], "at": AT.isoformat()})[0]

    assert there["code"] == code
    if code == "good":
        assert opened(jws, signing_keys).void == []
    else:
        assert refusal(jws, signing_keys) == code


def test_a_border_s_folder_and_its_command_know_what_is_void(signing_keys, void, now_is, tmp_path, capsys):
    now_is(AT)
    void.append("L12345678")
    (tmp_path / "seal.bin").write_bytes(services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT))
    call_command("trust_bundle", out=tmp_path / "trust")
    capsys.readouterr()

    with pytest.raises(SystemExit):
        call_command("verify", str(tmp_path / "seal.bin"), trust=tmp_path / "trust", at=AT.isoformat())

    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["code"], told["document_status"]) == ("INVALID", "VOID_DOCUMENT", "void")


def test_a_signed_pdf_with_the_seal_of_a_void_document_is_void(signing_keys, void, typeset):
    seal = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    signed = services.sign_pdf(pdf=typeset(services.datamatrix(seal=seal)), reason="Travel Document", at=AT)
    void.append("L12345678")

    verdict = verify(signed, trust=opened(services.publish_trust(at=AT).jws, signing_keys).trust, at=AT)

    assert (verdict.format, verdict.code, verdict.document_status) == ("pdf", Code.VOID_DOCUMENT, "void")


def test_an_authority_and_an_unknown_key_cannot_be_revoked(signing_keys):
    csca = signing_keys["csca"].serial
    assert refused(lambda: services.revoke(serial=csca, at=AT)) == "authority_not_revocable"
    assert refused(lambda: services.revoke(serial="FFFFFFFFFF", at=AT)) == "not_found"


def test_the_key_that_signs_the_bundle_is_replaced_before_it_is_revoked(signing_keys):
    services.publish_trust(at=AT)
    serial = signing_keys["pdf"].serial
    assert refused(lambda: services.revoke(serial=serial, at=AT)) == "signing_key_missing"
    signing_keys["pdf"].refresh_from_db()
    assert signing_keys["pdf"].revoked_at is None

    services.rotate(purpose=Purpose.PDF, at=AT)
    services.revoke(serial=signing_keys["pdf"].serial, at=AT + HOUR)

    assert opened(services.published_trust().jws, signing_keys, at=AT + HOUR).sequence == 2


def spoiled(jws):
    """Each a way to lie about what is published."""
    head, body, signature = jws.split(".")
    other = json.loads(bundle.payload(jws)) | {"revocation_lists": []}
    written = base64.urlsafe_b64encode(json.dumps(other).encode()).decode().rstrip("=")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return {
        "its lists left out": (f"{head}.{written}.{signature}", "bundle_signature"),
        "no signature": (f"{head}.{body}.", "bundle_signature"),
        "algorithm none": (f"{unsigned}.{body}.", "bundle_unreadable"),
        "cut": (f"{head}.{body}", "bundle_unreadable"),
        "nothing": ("", "bundle_unreadable"),
        "no text at all": ("ÿ.ÿ.ÿ", "bundle_unreadable"),
    }


def test_page_and_border_refuse_the_same_bundles(signing_keys):
    """A signer of seals may not say whom to believe: its key lies on more machines than that of documents."""
    jws = services.publish_trust(at=AT).jws
    strangers = base64.b64encode(services.rotate(purpose=Purpose.CSCA, at=AT).certificate_der).decode()
    csca = base64.b64encode(signing_keys["csca"].certificate_der).decode()
    forged = bundle.sign(opened(jws, signing_keys), signer=signing_keys["vds"].signer, chain=[])
    wrong = spoiled(jws) | {"signed by a signer of seals": (forged, "bundle_signer")}

    def request(text, pinned=csca):
        return {"ask": "open", "text": text, "authorities": [pinned], "at": AT.isoformat()}

    there = ask(request(jws), request(jws, strangers), *(request(text) for text, _code in wrong.values()))

    assert there[0] == {"code": "good", "sequence": 1}
    assert there[1] == {"code": "bundle_signer"}
    assert {name: refusal(text, signing_keys) for name, (text, _code) in wrong.items()} == {
        name: code for name, (_text, code) in wrong.items()
    }
    assert [each["code"] for each in there[2:]] == [code for _text, code in wrong.values()]


def test_an_old_bundle_is_refused_by_its_sequence_and_its_time(signing_keys):
    first = services.publish_trust(at=AT).jws

    assert opened(first, signing_keys, after=1).sequence == 1
    assert refusal(first, signing_keys, after=2) == "bundle_replayed"
    assert refusal(first, signing_keys, at=AT + 15 * DAY) == "bundle_expired"


@pytest.mark.django_db(transaction=True)
def test_two_publishers_at_once_tell_one_thing(key_folder):
    services.create_keys(at=AT)
    barrier = Barrier(4)

    def run():
        barrier.wait()
        try:
            return services.publish_trust(at=AT).sequence
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        told = [future.result() for future in [pool.submit(run) for _each in range(4)]]

    assert told == [1] * 4
    assert TrustBundle.objects.count() == 1


@pytest.fixture
def now_is(monkeypatch):
    def hold(at):
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)

    return hold


def test_a_border_unpacks_what_we_export(signing_keys, now_is, tmp_path, capsys):
    now_is(AT + HOUR)
    seal = services.seal_mrz(mrz_lines=LINES, issued_on=TODAY, at=AT)
    ours, border = tmp_path / "ours", tmp_path / "border"
    call_command("trust_bundle", out=ours)
    pin = tmp_path / "csca.cer"
    pin.write_bytes(signing_keys["csca"].certificate_der)
    border.mkdir()
    (border / "withdrawn.cer").write_bytes(b"an earlier one")

    call_command("trust_bundle", "--from", str(ours / "trust.jws"), "--pin", str(pin), "--out", str(border))

    assert "sequence 1" in capsys.readouterr().out
    assert {each.name for each in border.iterdir()} == {each.name for each in ours.iterdir()}
    assert verify(seal, trust=trust.load(border), at=AT).code is Code.VALID
    with pytest.raises(CommandError, match="bundle_replayed"):
        call_command(
            "trust_bundle", "--from", str(ours / "trust.jws"), "--pin", str(pin), "--out", str(border), after=2
        )
    with pytest.raises(CommandError, match="bundle_signer"):
        call_command("trust_bundle", "--from", str(ours / "trust.jws"), "--out", str(border))


def test_a_key_is_revoked_by_command(signing_keys, now_is, capsys):
    now_is(AT + HOUR)
    call_command("revoke_key", signing_keys["vds"].serial)
    assert "revoked since" in capsys.readouterr().out
    with pytest.raises(CommandError, match="not_found"):
        call_command("revoke_key", "FFFFFFFFFFFF")


@pytest.mark.django_db
def test_nothing_is_published_before_there_are_keys(client):
    publish()

    answer = client.get("/verify/trust.jws")
    assert (answer.status_code, answer.json()["code"]) == (503, "trust_bundle_missing")
    assert client.get("/verify").status_code == 200


def test_the_bundle_is_public_and_cacheable(signing_keys, client, now_is):
    now_is(AT)
    publish()

    answer = client.get("/verify/trust.jws")
    plain = client.get("/verify/trust.json").json()

    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200, "application/jose", "public, max-age=300",
    )  # fmt: skip
    assert json.loads(bundle.payload(answer.content.decode())) == plain
    assert datetime.fromisoformat(plain["not_after"]) > AT
    again = client.get("/verify/trust.jws", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert client.post("/verify/trust.jws").status_code == 405


def test_the_page_allows_itself_nothing_more_and_leaves_nothing_behind(signing_keys, client, now_is):
    now_is(AT)
    answer = client.get("/verify")

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-eval'" not in policy
    assert "'unsafe-inline'" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    assert base64.b64encode(signing_keys["csca"].certificate_der).decode() in answer.content.decode()
