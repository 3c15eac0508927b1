import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from apps.accounts import services, texts
from apps.accounts.models import Consent
from apps.accounts.services import consents
from apps.audit.models import Entry
from apps.kernel.errors import Conflict, Unknown
from tests.accounts.factories import AT, Phone, faults, make_citizen, make_user

FILES = sorted(texts.FOLDER.rglob("*.md"))
PAIRS = [(purpose, language) for purpose in texts.PURPOSES for language in ("zh-hans", "en")]


@pytest.mark.parametrize(("purpose", "language"), PAIRS)
def test_every_purpose_has_a_text_in_every_language(purpose, language):
    text = services.consent_text(purpose, language)
    file = texts.FOLDER / purpose / f"{text.version}.{language}.md"

    assert text.language == language
    assert text.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert text.body == file.read_text(encoding="utf-8")
    assert text.body.startswith("# ")


def test_no_version_exists_in_one_language_only():
    versions = {}
    for file in FILES:
        versions.setdefault((file.parent.name, file.name.partition(".")[0]), set()).add(file.name.split(".")[1])
    assert versions
    assert set(map(frozenset, versions.values())) == {frozenset({"zh-hans", "en"})}


def test_a_language_without_text_falls_back_to_chinese():
    assert services.consent_text(texts.LOSS_DECLARATION, "fr").language == "zh-hans"


@pytest.mark.parametrize("purpose", ["", "nothing", "../personal_data", "personal_data/../loss_declaration"])
def test_an_unknown_purpose_has_no_text(purpose):
    with pytest.raises(Unknown):
        services.consent_text(purpose, "en")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["即使找回", "不能撤回", "法律责任"]),
        ("en", ["Void even if found", "can be withdrawn", "Legal consequences"]),
    ],
)
def test_the_declaration_says_what_r20_demands(language, words):
    body = services.consent_text(texts.LOSS_DECLARATION, language).body
    assert [word for word in words if word not in body] == []


def test_the_newest_version_is_in_force(tmp_path, monkeypatch):
    for version in (2, 9, 10):
        file = Path(tmp_path / "personal_data" / f"{version}.en.md")
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"# {version}")
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    texts._newest.cache_clear()
    texts._read.cache_clear()

    assert texts.consent_text("personal_data", "en").version == "10"

    texts._newest.cache_clear()
    texts._read.cache_clear()


@pytest.mark.django_db
def test_a_consent_keeps_the_very_text_and_the_circumstances():
    user = make_user()
    text = services.consent_text(texts.PERSONAL_DATA, "en")
    consent = services.give_consent(
        user=user,
        citizen=make_citizen(user),
        purpose=texts.PERSONAL_DATA,
        version=text.version,
        language="en",
        device="Pixel 9",
        at=AT,
    )
    consent.refresh_from_db()
    kept = (consent.purpose, consent.text_version, consent.text_sha256, consent.language, consent.device, consent.at)
    assert kept == ("personal_data", text.version, text.sha256, "en", "Pixel 9", AT)


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["0", "2", "", "1 ", "../1", "１"])
def test_only_the_text_in_force_can_be_agreed_to(version):
    user = make_user()
    with pytest.raises(Conflict) as refused:
        services.give_consent(
            user=user,
            citizen=make_citizen(user),
            purpose=texts.PERSONAL_DATA,
            version=version,
            language="en",
            device="Pixel 9",
            at=AT,
        )
    assert refused.value.code == "consent_text_changed"


@pytest.mark.parametrize(("purpose", "language"), PAIRS)
def test_anyone_can_read_the_texts(purpose, language):
    answer = Phone(language=language).get(f"consents/{purpose}").json()
    text = services.consent_text(purpose, language)
    assert answer == {
        "purpose": purpose,
        "version": text.version,
        "language": language,
        "body": text.body,
        "sha256": hashlib.sha256(answer["body"].encode()).hexdigest(),
    }


@pytest.fixture
def phone():
    phone = Phone(make_user())
    phone.citizen = make_citizen(phone.device.user)
    return phone


def give(phone, purpose="personal_data", version="1"):
    body = {"citizen": str(phone.citizen.pk), "purpose": purpose, "consent_version": version}
    return phone.post("consents", body)


@pytest.mark.django_db
def test_a_withdrawn_consent_stays_as_a_row_and_is_no_ground_any_more(phone, monkeypatch):
    events = []
    monkeypatch.setattr(consents, "publish", events.append)
    given = give(phone).json()
    assert Consent.objects.in_force().filter(purpose="personal_data").exists()
    first = phone.post(f"consents/{given['id']}/withdrawal").json()
    again = phone.post(f"consents/{given['id']}/withdrawal").json()

    assert first == again
    assert (first["can_be_withdrawn"], first["text_sha256"]) == (False, given["text_sha256"])
    assert not Consent.objects.in_force().exists()
    assert [row["id"] for row in phone.get("consents").json()["results"]] == [given["id"]]
    assert [(event.consent, event.purpose) for event in events] == [(given["id"], "personal_data")]
    entries = Entry.objects.about(f"citizen:{phone.citizen.pk}").order_by("id")
    assert [entry.action for entry in entries] == ["consent_given", "consent_withdrawn"]
    assert give(phone).status_code == 201, "it can be given again"


@pytest.mark.django_db
def test_a_declaration_of_loss_is_never_withdrawn_nor_made_by_itself(phone):
    facts = {"user": phone.device.user, "citizen": phone.citizen, "purpose": texts.LOSS_DECLARATION}
    consent = services.give_consent(version="1", language="en", device="x", at=AT, **facts)
    refused = phone.post(f"consents/{consent.pk}/withdrawal")
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_final")
    assert faults(give(phone, texts.LOSS_DECLARATION)) == {"/purpose": "invalid_choice"}
    assert phone.get("consents").json()["results"][0]["can_be_withdrawn"] is False


@pytest.mark.django_db
def test_somebody_elses_consents_do_not_exist(phone):
    given = give(phone).json()
    stranger = Phone(make_user())
    assert stranger.get("consents").json()["results"] == []
    assert stranger.post(f"consents/{given['id']}/withdrawal").status_code == 404
    stranger.citizen = phone.citizen
    assert faults(give(stranger)) == {"/citizen": "does_not_exist"}
    assert give(phone, version="0").json()["code"] == "consent_text_changed"


@pytest.mark.django_db
def test_the_database_refuses_a_withdrawal_before_the_consent(phone):
    given = give(phone).json()
    with pytest.raises(IntegrityError, match="withdrawn_after_it_was_given"), transaction.atomic():
        Consent.objects.filter(pk=given["id"]).update(withdrawn_at=AT - timedelta(days=400))


@pytest.mark.parametrize("purpose", [texts.GUARDIAN_DATA, texts.GUARDIAN_APPLICATION, texts.PERSONAL_DATA])
def test_the_text_says_what_follows_from_a_withdrawal(purpose):
    assert "撤回" in services.consent_text(purpose, "zh-hans").body
    assert "ithdraw" in services.consent_text(purpose, "en").body


@pytest.mark.parametrize("purpose", ["nothing", "..", "%00", "a" * 300])
def test_a_purpose_nobody_has_is_not_found(purpose):
    assert Phone().get(f"consents/{purpose}").status_code == 404
