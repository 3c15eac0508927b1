import hashlib
from pathlib import Path

import pytest

from apps.accounts import services, texts
from apps.kernel.errors import Conflict, Unknown
from tests.accounts.factories import AT, Phone, make_citizen, make_user

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


@pytest.mark.parametrize("purpose", ["nothing", "..", "%00", "a" * 300])
def test_a_purpose_nobody_has_is_not_found(purpose):
    assert Phone().get(f"consents/{purpose}").status_code == 404
