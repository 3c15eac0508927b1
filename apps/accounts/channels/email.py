from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.accounts.channels.base import Code


class Email:
    """One message in every language, the person's own first: nobody is known yet, so neither is their language."""

    def is_available(self) -> bool:
        return True

    def send(self, code: Code) -> None:
        parts = [code.text(".txt"), *(code.text(".txt", language=other) for other in code.other_languages)]
        with override(code.language):
            subject = _("Your sign-in code: %(code)s") % {"code": code.digits}
        deliver(to=code.address, subject=subject, body="\n\n--\n\n".join(parts), key=code.key)


def deliver(*, to: str, subject: str, body: str, key: str) -> None:
    """A stable Message-ID lets a mail server drop the second copy after a crash (RFC 5322 §3.6.4)."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {"Message-ID": f"<{key}@{domain}>", "Auto-Submitted": "auto-generated"}
    EmailMessage(subject=subject, body=body, to=[to], headers=headers).send()
