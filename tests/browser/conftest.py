"""A real Chromium in front of the real pages, with real files in the object store."""

import re
import sys
from ctypes.util import find_library
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from apps.cases.models import Case
from deploy.demo.pictures import paper, portrait
from tests.cases.factories import make_officer, make_post
from tests.documents.factories import cleaned

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "an-officer-password"
TIMEOUT_MS = 20_000

DATA = re.compile(
    r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}|officer-\w+-\d+|LI NA|BEIJING|CHN|E\d{8}|Gare du Nord|12 rue de Paris|English"
    r"|李娜|上海|北京市朝阳区|简体中文|请拍清楚整页。|请重新拍照"
)
"""What is nobody's translation: numbers, names and addresses of the case, and the names of the languages."""

FOREIGN = {"zh-hans": re.compile(r"[A-Za-z]{2,}"), "en": re.compile(r"[\u3400-\u9fff]")}
"""What must not be left of a text once the data are taken out."""
SCREENS = Path(django_settings.BASE_DIR) / "var" / "screens"
LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}

VISIBLE_WORDS = """() => {
    const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const found = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (parent.closest("script, style, .material-symbols-outlined, [data-untranslated]")) continue;
        if (shown(parent)) found.push(walker.currentNode.data);
    }
    for (const element of document.body.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
        for (const name of ["aria-label", "title", "placeholder", "alt"]) {
            const value = element.getAttribute(name);
            if (value && shown(element)) found.push(value);
        }
    }
    for (const element of document.querySelectorAll("*")) {
        for (const pseudo of ["::before", "::after"]) {
            const style = getComputedStyle(element, pseudo);
            if (/^"/.test(style.content) && style.display !== "none") found.push(style.content.slice(1, -1));
        }
    }
    return found.map((text) => text.trim()).filter(Boolean);
}"""

BARRIERS = """() => {
    const wrong = [];
    const shown = (element) => element.checkVisibility();
    for (const field of document.querySelectorAll("input:not([type=hidden], .hidden), textarea, select"))
        if (!field.labels.length && !field.getAttribute("aria-label") && !field.placeholder)
            wrong.push(`no label: ${field.outerHTML.slice(0, 80)}`);
    for (const image of document.images)
        if (!image.hasAttribute("alt")) wrong.push(`no alt: ${image.src}`);
    for (const control of document.querySelectorAll("button, a[href], summary"))
        if (shown(control) && !control.innerText.trim() && !control.getAttribute("aria-label"))
            wrong.push(`no name: ${control.outerHTML.slice(0, 80)}`);
    for (const element of document.querySelectorAll("*"))
        for (const { name } of element.attributes)
            if (/^on[a-z]+$/.test(name)) wrong.push(`inline handler: ${name} on ${element.tagName}`);
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    ids.filter((id, place) => ids.indexOf(id) !== place).forEach((id) => wrong.push(`twice: #${id}`));
    let level = 0;
    for (const heading of document.querySelectorAll("#main :is(h1, h2, h3, h4)")) {
        const next = Number(heading.tagName[1]);
        if (next > level + 1) wrong.push(`${heading.tagName} after H${level}: ${heading.innerText}`);
        level = next;
    }
    if (document.querySelectorAll("h1").length !== 1) wrong.push(`${document.querySelectorAll("h1").length} h1`);
    const width = document.documentElement;
    if (width.scrollWidth > width.clientWidth) wrong.push(`wider than the window: ${width.scrollWidth}`);
    return wrong;
}"""
"""What would stop somebody without a mouse, or with a screen reader."""


@pytest.fixture(scope="module")
def chromium():
    """One per module, closed before other modules run: its event loop lives in the thread of the tests.

    Django takes that loop for a sign of asynchronous code; the queries of these tests are not.
    """
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed: apt-get install chromium")
    if sys.platform == "linux" and find_library("atomic") is None:
        pytest.skip("the browser's driver needs a library: apt-get install libatomic1")
    with pytest.MonkeyPatch.context() as environ, sync_playwright() as playwright:
        environ.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def live_server(tmp_path_factory):
    """Serves static files as they lie in the source; that their hashed names resolve is proven by ``collectstatic``."""
    storages = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path_factory.mktemp("static")):
        server = LiveServer("localhost")
        yield server
        server.stop()


class Desk:
    """An officer in front of the screen. What goes wrong there is kept and must stay empty."""

    def __init__(self, browser, address, *, language):
        self.language = language
        self.context = browser.new_context(locale=LOCALES[language], viewport={"width": 1440, "height": 1000})
        self.context.set_default_timeout(TIMEOUT_MS)
        self.page = self.context.new_page()
        self.address = address
        self.faults = []
        self.page.on("console", lambda said: said.type in {"error", "warning"} and self.faults.append(said.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("requestfailed", self._note_failure)
        self.page.on("response", self._look_at)

    def _note_failure(self, request):
        """A request that the next page cut short was not refused by anybody."""
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.url}: {request.failure}")

    def _look_at(self, response):
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")
        if not response.url.startswith(self.address):
            self.faults.append(f"foreign: {response.url}")

    def open(self, path):
        self.page.goto(f"{self.address}{path}")

    def sign_in(self, officer):
        self.open("/admin/")
        self.page.locator("#id_username").fill(officer.username)
        self.page.locator("#id_password").fill(PASSWORD)
        self.page.locator("#login-form [type=submit]").click()
        self.page.locator("#main").wait_for()

    def come_in(self, officer):
        """Signed in already, and nowhere yet: what a sign-in shows is the business of other tests."""
        visitor = Client()
        visitor.force_login(officer, backend="apps.accounts.passwords.CountedPasswords")
        cookie = visitor.cookies[django_settings.SESSION_COOKIE_NAME]
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.address}])

    def check(self, name):
        """The page speaks one language and bars nobody. Leaves a picture for people in ``var/screens``."""
        self.page.wait_for_load_state("load")
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.evaluate("scrollTo(0, 0)")
        self.page.screenshot(path=SCREENS / f"{self.language}-{name}.png", full_page=True)
        said = self.page.evaluate(VISIBLE_WORDS)
        assert len(said) > 3, "the page is empty"
        assert [text for text in said if FOREIGN[self.language].search(DATA.sub("", text))] == []
        assert self.page.evaluate(BARRIERS) == []


@pytest.fixture
def desks(chromium, live_server):
    """``desks("en")`` opens a desk; at the end none of them may have seen a fault."""
    opened = []

    def open_desk(language):
        opened.append(Desk(chromium, live_server.url, language=language))
        return opened[-1]

    yield open_desk
    faults = [fault for desk in opened for fault in desk.faults]
    for desk in opened:
        desk.context.close()
    assert faults == []


def upload(owner, *, kind, content):
    """As a phone does: announce, send, complete; then the worker's turn."""
    return cleaned(owner, content, kind=kind)


@pytest.fixture
def with_papers():
    """A case whose papers can be opened."""

    def add(case):
        for attached in case.attachments.order_by("pk"):
            photo = attached.material == "photo"
            content = portrait() if photo else paper(attached.material)
            attached.file = upload(case.applicant, kind="photo" if photo else "paper", content=content)
            attached.save(update_fields=["file"])
        return Case.objects.get(pk=case.pk)

    return add


@pytest.fixture
def officer(transactional_db):
    return make_officer(make_post())
