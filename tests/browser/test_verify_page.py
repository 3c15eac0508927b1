"""Anyone verifies: the public page in Chromium, in both languages, on a phone's screen, with the network cut."""

import base64
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.timezone import now
from PIL import Image
from playwright.sync_api import expect

from apps.kernel.withdrawn import withdrawn
from apps.seals import c40, datamatrix, mrz, services
from apps.seals.models import SigningKey
from apps.seals.vds import dates
from deploy.decoder.install import install
from tests.browser.conftest import BARRIERS, CHROMIUM, FLAGS, FOREIGN, SCREENS, TIMEOUT_MS, VISIBLE_WORDS
from tests.seals.factories import Party, authority, odd_seal, signer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

PHONE = {"width": 360, "height": 740}
LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}
WORDS = {
    "zh-hans": {"valid": "有效", "invalid": "无效", "unknown": "无法判断"},
    "en": {"valid": "VALID", "invalid": "INVALID", "unknown": "CANNOT TELL"},
}
DATA = re.compile(r"ZHANG|SANFENG|L12345678|CHN|[A-Z0-9<]{36}|[A-Z]+_[A-Z_]+|UNSUPPORTED|VALID|INVALID|UTC|\bM\b|PAR"
                  r"|https?|SHA-256|PDF|manage\.py verify|Base64|张三丰|[EC][*\d]{8}|vds_\w+")  # fmt: skip
"""What is nobody's translation: facts of a document, codes of the standard, names of things in software."""


@pytest.fixture(scope="module")
def decoder():
    if problem := install():
        pytest.skip(f"zxing-wasm could not be brought from the npm registry: {problem}")


@pytest.fixture
def keys(settings, tmp_path):
    """Published keys, as of now: the page asks the clock of the machine."""
    settings.SIGNING_KEYS_DIR = str(tmp_path / "keys")
    settings.SIGNING_KEYS_PASSPHRASE = "a passphrase for tests"
    made = {key.purpose: key for key in services.create_keys(at=now() - timedelta(hours=1))}
    services.publish_trust(at=now())
    return made


def lines_until(expiry):
    return mrz.build(profile="ETD_SHEET", surname="ZHANG", given_names="SANFENG", number="L12345678", sex="M",
                     nationality="CHN", issuing_state="CHN", birth="1990-01-01", expiry=expiry.isoformat())  # fmt: skip


def sealed(days=30):
    today = now().date()
    return services.seal_mrz(mrz_lines=lines_until(today + timedelta(days=days)), issued_on=today, at=now())


def letter(key):
    today = now().date()
    features = [(1, c40.encode("C00000042")), (2, c40.encode("ZHANG<<SANFENG")), (3, "张三丰".encode()),
                (4, dates.encode(today.replace(year=1990, day=1))), (5, b"E****5678"), (6, dates.encode(today)),
                (7, dates.encode(today + timedelta(days=30))), (8, c40.encode("PAR"))]  # fmt: skip
    return odd_seal(key.signer, features, document_type=(0xFC, 0x02), issued_on=today, signed_on=today)


def fragment(seal):
    return "#v=" + base64.urlsafe_b64encode(seal).decode().rstrip("=")


