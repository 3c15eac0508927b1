from django.conf import settings

from apps.accounts.channels.base import Code
from apps.accounts.channels.email import deliver


class SandboxSms:
    """Text messages of the sandbox: they arrive in its mailbox, at ``<digits>@sms.sandbox.example``."""

    def is_available(self) -> bool:
        return bool(settings.SANDBOX)

    def send(self, code: Code) -> None:
        mailbox = f"{code.address.lstrip('+')}@sms.sandbox.example"
        deliver(to=mailbox, subject="SMS", body=code.text(".sms.txt"), key=code.key)
