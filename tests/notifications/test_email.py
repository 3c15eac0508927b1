"""Over real SMTP, to a server that does as a test tells it."""

import re
import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as product

from apps.kernel.errors import Unavailable
from apps.notifications.channels.base import Uncertain, Undeliverable, channels
from apps.notifications.channels.email import message_id
from deploy.local.services import free_port
from tests.notifications.people import person, told

pytestmark = pytest.mark.django_db


class Server:
    """Keeps what it accepts; ``say`` changes its answer to one command."""

    def __init__(self):
        self.letters, self.answers = [], {}

    def say(self, command, answer):
        self.answers[command] = answer

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 ok")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 ok")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = self.answers.get("DATA", "250 ok")
        if answer.startswith("250"):
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        if answer.endswith("and hangs up"):
            server.transport.abort()
        return answer

    async def handle_QUIT(self, server, session, envelope):  # noqa: N802
        return self.answers.get("QUIT", "221 bye")


@pytest.fixture
def post_office(settings):
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.DEFAULT_FROM_EMAIL = "China Consular <no-reply@consulate.example>"
    yield server
    controller.stop()


def due(**facts):
    return told(person(**facts), template="refused").dispatches.get()


def send(dispatch):
    channels["email"].send(dispatch)


def test_a_letter_has_a_text_and_an_html_twin_that_say_the_same(post_office):
    dispatch = due()
    send(dispatch)

    (letter,) = post_office.letters
    text = letter.get_body(("plain",)).get_content().replace("\r\n", "\n").strip()
    html = letter.get_body(("html",)).get_content()
    assert letter.get_content_type() == "multipart/alternative"
    assert text == dispatch.message.body
    told_by_html = re.sub(r"<head>.*</head>|<h1.*</h1>|<[^>]+>", "", html, flags=re.DOTALL).replace("&#x27;", "'")
    assert told_by_html.split() == text.split()


def test_a_letter_is_addressed_dated_and_named_in_its_headers(post_office):
    dispatch = due()
    send(dispatch)

    (letter,) = post_office.letters
    assert letter["To"] == "na@example.com"
    assert letter["From"] == "China Consular <no-reply@consulate.example>"
    assert letter["Subject"] == dispatch.message.title
    assert letter["Message-ID"] == f"<{dispatch.pk}@consulate.example>"
    assert letter["Content-Language"] == "en"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime is not None
    assert not [name for name in letter.keys() if name.startswith("List-")]  # noqa: SIM118


def test_chinese_survives_every_encoding_on_the_way(post_office):
    dispatch = due(language="zh-hans")
    send(dispatch)

    (letter,) = post_office.letters
    assert letter["Subject"] == "不予签发决定：PAR20261123000017"
    assert letter["Content-Language"] == "zh-Hans"
    assert "行政复议" in letter.get_body(("plain",)).get_content()
    assert '<html lang="zh-Hans">' in letter.get_body(("html",)).get_content()


def test_a_repeated_letter_carries_the_same_id(post_office):
    dispatch = due()
    send(dispatch)
    send(dispatch)

    assert len({letter["Message-ID"] for letter in post_office.letters}) == 1


def test_facts_cannot_add_markup_links_or_headers(post_office):
    message = told(person(), template="refused", number="1\nBcc: x@evil.example", note="<a href=//evil>&'\"")
    send(message.dispatches.get())

    (letter,) = post_office.letters
    html = letter.get_body(("html",)).get_content()
    assert letter["Bcc"] is None
    assert "&lt;a href=//evil&gt;&amp;" in html
    assert re.findall(r'href="([^"]*)"', html) == [message.link]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_for_good_is_undeliverable(post_office, command):
    post_office.say(command, "550 no such mailbox na@example.com")

    with pytest.raises(Undeliverable) as refused:
        send(due())

    assert not isinstance(refused.value, Uncertain)
    assert refused.value.code == "smtp_550"
    assert post_office.letters == []


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_for_now_is_tried_again_later(post_office, command):
    post_office.say(command, "451 try again")

    with pytest.raises(Unavailable) as refused:
        send(due())

    assert refused.value.code == "smtp_451"


def test_a_line_that_breaks_after_the_letter_leaves_doubt(post_office):
    post_office.say("DATA", "250 ok and hangs up")

    with pytest.raises(Uncertain):
        send(due())

    assert len(post_office.letters) == 1, "this one did arrive"


def test_a_server_that_is_rude_at_parting_took_the_letter_all_the_same(post_office):
    post_office.say("QUIT", "500 what")
    send(due())

    assert len(post_office.letters) == 1


def test_a_server_that_is_away_is_tried_again_later(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = unused.getsockname()
        with pytest.raises(Unavailable):
            send(due())


def test_who_took_the_address_back_in_the_meantime_is_not_written_to(post_office):
    dispatch = due()
    dispatch.message.user.email = None

    with pytest.raises(Undeliverable) as refused:
        send(dispatch)

    assert refused.value.code == "no_address"


def test_what_is_no_address_is_undeliverable_and_not_a_crash(post_office):
    dispatch = due()
    dispatch.message.user.email = "na\n@example.com"

    with pytest.raises(Undeliverable) as refused:
        send(dispatch)

    assert not isinstance(refused.value, Uncertain)
    assert post_office.letters == []


def test_an_address_of_another_script_is_an_address(post_office):
    dispatch = due()
    dispatch.message.user.email = "na@例子.example"
    send(dispatch)

    assert post_office.letters[0]["To"] == "na@xn--fsqu00a.example"


def test_the_id_is_of_our_own_domain():
    dispatch = due()

    assert message_id(dispatch).endswith(f"@{product.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>")


def test_only_who_has_an_address_is_reached():
    assert channels["email"].reaches(person())
    assert not channels["email"].reaches(person(email=None, phone="+33612345678"))