class Visitor:
    """Someone with a phone. Every request and fault is kept."""

    def __init__(self, browser, address, *, language="en"):
        self.language = language
        self.context = browser.new_context(locale=LOCALES[language], viewport=PHONE)
        self.context.set_default_timeout(TIMEOUT_MS)
        self.page = self.context.new_page()
        self.address = address
        self.requests, self.faults = [], []
        self.page.on("request", self._note)
        self.page.on("console", lambda said: said.type in {"error", "warning"} and self.faults.append(said.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _note(self, request):
        self.requests.append(request)

    def open(self, hash_=""):
        self.page.goto(f"{self.address}/verify{hash_}")
        self.page.locator("main[data-state=ready]").wait_for()
        return self

    def paste(self, text):
        self.page.locator("#text").fill(text)
        self.page.locator("#check").click()

    def choose(self, picture, name="photo.png"):
        self.page.locator("#file").set_input_files({"name": name, "mimeType": "image/png", "buffer": picture})

    def sees(self, word, code):
        card = self.page.locator(f".verdict[data-code={code}]")
        expect(card).to_be_visible()
        expect(card).to_have_attribute("data-word", word)
        expect(self.page.locator("#word")).to_have_text(WORDS[self.language][word])
        self.page.locator(".verdict__sentence").wait_for()

    def fact(self, key):
        return self.page.locator(f"[data-fact={key}]").inner_text()

    def check(self, name):
        """One language, no barriers, no fault; leaves a picture in ``var/screens``."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{self.language}-verify-{name}.png", full_page=True)
        said = self.page.evaluate(VISIBLE_WORDS)
        assert [text for text in said if FOREIGN[self.language].search(DATA.sub("", text))] == []
        assert self.page.evaluate(BARRIERS) == []
        assert self.faults == []


@pytest.fixture
def visitors(chromium, live_server, decoder):
    opened = []

    def arrive(**more):
        opened.append(Visitor(chromium, live_server.url, **more))
        return opened[-1]

    yield arrive
    for visitor in opened:
        visitor.context.close()


def photographed(code, *, size=900, turned=7):
    """A code on a grey table, a little turned."""
    table = Image.new("L", (size, size), 200)
    picture = Image.open(io.BytesIO(code)).convert("L")
    picture = picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.NEAREST)
    table.paste(picture, ((size - picture.width) // 2, (size - picture.height) // 2))
    file = io.BytesIO()
    table.rotate(turned, fillcolor=200, resample=Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def qr_of(text):
    zxingcpp = datamatrix.zxingcpp
    file = io.BytesIO()
    Image.fromarray(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=4)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("language", LOCALES)
def test_a_code_is_judged_with_the_network_cut_after_loading(visitors, keys, language):
    visitor = visitors(language=language).open()
    loaded = len(visitor.requests)
    visitor.context.set_offline(True)
    visitor.context.route("**/*", lambda route: route.abort())

    visitor.check("1-start")
    visitor.choose(photographed(datamatrix.as_png(sealed())))
    visitor.sees("valid", "VALID")
    assert (visitor.fact("surname"), visitor.fact("number")) == ("ZHANG", "L12345678")
    visitor.check("2-valid")
    visitor.choose(photographed(qr_of(f"https://anywhere.example/verify{fragment(letter(keys['vds']))}")))
    expect(visitor.page.locator("[data-fact=passport]")).to_have_text("E****5678")
    visitor.sees("valid", "VALID")
    visitor.check("3-letter")

    sent = visitor.requests
    assert len(sent) == loaded, "after loading nobody is asked for anything"
    assert {request.method for request in sent} == {"GET"}
    asked = {request.url.removeprefix(visitor.address) for request in sent}
    assert {each for each in asked if not each.startswith("/static/seals/")} == {"/verify", "/verify/trust.jws"}
    assert all("cookie" not in request.headers for request in sent)
    assert visitor.context.cookies() == []


def test_the_language_changes_without_a_request(visitors, keys):
    visitor = visitors(language="zh-hans").open()
    visitor.paste(sealed().hex())
    visitor.sees("valid", "VALID")
    before = len(visitor.requests)

    visitor.page.locator("#language").click()

    visitor.language = "en"
    visitor.sees("valid", "VALID")
    visitor.check("switched")
    assert visitor.page.evaluate("document.documentElement.lang") == "en"
    assert len(visitor.requests) == before


def test_an_address_from_a_phones_camera_is_judged_at_once_and_leaves_the_address_bar(visitors, keys):
    visitor = visitors().open(fragment(letter(keys["vds"])))

    visitor.sees("valid", "VALID")
    assert visitor.page.url == f"{visitor.address}/verify"
    assert visitor.fact("chineseName") == "张三丰"
    visitor.page.evaluate(f"location.hash = '{fragment(sealed())}'")
    expect(visitor.page.locator("[data-fact=number]")).to_have_text("L12345678")


def strange_signer(keys, **changes):
    """A certificate nobody has published, of a name like ours or another."""
    party = signer(authority(), **changes)
    return Party(party.key, party.certificate_der)


def pasted(keys):
    """What people paste, and what they are told."""
    seal, today = sealed(), now().date()
    altered = bytearray(seal)
    altered[30] ^= 1
    zone = [(0x02, c40.encode("".join(lines_until(today + timedelta(days=30)))))]
    days = {"issued_on": today, "signed_on": today}
    unknown = odd_seal(strange_signer(keys), zone, **days)
    foreign = odd_seal(strange_signer(keys, country="FR", name="AA"), zone, state="FRA", **days)
    lines = lines_until(today + timedelta(days=30))
    wrong = lines[1][:-1] + str((int(lines[1][-1]) + 1) % 10)
    return {
        "genuine": (base64.b64encode(seal).decode(), "valid", "VALID"),
        "altered": (altered.hex(), "invalid", "INVALID_SIGNATURE"),
        "cut short": (seal[:-1].hex(), "invalid", "WRONG_FORMAT"),
        "a damaged address": ("https://x.example/verify#v=3A*", "invalid", "WRONG_FORMAT"),
        "an unknown signer of ours": (unknown.hex(), "invalid", "UNKNOWN_CERTIFICATE"),
        "a signer of elsewhere": (foreign.hex(), "unknown", "UNKNOWN_CERTIFICATE"),
        "right lines": ("\n".join(lines), "unknown", "UNSUPPORTED"),
        "wrong lines": (f"{lines[0]}\n{wrong}", "invalid", "INVALID_PRINTED_MRZ"),
        "anything": ("hello, world", "unknown", "UNSUPPORTED"),
    }


@pytest.mark.parametrize("language", LOCALES)
def test_every_fault_has_its_own_sentence(visitors, keys, language):
    visitor = visitors(language=language).open()
    sentences = {}
    for name, (text, word, code) in pasted(keys).items():
        visitor.paste(text)
        visitor.sees(word, code)
        sentences[name] = visitor.page.locator(".verdict__sentence").inner_text()
        visitor.check(f"4-{name.replace(' ', '-')}")

    assert sentences["cut short"] == sentences["a damaged address"]
    assert len(set(sentences.values())) == len(sentences) - 1


def test_revoked_and_expired(visitors, keys):
    seal, over = sealed(), sealed(days=0)
    SigningKey.objects.filter(purpose="pdf").exclude(pk=keys["pdf"].pk).delete()
    visitor = visitors().open()
    visitor.page.clock.install(time=now() + timedelta(days=2))
    visitor.paste(over.hex())
    visitor.sees("valid", "VALID")
    expect(visitor.page.locator(".verdict--caution")).to_contain_text("has expired")
    visitor.check("5-expired")

    services.revoke(serial=keys["vds"].serial, at=now())
    later = visitors().open()
    later.paste(seal.hex())
    later.sees("invalid", "REVOKED_CERTIFICATE")
    later.check("6-revoked")


@pytest.mark.parametrize("language", LOCALES)
def test_a_void_document_has_its_own_sentence(visitors, keys, monkeypatch, language):
    monkeypatch.setitem(withdrawn._items, "documents", lambda at: ["C00000042"])
    services.publish_trust(at=now())
    visitor = visitors(language=language).open()

    visitor.paste(letter(keys["vds"]).hex())

    visitor.sees("invalid", "VOID_DOCUMENT")
    told = {"zh-hans": "已被宣布作废", "en": "was declared void"}
    expect(visitor.page.locator(".verdict__sentence")).to_contain_text(told[language])
    expect(visitor.page.locator(".o_bad")).to_have_count(1)
    visitor.check("7-void")


def test_old_keys_and_a_wrong_clock_say_nothing_good(visitors, keys):
    seal = sealed()
    visitor = visitors().open()
    for days, sentence in ((20, "too old"), (-3, "before that of the keys")):
        visitor.page.clock.set_fixed_time(now() + timedelta(days=days))
        visitor.paste(seal.hex())
        expect(visitor.page.locator(".verdict")).to_contain_text(sentence)
        expect(visitor.page.locator(".verdict")).to_have_attribute("data-word", "unknown")


def test_keys_that_another_has_signed_are_not_believed(visitors, keys, live_server):
    jws = services.published_trust().jws
    head, body, signature = jws.split(".")
    visitor = visitors()
    visitor.context.route("**/verify/trust.jws", lambda route: route.fulfill(body=f"{head}.{body}.{signature[::-1]}"))
    visitor.page.goto(f"{visitor.address}/verify{fragment(sealed())}")

    expect(visitor.page.locator(".verdict")).to_have_attribute("data-word", "unknown")
    expect(visitor.page.locator(".verdict")).to_contain_text("their signature is wrong")


def test_the_printed_lines_are_compared_with_the_sealed_ones(visitors, keys):
    visitor = visitors().open()
    visitor.paste(sealed().hex())
    lines = lines_until(now().date() + timedelta(days=30))
    for typed, word, code in (
        (lines, "valid", "VALID"),
        ([lines[0].replace("SANFENG", "SANFANG"), lines[1]], "invalid", "SEAL_DOCUMENT_MISMATCH"),
    ):
        visitor.page.locator("details:has(#printed) summary").click()
        visitor.page.locator("#printed").fill("\n".join(typed))
        visitor.page.locator("details:has(#printed) button").click()
        visitor.sees(word, code)


def test_a_picture_without_a_code_says_how_to_do_better(visitors, keys):
    visitor = visitors().open()
    for picture in (b"not a picture", photographed(datamatrix.as_png(b"hello"))[:500]):
        visitor.choose(picture)
        visitor.sees("unknown", "READ_ERROR")
    visitor.choose(photographed(qr_of("https://example.org/")))
    visitor.sees("unknown", "UNSUPPORTED")


def test_what_is_sealed_is_never_taken_for_markup(visitors, keys):
    today = now().date()
    hostile = b"<img src=x onerror=alert(1)>"
    features = [(1, c40.encode("C00000042")), (2, c40.encode("ZHANG<<SANFENG")), (3, hostile),
                (4, dates.encode(today)), (6, dates.encode(today)), (7, dates.encode(today)), (8, c40.encode("PAR"))]  # fmt: skip
    seal = odd_seal(keys["vds"].signer, features, document_type=(0xFC, 0x02), issued_on=today, signed_on=today)
    visitor = visitors().open()

    visitor.paste(seal.hex())

    assert visitor.fact("chineseName") == hostile.decode()
    assert visitor.page.locator("#result img").count() == 0
    assert visitor.faults == []


def video_of(picture, folder):
    """Five frames for Chromium's pretended camera (YUV4MPEG2, grey)."""
    frame = Image.open(io.BytesIO(picture)).convert("L").resize((640, 480))
    grey = frame.tobytes() + b"\x80" * (640 * 480 // 2)
    path = folder / "camera.y4m"
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + (b"FRAME\n" + grey) * 5)
    return path


def test_the_camera_finds_the_code(chromium, live_server, decoder, keys, tmp_path):
    table = Image.new("L", (640, 480), 230)
    code = Image.open(io.BytesIO(datamatrix.as_png(sealed()))).convert("L")
    code = code.resize((code.width * 3 // 2, code.height * 3 // 2), Image.Resampling.NEAREST)
    table.paste(code, ((640 - code.width) // 2, (480 - code.height) // 2))
    file = io.BytesIO()
    table.save(file, "PNG")
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
              f"--use-file-for-fake-video-capture={video_of(file.getvalue(), tmp_path)}"]  # fmt: skip
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *camera])
    try:
        visitor = Visitor(browser, live_server.url).open()
        visitor.page.locator("#camera").click()
        visitor.sees("valid", "VALID")
        expect(visitor.page.locator("#viewer")).to_be_hidden()
        assert visitor.page.evaluate("document.getElementById('video').srcObject") is None, "the camera is let go"
    finally:
        browser.close()


def test_our_own_code_is_small_enough_for_an_old_phone():
    own = Path(settings.BASE_DIR) / "apps/seals/static/seals/verify"
    assert sum(path.stat().st_size for path in own.glob("*.js")) <= 150_000
