import pytest

from apps.accounts import addresses
from apps.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "channel", "value"),
    [
        ("Li.Na@Example.COM", "email", "li.na@example.com"),
        (" li.na@example.com ", "email", "li.na@example.com"),
        ("ｌｉ＠example.com", "email", "li@example.com"),
        ("+86 138 0013 8000", "sms", "+8613800138000"),
        ("+33 6 12 34 56 78", "sms", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "sms", "+33612345678"),
        ("＋33612345678", "sms", "+33612345678"),
        ("+852 5123 4567", "sms", "+85251234567"),
        ("+61 491 570 156", "sms", "+61491570156"),
        ("+1 (202) 555-0123", "sms", "+12025550123"),
        ("+234 803 123 4567", "sms", "+2348031234567"),
    ],
)
def test_one_address_has_one_spelling(typed, channel, value):
    assert addresses.read(typed) == addresses.Address(channel, value)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "phone_invalid"),
        ("li.na", "phone_invalid"),
        ("13800138000", "phone_invalid"),
        ("+999123456", "phone_invalid"),
        ("+33612", "phone_invalid"),
        ("+" + "1" * 200, "phone_invalid"),
        ("+44 909 8790879", "phone_takes_no_messages"),
        ("@", "email_invalid"),
        ("li na@example.com", "email_invalid"),
        ("li@example.com\nBcc: x@example.com", "email_invalid"),
        ("li@example.com,x@example.com", "email_invalid"),
        ("li@@example.com", "email_invalid"),
    ],
)
def test_what_no_code_can_reach_is_refused(typed, code):
    with pytest.raises(Invalid) as refused:
        addresses.read(typed)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/to", code)]


@pytest.mark.parametrize(
    ("typed", "magic"),
    [
        ("anyone@sandbox.example", True),
        ("+12025550100", True),
        ("+12025550199", True),
        ("anyone@sandbox.example.com", False),
        ("anyone@my-sandbox.example", False),
        ("anyone@x.sandbox.example", False),
        ("+12025550200", False),
        ("+33612345678", False),
    ],
)
def test_only_the_documented_addresses_are_magic(typed, magic):
    assert addresses.read(typed).is_magic is magic
