"""ICAO Doc 9303-3 §4.9 and the worked examples of its parts 3, 4, 6 and 8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.errors import Invalid
from apps.seals.mrz.checkdigits import ALPHABET, check_digit

EXAMPLES = [
    ("520727", "3"),
    ("AB2134<<<", "5"),
    ("D23145890", "7"),
    ("740812", "2"),
    ("120415", "9"),
    ("260627", "7"),
    ("", "0"),
]


@pytest.mark.parametrize(("text", "digit"), EXAMPLES)
def test_the_worked_examples(text, digit):
    assert check_digit(text) == digit


@pytest.mark.parametrize("line", ["HA672242<6YTO5802254M9601086<<<<<<<<<<<<<<0", "HA672242<6YTO5802254M9601086<<<<<<<"])
def test_the_worked_composites_of_both_sizes(line):
    assert check_digit(line[:10] + line[13:20] + line[21:]) == "8"


@pytest.mark.parametrize("text", ["a", "12 4", "A-B", "É", "\x00", "\ud800"])
def test_other_characters_are_refused(text):
    with pytest.raises(Invalid) as refused:
        check_digit(text)

    assert refused.value.code == "mrz_character"


@given(st.text(ALPHABET, min_size=1, max_size=44), st.data())
def test_one_wrong_digit_is_always_noticed(text, data):
    place = data.draw(st.integers(0, len(text) - 1))
    old = text[place] if text[place].isdigit() else "0"
    new = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != old]))
    original = text[:place] + old + text[place + 1 :]
    # Weights 7, 3 and 1 have no common factor with 10, so no other single digit can give the same sum.
    assert check_digit(text[:place] + new + text[place + 1 :]) != check_digit(original)
