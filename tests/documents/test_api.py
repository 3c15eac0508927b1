"""Files and documents as a phone sees them."""

import uuid

import pytest

from apps.documents.models import File
from apps.outbox.services import drain
from tests.accounts.factories import Phone, faults, make_user
from tests.documents.factories import citizen_of, cleaned, expected, get, issued, picture, put, reserved

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make_user()


@pytest.fixture
def phone(owner):
    return Phone(owner)


def announcement(owner, **facts):
    return {"citizen": str(citizen_of(owner).pk), "kind": "photo", "content_type": "image/jpeg", "size": 10} | facts


def test_a_photo_goes_up_and_comes_back_clean(owner, phone):
    content = picture()
    answer = phone.post("files", announcement(owner, size=len(content)))
    assert answer.status_code == 201
    file, upload = answer.json()["file"], answer.json()["upload"]
    assert (file["status"], file["status_label"], file["reason"]) == ("expected", "Waiting for the upload", "")
    assert put(phone, upload, content).status_code == 204
    assert phone.post(f"files/{file['id']}/complete").json()["status"] == "received"
    drain(queue="files")
    seen = phone.get(f"files/{file['id']}").json()
    assert (seen["status"], seen["width"], seen["height"]) == ("clean", 420, 560)
    address = phone.get(f"files/{file['id']}/content").json()
    assert get(phone, address["url"]).body.startswith(b"\xff\xd8")


def test_the_reason_is_told_in_both_languages(owner):
    file = cleaned(owner, b"GIF89a")
    said = {lang: Phone(owner, language=lang).get(f"files/{file.pk}").json() for lang in ("en", "zh-Hans")}
    assert {answer["reason"] for answer in said.values()} == {"not_a_picture"}
    assert "HEIC" in said["en"]["reason_label"]


def test_the_phone_polls_with_the_tag_it_has(owner, phone):
    file, _ = expected(owner, b"x")
    first = phone.get(f"files/{file.pk}")
    assert phone.get(f"files/{file.pk}", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    file.save()
    assert phone.get(f"files/{file.pk}", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_an_announcement_repeated_with_its_key_is_one_file(owner, phone):
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())}
    asked = announcement(owner, kind="paper", content_type="application/pdf")
    first, again = (phone.post("files", asked, **key).json() for _ in range(2))
    assert first == again
    assert File.objects.of(owner).count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"content_type": "image/gif"}, 400, "unsupported_type", "/content_type"),
        ({"content_type": "application/pdf"}, 400, "unsupported_type", "/content_type"),
        ({"size": 5 * 1024 * 1024 + 1}, 413, "file_too_large", None),
        ({"size": 2**40}, 400, "invalid", "/size"),
        ({"size": 2**63}, 400, "malformed", None),
        ({"size": 0}, 400, "invalid", "/size"),
        ({"size": -1}, 400, "invalid", "/size"),
        ({"size": "many"}, 400, "invalid", "/size"),
        ({"size": None}, 400, "invalid", "/size"),
        ({"size": [1]}, 400, "invalid", "/size"),
        ({"kind": "film"}, 400, "invalid", "/kind"),
        ({"kind": {"photo": 1}}, 400, "invalid", "/kind"),
        ({"kind": None}, 400, "invalid", "/kind"),
        ({"content_type": "x" * 5000}, 400, "invalid", "/content_type"),
        ({"content_type": "image/jpeg\0"}, 400, "malformed", None),
        ({"citizen": str(uuid.uuid4())}, 400, "invalid", "/citizen"),
        ({"citizen": "me"}, 400, "invalid", "/citizen"),
        ({"citizen": None}, 400, "invalid", "/citizen"),
        ({"owner": "someone else"}, 400, "invalid", "/owner"),
        ({"status": "clean"}, 400, "invalid", "/status"),
    ],
)
def test_a_bad_announcement_is_told_what_is_wrong(owner, phone, changes, status, code, pointer):
    answer = phone.post("files", announcement(owner) | changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert pointer is None or pointer in faults(answer)
    assert not File.objects.exists()


def test_completing_too_early_says_what_is_missing(owner, phone):
    file, _ = expected(owner, b"x")
    answer = phone.post(f"files/{file.pk}/complete")
    assert (answer.status_code, answer.json()["code"]) == (409, "file_not_uploaded")


def test_a_document_is_listed_and_read_by_its_owner(owner, phone):
    issue = issued(owner, pdf=b"%PDF-1.7 mine")
    listed = phone.get("documents").json()["results"]
    assert [d["number"] for d in listed] == [issue.number]
    one = phone.get(f"documents/{issue.pk}")
    assert one.json() == listed[0]
    assert phone.get(f"documents/{issue.pk}", HTTP_IF_NONE_MATCH=one["ETag"]).status_code == 304
    address = phone.get(f"documents/{issue.pk}/pdf").json()
    assert get(phone, address["url"]).body == b"%PDF-1.7 mine"


def test_a_document_in_the_making_is_not_there_yet(owner, phone):
    issue = reserved(owner)
    assert phone.get("documents").json()["results"] == []
    assert phone.get(f"documents/{issue.pk}").status_code == 404
    assert phone.get(f"documents/{issue.pk}/pdf").status_code == 404


@pytest.mark.parametrize("path", ["files/{file}", "files/{file}/content", "documents/{issue}", "documents/{issue}/pdf"])
def test_what_is_someone_elses_does_not_exist(owner, path):
    full = path.format(file=cleaned(owner).pk, issue=issued(owner).pk)
    nobodys = path.format(file=uuid.uuid4(), issue=uuid.uuid4())
    stranger = Phone(make_user())
    mine, none = stranger.get(full), stranger.get(nobodys)
    assert mine.status_code == none.status_code == 404
    assert {**mine.json(), "request_id": ""} == {**none.json(), "request_id": ""}
    assert Phone(owner).get(full).status_code == 200


def test_someone_elses_upload_is_not_completed(owner):
    file, _ = expected(owner, b"x")
    assert Phone(make_user()).post(f"files/{file.pk}/complete").status_code == 404


@pytest.mark.parametrize("path", ["files/{}", "files/{}/content", "documents", "documents/{}", "documents/{}/pdf"])
def test_nobody_gets_in_without_signing_in(path):
    assert Phone().get(path.format(uuid.uuid4())).status_code == 401


def test_nobody_sends_papers_for_a_person_they_may_not_act_for(phone):
    answer = phone.post("files", announcement(make_user()))
    assert (answer.status_code, faults(answer)) == (400, {"/citizen": "does_not_exist"})
    assert not File.objects.exists()


def test_what_could_be_better_in_a_photo_is_told_in_words_and_figures(owner, phone):
    file = cleaned(owner, picture((300, 400)))
    seen = phone.get(f"files/{file.pk}").json()
    assert seen["status"] == "clean"
    said = {remark["code"]: remark for remark in seen["remarks"]}
    assert said["photo_too_small"] == {
        "code": "photo_too_small",
        "label": "The photo has few pixels: at least 354 × 472 are needed.",
        "measured": 300.0,
        "least": 354.0,
        "most": None,
        "unit": "px",
        "is_estimate": False,
    }
