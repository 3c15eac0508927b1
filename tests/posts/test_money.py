import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.posts.money import EXPONENTS, exponent, format_amount, format_money


@pytest.mark.parametrize(
    ("amount_minor", "currency", "english", "bare"),
    [
        (1600, "EUR", "EUR 16.00", "16.00"),
        (5, "EUR", "EUR 0.05", "0.05"),
        (1600, "JPY", "JPY 1,600", "1,600"),
        (1600, "KWD", "KWD 1.600", "1.600"),
        (123456789, "USD", "USD 1,234,567.89", "1,234,567.89"),
        (-1600, "USD", "USD -16.00", "-16.00"),
        (-5, "USD", "USD -0.05", "-0.05"),
        (0, "KRW", "KRW 0", "0"),
        (1600, "XYZ", "XYZ 16.00", "16.00"),
    ],
)
def test_an_amount_has_as_many_decimals_as_its_currency(amount_minor, currency, english, bare):
    assert format_money(amount_minor, currency, "en") == english
    assert format_amount(amount_minor, currency) == bare


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("JPY", 0), ("KRW", 0), ("VND", 0), ("BHD", 3),
     ("KWD", 3), ("JOD", 3), ("TND", 3), ("OMR", 3), ("EUR", 2), ("CNY", 2)],
)  # fmt: skip
def test_minor_units_are_those_of_iso_4217(currency, digits):
    assert exponent(currency) == digits


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_no_digit_is_lost_in_formatting(amount_minor, currency):
    digits = format_amount(amount_minor, currency).replace(",", "").replace(".", "")

    assert int(digits) == amount_minor


def test_the_table_holds_only_what_differs_from_two():
    assert set(EXPONENTS.values()) == {0, 3}
