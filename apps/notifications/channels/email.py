"""E-mail over SMTP: plain text with a simple HTML twin."""

from contextlib import suppress
from email.utils import parseaddr
from smtplib import SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from apps.accounts.models import User
from apps.kernel.errors import DomainError, Unavailable
from apps.notifications.channels.base import Uncertain, Undeliverable, channels
from apps.notifications.models import Dispatch, Message

TAGS = {"zh-hans": "zh-Hans", "en": "en"}
"""Our language codes as Content-Language spells them (RFC 3282, RFC 5646)."""


class Email:
    def reaches(self, user: User) -> bool:
        return bool(user.email)

    def send(self, dispatch: Dispatch) -> None:
        letter = _letter(dispatch)
        line = _open_line()
        try:
            line.send_messages([letter])
        except SMTPRecipientsRefused as error:
            raise _refusal(max(code for code, _ in error.recipients.values())) from None
        except SMTPResponseException as error:
            raise _refusal(error.smtp_code) from None
        except (ValueError, SMTPNotSupportedError):
            raise Undeliverable("not_sendable") from None
        except OSError as error:
            raise Uncertain(type(error).__name__) from None
        finally:
            # what a server says to QUIT changes nothing about the letter
            with suppress(OSError):
                line.close()


def _open_line() -> Any:
    line = get_connection()
    try:
        line.open()
    except OSError as error:
        raise Unavailable(code="mail_server_unreachable") from error
    return line


def _refusal(code: int) -> Undeliverable | DomainError:
    """RFC 5321 §4.2.1: 4yz may pass later, 5yz never will; either way the letter was not taken."""
    if 400 <= code < 500:  # noqa: PLR2004
        return Unavailable(code=f"smtp_{code}")
    return Undeliverable(f"smtp_{code}")


def _letter(dispatch: Dispatch) -> EmailMultiAlternatives:
    message = dispatch.message
    if not message.user.email:
        raise Undeliverable("no_address")
    headers = {
        "Message-ID": message_id(dispatch),
        "Content-Language": TAGS[message.language],
        "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday replies, please
    }
    letter = EmailMultiAlternatives(message.title, message.body, to=[message.user.email], headers=headers)
    letter.attach_alternative(_html(message), "text/html")
    return letter


def message_id(dispatch: Dispatch) -> str:
    """The same for every attempt (RFC 5322 §3.6.4), so that a mailbox can drop the second of two."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{dispatch.pk}@{domain}>"


def _html(message: Message) -> str:
    paragraphs = [paragraph.split("\n") for paragraph in message.body.split("\n\n")]
    facts = {"message": message, "language": TAGS[message.language], "paragraphs": paragraphs}
    return render_to_string("notifications/email.html", facts)


channels.add("email", Email())
