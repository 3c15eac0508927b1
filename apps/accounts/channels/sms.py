import logging

from django.conf import settings

from apps.accounts.channels.base import Code, Notice
from apps.accounts.channels.email import deliver
from apps.sms import services as sms
from apps.sms.gateways.base import Undeliverable

log = logging.getLogger(__name__)


class Sms:
    """Through the gateway where there is one; else, in the sandbox, into its mailbox ``<digits>@sms.sandbox.example``.

    What the company refused or left unclear is not repeated: a person who waits in vain asks for another code.
    """

    def is_available(self) -> bool:
        return sms.is_available() or bool(settings.SANDBOX)

    def send(self, code: Code) -> None:
        if sms.is_available():
            _hand_over(code)
        else:
            _to_mailbox(code)

    def tell(self, notice: Notice) -> None:
        if sms.is_available():
            log.warning("notice_not_sent", extra={"reason": "no_approved_template"})
        else:
            _to_mailbox(notice)


def _to_mailbox(words: Code | Notice) -> None:
    mailbox = f"{words.address.lstrip('+')}@sms.sandbox.example"
    deliver(to=mailbox, subject="SMS", body=words.text(".sms.txt"), key=words.key)


def _hand_over(code: Code) -> None:
    facts = {"code": code.digits, "minutes": str(code.minutes)}
    try:
        sms.send(to=code.address, template=f"sign_in_code.{code.language}", facts=facts, reference=code.key)
    except Undeliverable as refusal:
        log.warning("code_not_sent", extra={"challenge": code.key, "reason": refusal.code})
