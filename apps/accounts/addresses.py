"""Where a code can be sent: any e-mail address, any phone number of the world that takes messages."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NoReturn

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from apps.kernel.errors import Fault, Invalid

EMAIL, SMS = "email", "sms"
COSTLY = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
    PhoneNumberType.TOLL_FREE,
}
"""Kinds of number no citizen reads a message on, and fraudsters earn with."""
MAGIC_EMAIL = re.compile(r"[^@]+@sandbox\.example")
MAGIC_PHONE = re.compile(r"\+120255501[0-9]{2}")
"""+1 202 555 0100 to 0199, which the North American Numbering Plan sets aside for fiction."""


@dataclass(frozen=True, slots=True)
class Address:
    channel: str
    value: str

    @property
    def is_magic(self) -> bool:
        """One of the addresses whose code is 000000 in the sandbox, and only there."""
        return bool(MAGIC_EMAIL.fullmatch(self.value) or MAGIC_PHONE.fullmatch(self.value))


def read(text: str) -> Address:
    """E-mail in lower case, phone in E.164. Raises ``Invalid`` pointing at ``/to``."""
    text = unicodedata.normalize("NFKC", text).strip()
    return Address(EMAIL, _email(text)) if "@" in text else Address(SMS, _phone(text))


def country_code(phone: Address) -> str:
    """The calling code of a phone number: ``33`` for one of France, ``1`` for all of North America."""
    return str(phonenumbers.parse(phone.value).country_code)


def mask(address: str) -> str:
    """So that its owner knows which is meant and nobody else learns it: ``l***@example.com``, ``+3*******78``."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"{address[:2]}{'*' * max(len(address) - 4, 0)}{address[-2:]}"


def _email(text: str) -> str:
    email = text.lower()
    try:
        validate_email(email)
    except ValidationError:
        _refuse("email_invalid", _("This is not an e-mail address."))
    return email


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text)
    except NumberParseException:
        _refuse("phone_invalid", _("Write the phone number with + and the country code, as in +33 6 12 34 56 78."))
    if not phonenumbers.is_valid_number(number):
        _refuse("phone_invalid", _("There is no such phone number."))
    if phonenumbers.number_type(number) in COSTLY:
        _refuse("phone_takes_no_messages", _("This number cannot receive messages. Use a mobile number."))
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _refuse(code: str, detail: str | Promise) -> NoReturn:
    raise Invalid(faults=(Fault("/to", code, detail),))
