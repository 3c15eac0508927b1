from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.accounts.channels.base import Code, Notice


class Email:
    """One message in every language, the person's own first: nobody is known yet, so neither is their language."""

    def is_available(self) -> bool:
        return True

    def send(self, code: Code) -> None:
        with override(code.language):
            words = _("Your sign-in code: %(code)s") if code.purpose == "sign_in" else _("Your code: %(code)s")
        deliver(to=code.address, subject=words % {"code": code.digits}, body=in_every_language(code), key=code.key)

    def tell(self, notice: Notice) -> None:
        with override(notice.language):
            subject = _("Your account is no longer reached at this address")
        deliver(to=notice.address, subject=subject, body=in_every_language(notice), key=notice.key)


def in_every_language(words: Code | Notice) -> str:
    parts = [words.text(".txt"), *(words.text(".txt", language=other) for other in words.other_languages)]
    return "\n\n--\n\n".join(parts)


def deliver(*, to: str, subject: str, body: str, key: str) -> None:
    """A stable Message-ID lets a mail server drop the second copy after a crash (RFC 5322 §3.6.4)."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {"Message-ID": f"<{key}@{domain}>", "Auto-Submitted": "auto-generated"}
    EmailMessage(subject=subject, body=body, to=[to], headers=headers).send()
